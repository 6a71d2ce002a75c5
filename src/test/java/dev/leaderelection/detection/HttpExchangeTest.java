package dev.leaderelection.detection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.detection.Outcome.Kind;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read of an answer over HTTP/1.1. */
class HttpExchangeTest {

    private static final String HINTS = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n";

    private final HttpExchange exchange = new HttpExchange("10.0.0.1:80", "/electable");

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1_000})
    void interimAnswersAreReadHoweverTheyAreCutUp(int size) {
        String sent = HINTS.repeat(3) + "HTTP/1.1 204 \r\n";
        Optional<Outcome> outcome = Optional.empty();

        for (int from = 0; from < sent.length() - 1; from += size) {
            assertThat(outcome).isEmpty();
            outcome = exchange.read(Buffer.buffer(sent.substring(from, Math.min(sent.length(), from + size))));
        }
        outcome = outcome.or(() -> exchange.read(Buffer.buffer("\n")));

        assertThat(outcome).contains(Outcome.ANSWERED);
    }

    @Test
    void whoSendsInterimAnswersWithoutEndDoesNotAnswer() {
        Buffer some = Buffer.buffer(HINTS.repeat(8_192 / HINTS.length()));
        assertThat(exchange.read(some)).isEmpty();

        assertThat(exchange.read(some)).contains(Outcome.of(Kind.MALFORMED));
    }
}
