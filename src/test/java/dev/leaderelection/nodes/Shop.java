package dev.leaderelection.nodes;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.cluster.ControlPlane;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;

/** The namespace with the applications that elections are held among: each has three pods. */
final class Shop {

    static final String ROLE = "leaderelection.dev/role";

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int REPLICAS = 3;

    private final ControlPlane controlPlane;
    private final KubernetesClient client;
    private final String namespace;
    private final HttpClient http = HttpClient.newHttpClient();

    private Shop(ControlPlane controlPlane) {
        this.controlPlane = controlPlane;
        this.client = controlPlane.admin();
        this.namespace = controlPlane.createNamespace("shop");
    }

    /** Makes it out of the manifests in a folder. */
    static Shop open(ControlPlane controlPlane, Path manifests) {
        Shop shop = new Shop(controlPlane);
        shop.kubectl("apply", "-f", manifests.toString());
        return shop;
    }

    String namespace() {
        return namespace;
    }

    /** In this namespace, unless the arguments name another one. */
    String kubectl(String... arguments) {
        List<String> words = new ArrayList<>(List.of("--namespace=" + namespace));
        words.addAll(List.of(arguments));
        return controlPlane.kubectl(words.toArray(String[]::new));
    }

    List<Pod> pods(String app) {
        return client.pods().inNamespace(namespace).withLabel("app", app).list().getItems();
    }

    Optional<Pod> findLeader(String app) {
        return pods(app).stream()
                .filter(pod -> "leader".equals(pod.getMetadata().getLabels().get(ROLE)))
                .findFirst();
    }

    Pod leader(String app) {
        return findLeader(app).orElseThrow(() -> new IllegalStateException("nobody leads " + app));
    }

    String clusterIp(String app) {
        return client.services()
                .inNamespace(namespace)
                .withName(app + "-leader")
                .get()
                .getSpec()
                .getClusterIP();
    }

    /** Waits until all pods are ready, may lead, and one does. */
    void awaitWhole(String app) {
        Awaitility.await(app + " is whole")
                .pollInterval(Duration.ofMillis(200))
                .atMost(PATIENCE)
                .until(() -> isWhole(app));
    }

    void awaitLeader(String app, String pod) {
        Awaitility.await(pod + " leads")
                .atMost(PATIENCE)
                .until(() -> findLeader(app)
                        .filter(leader -> leader.getMetadata().getName().equals(pod))
                        .isPresent());
    }

    private boolean isWhole(String app) {
        List<Pod> pods = pods(app);
        return pods.size() == REPLICAS
                && pods.stream().allMatch(Shop::isReady)
                && findLeader(app).isPresent()
                && isWhole(client.resources(LeaderElection.class)
                        .inNamespace(namespace)
                        .withName(app)
                        .get());
    }

    private static boolean isWhole(LeaderElection election) {
        return election.getStatus() != null
                && election.getStatus().candidates() != null
                && election.getStatus().candidates().summary().equals(REPLICAS + "/" + REPLICAS)
                && election.getStatus().conditions().stream()
                        .anyMatch(condition -> condition.getType().equals("Ready")
                                && condition.getStatus().equals("True"));
    }

    private static boolean isReady(Pod pod) {
        return pod.getMetadata().getDeletionTimestamp() == null
                && pod.getStatus().getConditions().stream()
                        .anyMatch(condition -> condition.getType().equals("Ready")
                                && condition.getStatus().equals("True"));
    }

    /** Switches what a pod says of its readiness. */
    void sayReady(Pod pod, boolean ready) throws IOException {
        URI url = URI.create("http://" + pod.getStatus().getPodIP() + ":8080/ready");
        HttpRequest request = HttpRequest.newBuilder(url)
                .method(ready ? "PUT" : "DELETE", HttpRequest.BodyPublishers.noBody())
                .build();
        try {
            http.send(request, BodyHandlers.discarding());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
