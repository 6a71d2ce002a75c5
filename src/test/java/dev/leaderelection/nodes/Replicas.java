package dev.leaderelection.nodes;

import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.Machine;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.List;
import org.awaitility.Awaitility;

/** The operator's own pods, installed as users do it. */
final class Replicas implements AutoCloseable {

    static final String NAMESPACE = "leader-election-system";

    private static final String NAME = "leader-election-operator";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** What is measured has the same two cores. */
    private static final Duration GLANCE = Duration.ofMillis(20);

    private final ControlPlane controlPlane;
    private final KubernetesClient client;
    private final HttpClient http = HttpClient.newHttpClient();

    private final Logs logs;

    private Replicas(ControlPlane controlPlane, Path folder) {
        this.controlPlane = controlPlane;
        this.client = controlPlane.admin();
        this.logs = Logs.follow(controlPlane, NAMESPACE, folder);
    }

    /**
     * Applies a kustomization, and waits until all replicas are available.
     *
     * @param folder for what they log
     */
    static Replicas install(ControlPlane controlPlane, Path kustomization, Path folder) {
        Replicas replicas = new Replicas(controlPlane, folder);
        controlPlane.kubectl("apply", "-k", kustomization.toString());
        replicas.awaitRolledOut();
        return replicas;
    }

    void roll() {
        controlPlane.kubectl("rollout", "restart", "deployment/" + NAME, "--namespace=" + NAMESPACE);
        awaitRolledOut();
    }

    void awaitRolledOut() {
        controlPlane.kubectl("rollout", "status", "deployment/" + NAME, "--namespace=" + NAMESPACE, "--timeout=110s");
    }

    /** The replica that acts, by the operator's own Lease. */
    Pod active() {
        String holder = Awaitility.await("an active operator")
                .atMost(PATIENCE)
                .until(() -> lease().getSpec().getHolderIdentity(), name -> name != null && !name.isEmpty());
        return client.pods().inNamespace(NAMESPACE).withName(holder).get();
    }

    /** Has a replica on another node act, if the one that does is on this one. */
    void leave(String node) {
        for (Pod active = active(); active.getSpec().getNodeName().equals(node); active = active()) {
            String name = active.getMetadata().getName();
            client.pods().inNamespace(NAMESPACE).withName(name).delete();
            Awaitility.await("another active operator")
                    .atMost(PATIENCE)
                    .until(() -> !name.equals(lease().getSpec().getHolderIdentity()));
        }
        awaitRolledOut();
    }

    /** Waits until a replica has renewed the operator's own Lease twice from now on. */
    void awaitRenewals() {
        for (int i = 0; i < 2; i++) {
            ZonedDateTime before = lease().getSpec().getRenewTime();
            Awaitility.await("a renewal of the operator's own Lease")
                    .atMost(PATIENCE)
                    .until(() -> !before.equals(lease().getSpec().getRenewTime()));
        }
    }

    /**
     * How long a replica has taken, from the start of its process.
     *
     * @param answer until it said that it is ready
     * @param pod until the API server said so of its pod: the kubelet asks once a second, from when it has heard of the container
     */
    record Start(Duration answer, Duration pod) {}

    /** Replaces the replica that does not act, and tells how its successor has started. */
    Start replaceStandby(Site site) throws IOException {
        String active = active().getMetadata().getName();
        List<String> before =
                pods().stream().map(pod -> pod.getMetadata().getName()).toList();
        String standby =
                before.stream().filter(name -> !name.equals(active)).findFirst().orElseThrow();
        try (Successor successor = Successor.watch(client, NAMESPACE, before)) {
            client.pods().inNamespace(NAMESPACE).withName(standby).delete();
            URI url = URI.create("http://" + successor.address().join() + ":8080/q/health/ready");
            Awaitility.await("the successor's answer")
                    .pollInterval(GLANCE)
                    .atMost(PATIENCE)
                    .until(() -> answers(url));
            long answered = System.nanoTime();
            Successor.Ready ready = successor.ready().join();
            Duration age = Machine.age(site.nodeOf(ready.pod()).pid(ready.pod()));
            long now = System.nanoTime();
            awaitRolledOut();
            return new Start(age.minusNanos(now - answered), age.minusNanos(now - ready.at()));
        }
    }

    private boolean answers(URI url) throws InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(url).timeout(Duration.ofSeconds(1)).build();
        try {
            return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        logs.close();
    }

    private List<Pod> pods() {
        return client.pods().inNamespace(NAMESPACE).list().getItems();
    }

    private Lease lease() {
        return client.leases().inNamespace(NAMESPACE).withName(NAME).get();
    }
}
