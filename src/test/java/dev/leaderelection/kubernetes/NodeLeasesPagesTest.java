package dev.leaderelection.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Of a cluster with many nodes no more than a page is in memory at once. */
class NodeLeasesPagesTest {

    private final List<String> lists = new CopyOnWriteArrayList<>();
    private final Set<String> nodes = ConcurrentHashMap.newKeySet();
    private final CountDownLatch heard = new CountDownLatch(2);
    private final CountDownLatch over = new CountDownLatch(1);

    @Test
    void readsTheNodesPageByPage() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
        try (KubernetesClient client = new KubernetesClientBuilder()
                        .withConfig(new ConfigBuilder()
                                .withMasterUrl("http://127.0.0.1:"
                                        + server.getAddress().getPort())
                                .build())
                        .build();
                NodeLeases leases =
                        new NodeLeases(client, new ApiServer(client), () -> Duration.ZERO, this::renewed, node -> {})) {
            assertThat(leases.watch()).isEmpty();

            assertThat(heard.await(30, TimeUnit.SECONDS)).as("both pages").isTrue();
            assertThat(nodes).containsExactlyInAnyOrder("node-1", "node-2");
            assertThat(lists)
                    .hasSizeGreaterThanOrEqualTo(2)
                    .allSatisfy(query -> assertThat(query).contains("limit=500").doesNotContain("resourceVersion"));
        } finally {
            over.countDown();
            server.stop(0);
            threads.shutdownNow();
        }
    }

    private void renewed(String node, String renewal) {
        if (nodes.add(node)) {
            heard.countDown();
        }
    }

    /** A first page for a list, a second one for what the first says is left, and nothing for a watch. */
    private void answer(HttpExchange exchange) {
        String query = String.valueOf(exchange.getRequestURI().getQuery());
        if (query.contains("watch=true")) {
            awaitTheEnd();
            exchange.close();
        } else if (query.equals("limit=1")) {
            reply(exchange, page("{}", "node-1"));
        } else {
            lists.add(query);
            reply(
                    exchange,
                    query.contains("continue=more")
                            ? page("{\"resourceVersion\": \"7\"}", "node-2")
                            : page("{\"resourceVersion\": \"7\", \"continue\": \"more\"}", "node-1"));
        }
    }

    private static String page(String metadata, String node) {
        return """
                {"kind": "LeaseList", "apiVersion": "coordination.k8s.io/v1", "metadata": %s, "items": [
                  {"metadata": {"namespace": "kube-node-lease", "name": "%s", "uid": "%s", "resourceVersion": "5"},
                   "spec": {"renewTime": "2026-01-01T00:00:00.000000Z"}}]}""".formatted(metadata, node, node);
    }

    private void awaitTheEnd() {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void reply(HttpExchange exchange, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
