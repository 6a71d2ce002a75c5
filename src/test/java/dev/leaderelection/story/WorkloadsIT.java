package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Candidates as they come from workloads, with the real controllers. */
class WorkloadsIT {

    private static final String STATEFUL_SET = """
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: orders}
            spec:
              replicas: 3
              serviceName: orders
              selector: {matchLabels: {app: orders}}
              template:
                metadata: {labels: {app: orders}}
                spec:
                  terminationGracePeriodSeconds: 0
                  containers: [{name: app, image: app}]
            """;

    private static final String DEPLOYMENT = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: orders}
            spec:
              replicas: 3
              selector: {matchLabels: {app: orders}}
              template:
                metadata: {labels: {app: orders}}
                spec:
                  terminationGracePeriodSeconds: 0
                  containers: [{name: app, image: app}]
            """;

    private static final String NEW_REVISION =
            "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"example.com/revision\":\"2\"}}}}}";

    /** The garbage collector looks every half a minute for kinds that it does not know, and may need two looks for a new one. */
    private static final Duration GARBAGE_COLLECTION = Duration.ofSeconds(90);

    private final Stage stage = Stage.shared();

    private static void apply(Scene scene, String yaml) {
        scene.client()
                .load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
                .inNamespace(scene.namespace())
                .create();
    }

    private static List<Pod> pods(Scene scene) {
        return scene.client().pods().inNamespace(scene.namespace()).list().getItems();
    }

    private static void awaitReadyPods(Scene scene, int count) {
        await(count + " ready pods")
                .atMost(Scene.PATIENCE)
                .until(() -> pods(scene).size() == count && pods(scene).stream().allMatch(Scene::isReady));
    }

    private static String leader(Scene scene) {
        List<String> labelled = scene.labelled();
        assertThat(labelled).hasSize(1);
        return labelled.get(0);
    }

    @Test
    void statefulSetIsLedByItsHighestOrdinalAlsoAfterItsReturn() {
        try (Scene scene = stage.scene()) {
            apply(scene, STATEFUL_SET);
            awaitReadyPods(scene, 3);
            scene.elect("orders", Scene.FAST + "strategy: {type: Bully, bully: {stabilizationSeconds: 1}}");
            scene.awaitLeader("orders", "orders-2");

            scene.deletePod("orders-2");

            await().atMost(Scene.PATIENCE)
                    .until(() -> scene.history().leaders().equals(List.of("orders-2", "orders-1", "orders-2")));
            scene.awaitTransition("orders", "orders-1", "orders-2", "HigherRank");
        }
    }

    private static String uidOfLeader(Scene scene) {
        return scene.getPod(leader(scene)).getMetadata().getUid();
    }

    /** The election may have been Ready for the former leader until a moment ago, and say so still. */
    private static void awaitAnotherLeader(Scene scene, String formerUid) {
        await().atMost(Scene.PATIENCE).until(() -> {
            var leader = scene.status("orders").leader();
            return leader != null && !leader.podUID().equals(formerUid);
        });
        scene.awaitReadyElection("orders");
    }

    @Test
    void rollingUpdateOfStatefulSetLeavesOneLeaderAtTheEnd() {
        try (Scene scene = stage.scene()) {
            apply(scene, STATEFUL_SET);
            awaitReadyPods(scene, 3);
            scene.elect("orders", Scene.FAST + "strategy: {type: Lease, ordinal: Lowest}");
            scene.awaitReadyElection("orders");
            String former = uidOfLeader(scene);

            scene.kubectl("patch", "statefulset", "orders", "-p", NEW_REVISION);
            scene.kubectl("rollout", "status", "statefulset", "orders", "--timeout=60s");

            awaitAnotherLeader(scene, former);
            assertThat(scene.history().leaders().size()).isBetween(2, 3);
        }
    }

    @Test
    void rollingUpdateOfDeploymentCostsAtMostTwoSwitches() {
        try (Scene scene = stage.scene()) {
            apply(scene, DEPLOYMENT);
            awaitReadyPods(scene, 3);
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            String former = uidOfLeader(scene);
            String pod = leader(scene);

            scene.kubectl("patch", "deployment", "orders", "-p", NEW_REVISION);
            scene.kubectl("rollout", "status", "deployment", "orders", "--timeout=60s");

            await().atMost(Scene.PATIENCE).until(() -> scene.findPod(pod).isEmpty());
            awaitReadyPods(scene, 3);
            awaitAnotherLeader(scene, former);
            assertThat(scene.history().leaders().size()).isBetween(2, 3);
        }
    }

    @Test
    void garbageCollectionOfTheWorkloadLeavesVacantSeat() {
        try (Scene scene = stage.scene()) {
            apply(scene, DEPLOYMENT);
            awaitReadyPods(scene, 3);
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");

            scene.kubectl("delete", "deployment", "orders", "--cascade=background");

            await().atMost(Scene.PATIENCE).until(() -> pods(scene).isEmpty());
            scene.awaitCondition("orders", "Ready", "False", "NoCandidate");
            scene.awaitStatus("orders", status -> status.leader() == null);
        }
    }

    @Test
    void garbageCollectionTakesTheLeaseOfAnElectionThatWasLetGoByHand() {
        try (Scene scene = stage.scene()) {
            scene.readyPods("orders-a");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            stage.operator().stop();
            try {
                scene.deleteElection("orders");
                scene.kubectl(
                        "patch",
                        "leaderelection",
                        "orders",
                        "--type=merge",
                        "-p",
                        "{\"metadata\":{\"finalizers\":null}}");
                await().atMost(GARBAGE_COLLECTION)
                        .until(() -> scene.lease("orders").isEmpty());
            } finally {
                stage.restartOperator();
            }

            scene.label("orders-a", Scene.KEY + "-");
            scene.elect("orders", Scene.FAST);

            scene.awaitReadyElection("orders");
            assertThat(scene.getPod("orders-a").getMetadata().getLabels()).containsEntry(Scene.KEY, "leader");
        }
    }
}
