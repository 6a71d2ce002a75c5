package dev.leaderelection.detection;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One probe over one connection of its own, which ends with it: what is to be found out is whether a pod still accepts them. Lives
 * on one event loop.
 */
final class Attempt {

    private final Vertx vertx;
    private final InetSocketAddress address;
    private final Duration timeout;
    private final Optional<Exchange> exchange;
    private final Consumer<Outcome> whenDecided;
    private final Consumer<Attempt> whenClosed;

    private @Nullable NetSocket socket;
    private long timer;
    private boolean decided;

    /**
     * @param whenDecided told once what came of it, unless that is nothing or it was given up
     * @param whenClosed told once, when nothing is left of it
     */
    Attempt(
            Vertx vertx,
            InetSocketAddress address,
            Probe probe,
            Consumer<Outcome> whenDecided,
            Consumer<Attempt> whenClosed) {
        this.vertx = vertx;
        this.address = address;
        this.timeout = probe.timing().timeout();
        this.exchange = exchange(address, probe);
        this.whenDecided = whenDecided;
        this.whenClosed = whenClosed;
    }

    void begin(NetClient client) {
        timer = vertx.setTimer(timeout.toMillis(), id -> decide(Outcome.Kind.TIMED_OUT));
        client.connect(SocketAddress.inetSocketAddress(address))
                .onSuccess(this::connected)
                .onFailure(this::notConnected);
    }

    private static Optional<Exchange> exchange(InetSocketAddress address, Probe probe) {
        String ip = address.getAddress().getHostAddress();
        String host = (ip.contains(":") ? "[" + ip + "]" : ip) + ":" + address.getPort();
        if (probe instanceof Probe.HttpGet http) {
            return Optional.of(new HttpExchange(host, http.path()));
        }
        return probe instanceof Probe.Grpc grpc
                ? Optional.of(new GrpcExchange(host, grpc.service()))
                : Optional.empty();
    }

    /** Ends it without an outcome. */
    void abandon() {
        decided = true;
        vertx.cancelTimer(timer);
        if (socket != null) {
            socket.close();
        }
    }

    private void connected(NetSocket opened) {
        socket = opened;
        opened.closeHandler(closed -> {
            decide(Outcome.Kind.HUNG_UP);
            whenClosed.accept(this);
        });
        // The close that follows tells as much.
        opened.exceptionHandler(failure -> {});
        if (decided) {
            opened.close();
            return;
        }
        if (exchange.isEmpty()) {
            decide(Outcome.Kind.ANSWERED);
            return;
        }
        opened.handler(chunk -> {
            if (!decided) {
                exchange.get().read(chunk).ifPresent(this::decide);
            }
        });
        opened.write(exchange.get().request());
    }

    private void notConnected(Throwable failure) {
        if (failure instanceof NoRouteToHostException) {
            decide(Outcome.Kind.UNREACHABLE);
        } else if (failure instanceof ConnectException) {
            decide(Outcome.Kind.REFUSED);
        } else {
            // No file descriptor, no port: a fault of ours says nothing of the pod.
            abandon();
        }
        whenClosed.accept(this);
    }

    private void decide(Outcome.Kind kind) {
        decide(Outcome.of(kind));
    }

    private void decide(Outcome outcome) {
        if (!decided) {
            abandon();
            whenDecided.accept(outcome);
        }
    }
}
