package dev.leaderelection.detection;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** HTTP/1.1 as far as the status line: neither headers nor body are read, whatever they are. */
final class HttpExchange implements Exchange {

    /** Of the status line and all interim answers before it, with their headers: those may come without end. */
    private static final int MOST_BYTES = 8_192;

    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] (\\d{3})( [^\\r\\n]*)?\\r?");
    private static final String END_OF_HEADERS = "\r\n\r\n";

    private final Buffer request;
    private final StringBuilder received = new StringBuilder();
    /** Where the answer begins that is read now, after interim ones. */
    private int begin;

    HttpExchange(String host, String path) {
        request = Buffer.buffer("GET " + path + " HTTP/1.1\r\nHost: " + host
                + "\r\nUser-Agent: leader-election-operator\r\nAccept: */*\r\nConnection: close\r\n\r\n");
    }

    @Override
    public Buffer request() {
        return request;
    }

    @Override
    public Optional<Outcome> read(Buffer chunk) {
        int room = MOST_BYTES - received.length();
        received.append(new String(chunk.getBytes(0, Math.min(room, chunk.length())), StandardCharsets.ISO_8859_1));
        while (true) {
            int end = received.indexOf("\n", begin);
            if (end < 0) {
                return tooLong();
            }
            Matcher line = STATUS_LINE.matcher(received.substring(begin, end));
            if (!line.matches()) {
                return Optional.of(Outcome.of(Outcome.Kind.MALFORMED));
            }
            int status = Integer.parseInt(line.group(1));
            if (status < 100 || status > 199) {
                return Optional.of(status / 100 == 2 ? Outcome.ANSWERED : new Outcome(Outcome.Kind.BAD_STATUS, status));
            }
            int next = received.indexOf(END_OF_HEADERS, begin);
            if (next < 0) {
                return tooLong();
            }
            begin = next + END_OF_HEADERS.length();
        }
    }

    private Optional<Outcome> tooLong() {
        return received.length() < MOST_BYTES ? Optional.empty() : Optional.of(Outcome.of(Outcome.Kind.MALFORMED));
    }
}
