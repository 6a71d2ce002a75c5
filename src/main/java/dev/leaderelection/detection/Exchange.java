package dev.leaderelection.detection;

import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/** What is said over a connection that was accepted. */
sealed interface Exchange permits HttpExchange, GrpcExchange {

    /** What is sent, at once and alone. */
    Buffer request();

    /**
     * Reads on.
     *
     * @param chunk what arrived
     * @return what came of it, as soon as that is certain
     */
    Optional<Outcome> read(Buffer chunk);
}
