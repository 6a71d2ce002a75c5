package dev.leaderelection.nodes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Sees a new pod get its address and become ready, by a watch: asking again and again would take the time that is measured. */
final class Successor implements Watcher<Pod>, AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final List<String> others;
    private final CompletableFuture<String> address = patient();
    private final CompletableFuture<Ready> ready = patient();
    private final Watch watch;

    /**
     * A pod that is ready.
     *
     * @param at since when, in nanoseconds of this JVM's clock
     */
    record Ready(Pod pod, long at) {}

    private Successor(KubernetesClient client, String namespace, List<String> others) {
        this.others = List.copyOf(others);
        this.watch = client.pods().inNamespace(namespace).watch(this);
    }

    /**
     * Begins to look.
     *
     * @param others the names of the pods that it is not
     */
    static Successor watch(KubernetesClient client, String namespace, List<String> others) {
        return new Successor(client, namespace, others);
    }

    private static <T> CompletableFuture<T> patient() {
        return new CompletableFuture<T>().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** The first address that it has. */
    CompletableFuture<String> address() {
        return address;
    }

    /** When the API server first said that it is ready. */
    CompletableFuture<Ready> ready() {
        return ready;
    }

    @Override
    public void eventReceived(Action action, Pod pod) {
        if (others.contains(pod.getMetadata().getName())) {
            return;
        }
        if (pod.getStatus().getPodIP() != null) {
            address.complete(pod.getStatus().getPodIP());
        }
        if (Readiness.isPodReady(pod)) {
            ready.complete(new Ready(pod, System.nanoTime()));
        }
    }

    @Override
    public void onClose(WatcherException cause) {
        address.completeExceptionally(cause);
        ready.completeExceptionally(cause);
    }

    @Override
    public void close() {
        watch.close();
    }
}
