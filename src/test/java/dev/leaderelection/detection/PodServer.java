package dev.leaderelection.detection;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What listens in a pod, well or ill behaved. */
final class PodServer {

    private final Vertx vertx;
    private final Set<Object> open = ConcurrentHashMap.newKeySet();
    private final int port;

    /** What a server does with a connection. */
    enum Behaviour {
        OK,
        NO_CONTENT,
        WITHOUT_REASON,
        HINTS_FIRST,
        REDIRECTS,
        NOT_FOUND,
        UNAVAILABLE,
        SILENT,
        LATE,
        DRIPS,
        ENDLESS_HINTS,
        ENDLESS_LINE,
        ENDLESS_HEADERS,
        ENDLESS_BODY,
        GARBAGE,
        HANGS_UP,
        HANGS_UP_WHEN_ASKED,
        ENDLESS_PINGS,
        HUGE_FRAME;

        private void act(Vertx vertx, NetSocket socket) {
            switch (this) {
                case OK -> answer(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                case NO_CONTENT -> answer(socket, "HTTP/1.1 204 No Content\r\n\r\n");
                case WITHOUT_REASON -> answer(socket, "HTTP/1.0 200\r\n\r\n");
                case HINTS_FIRST ->
                    answer(
                            socket,
                            "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                case REDIRECTS ->
                    answer(
                            socket,
                            "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/elsewhere\r\nContent-Length: 0\r\n\r\n");
                case NOT_FOUND -> answer(socket, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
                case UNAVAILABLE -> answer(socket, "HTTP/1.1 503 Service Unavailable\r\n\r\nsecret");
                case SILENT -> {}
                case LATE -> {
                    long unused =
                            vertx.setTimer(1_000, id -> socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
                }
                case DRIPS -> every(vertx, socket, 200, Buffer.buffer("H"));
                case ENDLESS_HINTS -> {
                    socket.write("HTTP/1.1 103 Early Hints\r\n");
                    every(vertx, socket, 1, Buffer.buffer("Link: </x>\r\n".repeat(100)));
                }
                case ENDLESS_LINE -> every(vertx, socket, 1, Buffer.buffer("x".repeat(1_000)));
                case ENDLESS_HEADERS -> {
                    socket.write("HTTP/1.1 200 OK\r\n");
                    every(vertx, socket, 1, Buffer.buffer("X-More: and more\r\n".repeat(100)));
                }
                case ENDLESS_BODY -> {
                    socket.write("HTTP/1.1 200 OK\r\n\r\n");
                    every(vertx, socket, 1, Buffer.buffer(new byte[100_000]));
                }
                case GARBAGE -> socket.write(Buffer.buffer(new byte[] {0, 1, 2, 3, 10, 13, -1, -2, 10}));
                case HANGS_UP -> socket.close();
                case HANGS_UP_WHEN_ASKED -> socket.handler(request -> socket.close());
                case ENDLESS_PINGS -> {
                    socket.write(Buffer.buffer(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0}));
                    byte[] ping = {0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8};
                    Buffer many = Buffer.buffer();
                    for (int i = 0; i < 100; i++) {
                        many.appendBytes(ping);
                    }
                    every(vertx, socket, 1, many);
                }
                case HUGE_FRAME ->
                    socket.write(
                            Buffer.buffer(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0, 127, 127, 127, 0, 0, 0, 0, 0, 1}));
            }
        }

        private static void answer(NetSocket socket, String answer) {
            socket.handler(request -> socket.write(answer));
        }

        private static void every(Vertx vertx, NetSocket socket, long millis, Buffer chunk) {
            long timer = vertx.setPeriodic(millis, id -> {
                if (!socket.writeQueueFull()) {
                    socket.write(chunk);
                }
            });
            socket.endHandler(end -> vertx.cancelTimer(timer));
        }
    }

    /** A server that does as it is told with each connection, at that moment. */
    static PodServer tcp(Vertx vertx, String ip, Supplier<Behaviour> behaviour) {
        return new PodServer(vertx, ip, behaviour);
    }

    /** A server of HTTP/2 without encryption. */
    static PodServer http2(Vertx vertx, String ip, Consumer<HttpServerRequest> handler) {
        return new PodServer(vertx, vertx.createHttpServer(), ip, handler);
    }

    private PodServer(Vertx vertx, String ip, Supplier<Behaviour> behaviour) {
        this.vertx = vertx;
        NetServer server = vertx.createNetServer(new NetServerOptions().setAcceptBacklog(4_096))
                .connectHandler(socket -> {
                    open.add(socket);
                    Behaviour now = behaviour.get();
                    now.act(this.vertx, socket);
                    socket.exceptionHandler(failure -> {});
                    socket.closeHandler(closed -> open.remove(socket));
                });
        await(server.listen(0, ip));
        port = server.actualPort();
    }

    private PodServer(Vertx vertx, HttpServer server, String ip, Consumer<HttpServerRequest> handler) {
        this.vertx = vertx;
        server.connectionHandler(connection -> {
            open.add(connection);
            connection.closeHandler(closed -> open.remove(connection));
        });
        await(server.requestHandler(handler::accept).listen(0, ip));
        port = server.actualPort();
    }

    static void await(Future<?> future) {
        try {
            var unused = future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    int port() {
        return port;
    }

    int connections() {
        return open.size();
    }
}
