package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.leaderelection.cluster.AuditLog;
import dev.leaderelection.cluster.Identity;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.fuzz.StrangeObjects;
import dev.leaderelection.policy.Caller;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Objects that nobody would write, sent to the real API server while the operator works. */
class FuzzIT {

    private static final int ELECTIONS = 60;
    private static final int PODS = 40;
    private static final int TAMPERINGS = 210;
    private static final String APP = "strange";

    /** No more than this many requests a second on behalf of all those elections. */
    private static final int MOST_REQUESTS = 200;

    private final Stage stage = Stage.shared();
    private final KubernetesClient admin = stage.controlPlane().admin();
    private final Caller user = Caller.of(stage.controlPlane(), Identity.ADMIN);
    private final String namespace = stage.controlPlane().createNamespace("fuzz");
    private final String elections = "/apis/leaderelection.dev/v1alpha1/namespaces/" + namespace + "/leaderelections";
    private final String leases = "/apis/coordination.k8s.io/v1/namespaces/" + namespace + "/leases";
    private final String pods = "/api/v1/namespaces/" + namespace + "/pods";
    private final List<String> refusals = new ArrayList<>();
    private int accepted;

    /** Sends an object, and takes note of what became of it. */
    private void send(String method, String path, Map<String, Object> body) {
        String type = method.equals("PATCH") ? Caller.MERGE_PATCH : Caller.JSON;
        Caller.Reply reply =
                user.send(method, path, type, admin.getKubernetesSerialization().asJson(body));
        if (reply.isSuccess()) {
            accepted++;
        } else {
            refusals.add(method + " " + path + ": " + reply.message());
        }
    }

    private List<PodIdentity> podsThere() {
        List<PodIdentity> there = new ArrayList<>(List.of(new PodIdentity("nobody", "nobody-uid")));
        for (Pod pod : admin.pods().inNamespace(namespace).list().getItems()) {
            there.add(new PodIdentity(
                    pod.getMetadata().getName(), pod.getMetadata().getUid()));
        }
        return there;
    }

    private void createElections(StrangeObjects strange) {
        for (int i = 0; i < ELECTIONS; i++) {
            send(
                    "POST",
                    elections,
                    Map.of(
                            "apiVersion",
                            "leaderelection.dev/v1alpha1",
                            "kind",
                            "LeaderElection",
                            "metadata",
                            Map.of("name", "strange-" + i),
                            "spec",
                            strange.spec(APP)));
        }
    }

    private void createPods(StrangeObjects strange) {
        for (int i = 0; i < PODS; i++) {
            send(
                    "POST",
                    pods,
                    Map.of(
                            "apiVersion",
                            "v1",
                            "kind",
                            "Pod",
                            "metadata",
                            Map.of(
                                    "name",
                                    "strange-" + i,
                                    "labels",
                                    strange.labels(APP),
                                    "annotations",
                                    strange.annotations("nobody")),
                            "spec",
                            Map.of(
                                    "terminationGracePeriodSeconds",
                                    0,
                                    "containers",
                                    List.of(Map.of("name", "app", "image", "app")))));
        }
    }

    /** Users write what they like into Leases, into the status of elections, and onto pods. */
    private void tamper(StrangeObjects strange, Random random) {
        List<String> names = admin
                .genericKubernetesResources("leaderelection.dev/v1alpha1", "LeaderElection")
                .inNamespace(namespace)
                .list()
                .getItems()
                .stream()
                .map(election -> election.getMetadata().getName())
                .toList();
        List<PodIdentity> there = podsThere();
        for (int i = 0; i < TAMPERINGS; i++) {
            String name = names.get(random.nextInt(names.size()));
            switch (i % 3) {
                case 0 -> send("PATCH", leases + "/" + name, tamperedLease(strange, there));
                case 1 -> send("PATCH", elections + "/" + name + "/status", Map.of("status", strange.status(there)));
                default ->
                    send(
                            "PATCH",
                            pods + "/" + there.get(random.nextInt(there.size())).name(),
                            Map.of("metadata", Map.of("annotations", strange.annotations("nobody"))));
            }
        }
    }

    private static Map<String, Object> tamperedLease(StrangeObjects strange, List<PodIdentity> there) {
        return Map.of(
                "metadata",
                Map.of("annotations", Map.of("leaderelection.dev/record", strange.record(there))),
                "spec",
                strange.leaseSpec(there));
    }

    @Test
    void operatorGoesOnAmongObjectsThatNobodyWouldWrite() {
        long seed = new Random().nextLong();
        System.out.println("fuzzing the API server from seed " + seed);
        StrangeObjects strange = new StrangeObjects(seed, Scene.KEY);
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            int logged = stage.operator().log().length();

            createPods(strange);
            createElections(strange);
            tamper(strange, new Random(seed));
            scene.exclude("orders-a", true);

            scene.awaitTransition("orders", "orders-a", "orders-b", "LeaderExcluded");
            assertThat(accepted + refusals.size()).isGreaterThanOrEqualTo(300);
            assertThat(accepted).as("accepted").isGreaterThan(100);
            assertThat(refusals)
                    .as("refused with a word on what is wrong")
                    .isNotEmpty()
                    .allMatch(refusal ->
                            refusal.matches("(?s).*(spec|status|metadata|annotation|label|not found|null).*"));
            AuditLog audit = new AuditLog(stage.controlPlane());
            int before = audit.requests(namespace).size();
            long start = System.nanoTime();
            scene.awaitRenewals("orders", 5);
            double seconds = (System.nanoTime() - start) / 1e9;
            assertThat(audit.requests(namespace).size() - before)
                    .as("requests in %s s".formatted(seconds))
                    .isLessThan((int) (MOST_REQUESTS * seconds));
            assertThat(stage.operator().log().substring(logged).lines())
                    .noneMatch(line -> line.stripLeading().startsWith("at ") || line.startsWith("Caused by"));
            assertThat(stage.operator().isReady()).isTrue();
        }
        user.close();
        admin.namespaces().withName(namespace).delete();
        await("the namespace goes, so every election was cleaned up")
                .atMost(Duration.ofSeconds(60))
                .until(() -> Optional.ofNullable(
                                admin.namespaces().withName(namespace).get())
                        .isEmpty());
    }
}
