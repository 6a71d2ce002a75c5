package dev.leaderelection.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.leaderelection.kubernetes.ApiServer;
import dev.leaderelection.kubernetes.ReplicaLeaseStore;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ReplicaTest {

    private static final String CONFLICT = """
            {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Conflict", "code": 409,
             "message": "the object has been modified"}""";

    private static final Duration DURATION = Duration.ofSeconds(2);
    private static final Duration RENEWAL = Duration.ofMillis(50);

    private final AtomicReference<Duration> ticks = new AtomicReference<>(Duration.ofHours(1));
    private final AtomicInteger revision = new AtomicInteger();
    private final AtomicBoolean failed = new AtomicBoolean();

    @Test
    void aRenewalThatIsAnsweredTooLateHasEveryElectionLookedAtAgain() throws Exception {
        CountDownLatch taken = new CountDownLatch(2);
        HttpHandler server = exchange -> {
            boolean isRenewal = exchange.getRequestMethod().equals("PUT") && revision.get() == 1;
            if (isRenewal && failed.getAndSet(true)) {
                // Sent while this replica acted, answered when it did no more.
                ticks.updateAndGet(now -> now.plusSeconds(1));
                answer(exchange);
            } else if (isRenewal) {
                ticks.updateAndGet(now -> now.plus(DURATION).minusMillis(500));
                reply(exchange, 503, "");
            } else {
                answer(exchange);
            }
        };

        play(server, this::tick, taken);
    }

    @Test
    void aReplicaThatHeldTheLeaseActsAgainAfterARestoreToALowerRevision() throws Exception {
        CountDownLatch taken = new CountDownLatch(2);
        revision.set(5000);
        HttpHandler server = exchange -> {
            boolean isWrite = exchange.getRequestMethod().equals("PUT");
            if (isWrite && revision.get() == 5001) {
                revision.set(100);
                ticks.updateAndGet(now -> now.plus(DURATION));
                reply(exchange, 409, CONFLICT);
            } else if (isWrite && !body(exchange).contains("\"resourceVersion\":\"" + revision.get() + "\"")) {
                reply(exchange, 409, CONFLICT);
            } else {
                answer(exchange);
            }
        };

        play(server, this::tick, taken);
    }

    @Test
    void aReplicaPausesAfterAConflictThatTaughtItNothing() throws Exception {
        List<Long> writes = new CopyOnWriteArrayList<>();
        CountDownLatch taken = new CountDownLatch(1);
        revision.set(7);
        HttpHandler server = exchange -> {
            if (exchange.getRequestMethod().equals("PUT")) {
                writes.add(System.nanoTime());
            }
            if (!writes.isEmpty()
                    && writes.size() < 3
                    && exchange.getRequestMethod().equals("PUT")) {
                reply(exchange, 409, CONFLICT);
            } else {
                answer(exchange);
            }
        };

        play(server, () -> ticks.get(), taken);

        assertThat(Duration.ofNanos(writes.get(2) - writes.get(0)))
                .as("between the first write and the third")
                .isGreaterThanOrEqualTo(Duration.ofMillis(500));
    }

    /** Runs a replica until it has begun to act so many times. */
    private static void play(HttpHandler handler, Supplier<Duration> clock, CountDownLatch taken) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", handler);
        server.start();
        try (KubernetesClient client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder()
                        .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                        .build())
                .build()) {
            ReplicaLeaseStore store = new ReplicaLeaseStore(
                    new ApiServer(client), InstantSource.system(), "ops", "operator", Duration.ofSeconds(10));
            Replica replica = new Replica("me", DURATION, RENEWAL, store, clock, taken::countDown);

            replica.start();

            assertThat(taken.await(30, TimeUnit.SECONDS)).as("taken up").isTrue();
            replica.end(Duration.ofSeconds(10), false);
            assertThat(replica.isActive()).isFalse();
        } finally {
            server.stop(0);
        }
    }

    /** Time passes whenever somebody looks. */
    private Duration tick() {
        return ticks.updateAndGet(now -> now.plusMillis(10));
    }

    /** What was made is there; every write of it is granted. */
    private void answer(HttpExchange exchange) {
        boolean isRead = exchange.getRequestMethod().equals("GET");
        if (isRead && revision.get() == 0) {
            reply(exchange, 404, """
                    {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404,
                     "message": "not found", "details": {"name": "operator"}}""");
        } else {
            reply(exchange, 200, """
                    {"kind": "Lease", "apiVersion": "coordination.k8s.io/v1",
                     "metadata": {"namespace": "ops", "name": "operator", "uid": "u", "resourceVersion": "%d"},
                     "spec": {"holderIdentity": "me", "leaseDurationSeconds": 2, "leaseTransitions": 0}}""".formatted(isRead ? revision.get() : revision.incrementAndGet()));
        }
    }

    private static String body(HttpExchange exchange) throws IOException {
        return new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static void reply(HttpExchange exchange, int code, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(code, bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
