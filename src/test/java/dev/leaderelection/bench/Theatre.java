package dev.leaderelection.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.leaderelection.bench.Pods.Made;
import java.net.http.HttpRequest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** One election of three pods with its Service, whose leader is broken again and again, seen through watches of this process. */
final class Theatre {

    private static final String KEY = "leaderelection.dev/role";
    private static final long PATIENCE_SECONDS = 60;

    private final Api admin;
    private final Pods pods;
    private final Map<String, Made> made = new HashMap<>();
    private final BlockingQueue<Labelled> labels = new LinkedBlockingQueue<>();
    private final BlockingQueue<Ready> slices = new LinkedBlockingQueue<>();
    private String leader = "";

    /** A revision of a pod that carries the label. */
    private record Labelled(long nanos, String pod, long term) {}

    /** What the Service's slice offers. */
    private record Ready(long nanos, Set<String> pods) {}

    /**
     * One failover, as seen from here, in nanoseconds since the breaking call was sent.
     *
     * @param term the term that began
     * @param label until a watch showed the new label
     * @param service until the slice held the heir and nobody else
     * @param empty how long the slice held nobody
     */
    record Failover(long term, long label, long service, long empty) {}

    Theatre(Api admin, Pods pods) {
        this.admin = admin;
        this.pods = pods;
        for (int i = 0; i < 3; i++) {
            remember(pods.create("orders"));
        }
        admin.watch(pods.path(), this::podSeen);
        admin.watch("/apis/discovery.k8s.io/v1/namespaces/" + pods.namespace() + "/endpointslices", this::sliceSeen);
        admin.call("POST", "/api/v1/namespaces/" + pods.namespace() + "/services", Api.JSON, """
                {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "orders"},
                 "spec": {"selector": {"app": "orders", "leaderelection.dev/role": "leader"}, "ports": [{"port": 80}]}}""");
        admin.call(
                "POST",
                "/apis/leaderelection.dev/v1alpha1/namespaces/" + pods.namespace() + "/leaderelections",
                Api.JSON,
                """
                {"apiVersion": "leaderelection.dev/v1alpha1", "kind": "LeaderElection", "metadata": {"name": "orders"},
                 "spec": {"selector": {"matchLabels": {"app": "orders"}}}}""");
    }

    /** Waits until the first leader is routed to. */
    void awaitLeader() {
        leader = await(labels, seen -> Optional.of(seen.pod()), "the first label");
        await(slices, seen -> seen.pods().equals(Set.of(leader)) ? Optional.of(true) : Optional.empty(), "the Service");
    }

    Failover breakLeader(Breakage breakage) {
        Made broken = Objects.requireNonNull(made.get(leader));
        HttpRequest breaking = breakage.call(pods, broken);
        labels.clear();
        slices.clear();
        long start = System.nanoTime();
        Api.read(admin.send(breaking));
        Labelled heir = await(
                labels, seen -> seen.pod().equals(leader) ? Optional.empty() : Optional.of(seen), "the next label");
        long[] emptySince = {0};
        Ready routed = await(
                slices,
                seen -> {
                    if (seen.pods().isEmpty() && emptySince[0] == 0) {
                        emptySince[0] = seen.nanos();
                    }
                    return seen.pods().equals(Set.of(heir.pod())) ? Optional.of(seen) : Optional.empty();
                },
                "the Service");
        long empty = emptySince[0] == 0 ? 0 : routed.nanos() - emptySince[0];
        made.remove(leader);
        leader = heir.pod();
        remember(breakage.repair(admin, pods, broken, "orders"));
        return new Failover(heir.term(), heir.nanos() - start, routed.nanos() - start, empty);
    }

    private void remember(Made pod) {
        made.put(pod.name(), pod);
    }

    private void podSeen(long nanos, String type, JsonNode pod) {
        JsonNode metadata = pod.path("metadata");
        if (!"DELETED".equals(type)
                && "leader".equals(metadata.path("labels").path(KEY).asText())) {
            long term = metadata.path("annotations").path(KEY + ".term").asLong();
            labels.add(new Labelled(nanos, metadata.path("name").asText(), term));
        }
    }

    private void sliceSeen(long nanos, String type, JsonNode slice) {
        Set<String> ready = new HashSet<>();
        if (!"DELETED".equals(type)) {
            for (JsonNode endpoint : slice.path("endpoints")) {
                if (endpoint.path("conditions").path("ready").asBoolean()) {
                    ready.add(endpoint.path("targetRef").path("name").asText());
                }
            }
        }
        slices.add(new Ready(nanos, ready));
    }

    private <T, U> U await(BlockingQueue<T> events, Function<T, Optional<U>> wanted, String what) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        try {
            while (true) {
                T event = events.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (event == null) {
                    throw new IllegalStateException(
                            what + " of " + pods.namespace() + " did not come within " + PATIENCE_SECONDS + " s");
                }
                Optional<U> found = wanted.apply(event);
                if (found.isPresent()) {
                    return found.get();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
