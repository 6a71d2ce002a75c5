package dev.leaderelection.detection;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * One call of {@code grpc.health.v1.Health/Check} over HTTP/2 with prior knowledge (RFC 9113), as little of it as that takes: the
 * request's headers are sent as literals (RFC 7541), those of the answer are not read at all, for the message alone says
 * {@code SERVING}; an error has none. Settings are not acknowledged: the call is over before anybody waits for that.
 */
final class GrpcExchange implements Exchange {

    private static final int MOST_BYTES = 65_536;
    private static final int MOST_IN_FRAME = 16_384;
    /** A server sends some six before it has answered; empty ones would take more of our time than of the sender's. */
    private static final int MOST_FRAMES = 64;

    private static final int FRAME_HEADER = 9;
    private static final int MESSAGE_HEADER = 5;
    private static final int STREAM = 1;

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int GOAWAY = 7;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int PADDED = 8;

    /** Field 1 of the answer, a number. */
    private static final int STATUS = 0x08;

    private static final int SERVING = 1;

    private final Buffer request;
    private Buffer received = Buffer.buffer();
    private final Buffer message = Buffer.buffer();
    private int total;
    private int frames;

    GrpcExchange(String host, String service) {
        Buffer headers = Buffer.buffer().appendBytes(new byte[] {(byte) 0x83, (byte) 0x86});
        literal(headers.appendByte((byte) 0x04), "/grpc.health.v1.Health/Check");
        literal(headers.appendByte((byte) 0x01), host);
        literal(literal(headers.appendByte((byte) 0), "content-type"), "application/grpc");
        literal(literal(headers.appendByte((byte) 0), "te"), "trailers");
        literal(literal(headers.appendByte((byte) 0), "user-agent"), "leader-election-operator");
        byte[] name = service.getBytes(StandardCharsets.UTF_8);
        Buffer body = Buffer.buffer();
        if (name.length > 0) {
            varint(body.appendByte((byte) 0x0a), name.length).appendBytes(name);
        }
        Buffer framed =
                Buffer.buffer().appendByte((byte) 0).appendInt(body.length()).appendBuffer(body);
        request = Buffer.buffer("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        frame(request, SETTINGS, 0, 0, Buffer.buffer());
        frame(request, HEADERS, END_HEADERS, STREAM, headers);
        frame(request, DATA, END_STREAM, STREAM, framed);
    }

    private static void frame(Buffer out, int type, int flags, int stream, Buffer payload) {
        out.appendMedium(payload.length())
                .appendByte((byte) type)
                .appendByte((byte) flags)
                .appendInt(stream)
                .appendBuffer(payload);
    }

    /** All that is sent here is shorter than the 127 bytes above which a length takes more than a byte. */
    private static Buffer literal(Buffer out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return out.appendByte((byte) bytes.length).appendBytes(bytes);
    }

    private static Buffer varint(Buffer out, int number) {
        int rest = number;
        while (rest > 0x7f) {
            out.appendByte((byte) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        return out.appendByte((byte) rest);
    }

    @Override
    public Buffer request() {
        return request;
    }

    @Override
    public Optional<Outcome> read(Buffer chunk) {
        total += chunk.length();
        if (total > MOST_BYTES) {
            return outcome(Outcome.Kind.MALFORMED);
        }
        received.appendBuffer(chunk);
        int offset = 0;
        while (received.length() >= offset + FRAME_HEADER) {
            int length = received.getUnsignedMedium(offset);
            int type = received.getByte(offset + 3);
            if (length > MOST_IN_FRAME || frames == MOST_FRAMES || (frames == 0 && type != SETTINGS)) {
                return outcome(Outcome.Kind.MALFORMED);
            }
            int end = offset + FRAME_HEADER + length;
            if (received.length() < end) {
                break;
            }
            frames++;
            int flags = received.getByte(offset + 4);
            int stream = received.getInt(offset + 5) & Integer.MAX_VALUE;
            Optional<Outcome> outcome = frame(type, flags, stream, received.getBuffer(offset + FRAME_HEADER, end));
            if (outcome.isPresent()) {
                return outcome;
            }
            offset = end;
        }
        if (offset > 0) {
            received = received.getBuffer(offset, received.length());
        }
        return Optional.empty();
    }

    private Optional<Outcome> frame(int type, int flags, int stream, Buffer payload) {
        if (type == GOAWAY || (type == RST_STREAM && stream == STREAM)) {
            return outcome(Outcome.Kind.HUNG_UP);
        }
        if (stream != STREAM) {
            return Optional.empty();
        }
        if (type == DATA) {
            int padding = (flags & PADDED) == 0 ? 0 : payload.length() == 0 ? -1 : payload.getUnsignedByte(0) + 1;
            if (padding < 0 || padding > payload.length()) {
                return outcome(Outcome.Kind.MALFORMED);
            }
            int from = Math.min(padding, 1);
            message.appendBuffer(payload.getBuffer(from, payload.length() - padding + from));
        }
        boolean ends = (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
        return message().or(() -> ends ? outcome(Outcome.Kind.NOT_SERVING) : Optional.empty());
    }

    private Optional<Outcome> message() {
        if (message.length() < MESSAGE_HEADER) {
            return Optional.empty();
        }
        long length = message.getUnsignedInt(1);
        if (message.getByte(0) != 0 || length > MOST_BYTES) {
            return outcome(Outcome.Kind.MALFORMED);
        }
        if (message.length() < MESSAGE_HEADER + length) {
            return Optional.empty();
        }
        if (length == 0) {
            return outcome(Outcome.Kind.NOT_SERVING);
        }
        if (length < 2 || message.getByte(MESSAGE_HEADER) != STATUS) {
            return outcome(Outcome.Kind.MALFORMED);
        }
        boolean serving = length == 2 && message.getByte(MESSAGE_HEADER + 1) == SERVING;
        return outcome(serving ? Outcome.Kind.ANSWERED : Outcome.Kind.NOT_SERVING);
    }

    private static Optional<Outcome> outcome(Outcome.Kind kind) {
        return Optional.of(Outcome.of(kind));
    }
}
