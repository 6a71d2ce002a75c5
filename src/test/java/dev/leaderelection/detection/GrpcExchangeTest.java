package dev.leaderelection.detection;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.leaderelection.detection.Outcome.Kind;
import io.vertx.core.buffer.Buffer;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read of an answer over HTTP/2, and at what cost. */
class GrpcExchangeTest {

    private static final int DATA = 0;
    private static final int SETTINGS = 4;
    private static final int PING = 6;

    private final GrpcExchange exchange = new GrpcExchange("10.0.0.1:80", "orders");

    private static Buffer frame(int type, int stream, int... payload) {
        Buffer frame = Buffer.buffer()
                .appendMedium(payload.length)
                .appendByte((byte) type)
                .appendByte((byte) 0)
                .appendInt(stream);
        for (int each : payload) {
            frame.appendByte((byte) each);
        }
        return frame;
    }

    private static Buffer serving() {
        return frame(DATA, 1, 0, 0, 0, 0, 2, 8, 1);
    }

    private static Buffer greetingAnd(int pings) {
        Buffer sent = frame(SETTINGS, 0);
        for (int i = 0; i < pings; i++) {
            sent.appendBuffer(frame(PING, 0, 1, 2, 3, 4, 5, 6, 7, 8));
        }
        return sent;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 9, 10, 1_000})
    void framesAreReadHoweverTheyAreCutUp(int size) {
        Buffer sent = greetingAnd(20).appendBuffer(serving());
        Optional<Outcome> outcome = Optional.empty();

        for (int from = 0; from < sent.length(); from += size) {
            assertThat(outcome).isEmpty();
            outcome = exchange.read(sent.getBuffer(from, Math.min(sent.length(), from + size)));
        }

        assertThat(outcome).contains(Outcome.ANSWERED);
    }

    @Test
    void anAnswerAfterManyFramesIsOne() {
        assertThat(exchange.read(greetingAnd(62).appendBuffer(serving()))).contains(Outcome.ANSWERED);
    }

    @Test
    void whoSendsFramesWithoutEndDoesNotAnswer() {
        assertThat(exchange.read(greetingAnd(62))).isEmpty();
        assertThat(exchange.read(greetingAnd(0))).isEmpty();
        assertThat(exchange.read(serving())).contains(Outcome.of(Kind.MALFORMED));
    }

    @Test
    void emptyFramesCostNoMoreThanTheyAreLong() {
        Buffer sent = Buffer.buffer();
        for (int i = 0; i < 65_536 / 9; i++) {
            sent.appendBuffer(frame(SETTINGS, 0));
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();

        Optional<Outcome> outcome = exchange.read(sent);

        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(20L * sent.length());
        assertThat(outcome).contains(Outcome.of(Kind.MALFORMED));
    }
}
