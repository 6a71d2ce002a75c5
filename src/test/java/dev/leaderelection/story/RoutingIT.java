package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Traffic follows the label, and the label stays where it belongs. */
class RoutingIT {

    private static final String KEY = Scene.KEY;
    private static final String OTHER_KEY = "example.com/writer";

    private final Stage stage = Stage.shared();

    private static void service(Scene scene) {
        scene.client()
                .load(new ByteArrayInputStream("""
                        apiVersion: v1
                        kind: Service
                        metadata: {name: orders-leader}
                        spec:
                          selector: {app: orders, leaderelection.dev/role: leader}
                          ports: [{port: 80, targetPort: 8080}]
                        """.getBytes(StandardCharsets.UTF_8)))
                .inNamespace(scene.namespace())
                .create();
    }

    private static List<String> routedTo(Scene scene) {
        return scene
                .client()
                .discovery()
                .v1()
                .endpointSlices()
                .inNamespace(scene.namespace())
                .list()
                .getItems()
                .stream()
                .flatMap(slice -> Stream.ofNullable(slice.getEndpoints()).flatMap(List::stream))
                .filter(endpoint -> endpoint.getConditions().getReady())
                .map(endpoint -> endpoint.getTargetRef().getName())
                .toList();
    }

    private static void awaitRoute(Scene scene, String... pods) {
        await("routed to " + List.of(pods))
                .atMost(Scene.PATIENCE)
                .untilAsserted(() -> assertThat(routedTo(scene)).containsExactly(pods));
    }

    private static Optional<String> label(Scene scene, String pod, String key) {
        return Optional.ofNullable(scene.getPod(pod).getMetadata().getLabels().get(key));
    }

    @Test
    void serviceRoutesToTheLeaderAndToNobodyElse() {
        try (Scene scene = stage.scene()) {
            service(scene);
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect("orders", Scene.FAST);
            scene.awaitLeader("orders", "orders-a");
            awaitRoute(scene, "orders-a");

            scene.ready("orders-a", false);

            scene.awaitLeader("orders", "orders-b");
            awaitRoute(scene, "orders-b");
            scene.ready("orders-a", true);
            scene.awaitRenewals("orders", 1);
            awaitRoute(scene, "orders-b");
            scene.deleteElection("orders");
            scene.awaitNoElection("orders");
            awaitRoute(scene);
        }
    }

    @Test
    void followersCarryTheFollowersValue() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect("orders", Scene.FAST + "routing: {label: {followerValue: follower}}");
            scene.awaitLeader("orders", "orders-a");
            await().atMost(Scene.PATIENCE)
                    .untilAsserted(
                            () -> assertThat(label(scene, "orders-b", KEY)).contains("follower"));

            scene.annotate("orders-a", "leaderelection.dev/candidate", "false");

            scene.awaitLeader("orders", "orders-b");
            await().atMost(Scene.PATIENCE)
                    .untilAsserted(
                            () -> assertThat(label(scene, "orders-a", KEY)).contains("follower"));
            scene.readyPods("orders-c");
            await().atMost(Scene.PATIENCE)
                    .untilAsserted(
                            () -> assertThat(label(scene, "orders-c", KEY)).contains("follower"));
            scene.deleteElection("orders");
            scene.awaitNoElection("orders");
            assertThat(List.of("orders-a", "orders-b", "orders-c"))
                    .allSatisfy(pod -> assertThat(label(scene, pod, KEY)).isEmpty());
        }
    }

    @Test
    void labelThatSomebodyPutsOnFollowerIsStripped() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            long term = scene.term("orders");

            scene.stray("orders-b");

            await().atMost(Scene.PATIENCE)
                    .untilAsserted(() -> assertThat(scene.labelled()).containsExactly("orders-a"));
            scene.awaitEvent("LeaderElection", "orders", "StrayLabelRemoved");
            scene.awaitEvent("Pod", "orders-b", "StrayLabelRemoved");
            scene.awaitReadyElection("orders");
            assertThat(scene.term("orders")).isEqualTo(term);
        }
    }

    @Test
    void labelThatSomebodyTakesFromTheLeaderIsGivenBack() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            long term = scene.term("orders");

            scene.label("orders-a", KEY + "-");

            await().atMost(Scene.PATIENCE)
                    .until(() -> scene.history().leaders().equals(List.of("orders-a", "orders-a")));
            scene.awaitReadyElection("orders");
            assertThat(scene.term("orders")).isEqualTo(term);
        }
    }

    @Test
    void labelInThePodTemplateIsConflictBeforeTheFirstTerm() {
        try (Scene scene = stage.scene()) {
            scene.pod("orders-a", Map.of(KEY, "leader"), Map.of());
            scene.awaitReady("orders-a");
            scene.readyPods("orders-b");
            String before = scene.getPod("orders-a").getMetadata().getResourceVersion();

            scene.elect("orders", Scene.FAST);

            scene.awaitCondition("orders", "Conflicted", "True", "LabelInUse");
            scene.awaitEvent("LeaderElection", "orders", "LabelInUse");
            assertThat(scene.getPod("orders-a").getMetadata().getResourceVersion())
                    .isEqualTo(before);
            assertThat(scene.lease("orders")).isEmpty();
            scene.label("orders-a", KEY + "-");
            scene.awaitReadyElection("orders");
            scene.awaitCondition("orders", "Conflicted", "False", "NoConflict");
        }
    }

    @Test
    void podBornWithTheLabelLaterIsStrippedAndTheTemplateNamed() {
        try (Scene scene = stage.scene()) {
            scene.readyPods("orders-a");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            scene.history().exempt("orders-b");

            scene.pod("orders-b", Map.of(KEY, "leader"), Map.of());

            await().atMost(Scene.PATIENCE)
                    .untilAsserted(() -> assertThat(scene.labelled()).containsExactly("orders-a"));
            scene.awaitEvent("Pod", "orders-b", "StrayLabelRemoved");
            assertThat(scene.client()
                            .events()
                            .v1()
                            .events()
                            .inNamespace(scene.namespace())
                            .list()
                            .getItems())
                    .filteredOn(event -> "StrayLabelRemoved".equals(event.getReason()))
                    .allMatch(event -> event.getNote().contains("pod template"));
        }
    }

    @Test
    void electionsWithDifferentKeysShareTheirPods() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect("orders", Scene.FAST);
            scene.elect(
                    "writer",
                    Scene.FAST + "strategy: {type: Bully, bully: {stabilizationSeconds: 0}}\nrouting: {label: {key: "
                            + OTHER_KEY + "}}");
            scene.awaitReadyElection("orders");
            scene.awaitReadyElection("writer");
            scene.awaitLeader("orders", "orders-a");
            assertThat(label(scene, "orders-a", OTHER_KEY)).contains("leader");

            scene.ready("orders-a", false);

            scene.awaitLeader("orders", "orders-b");
            await().atMost(Scene.PATIENCE)
                    .untilAsserted(() ->
                            assertThat(label(scene, "orders-b", OTHER_KEY)).contains("leader"));
            scene.awaitReadyElection("writer");
            scene.deleteElection("writer");
            scene.awaitNoElection("writer");
            scene.awaitLeader("orders", "orders-b");
            assertThat(scene.getPod("orders-b").getMetadata().getAnnotations())
                    .containsKey(KEY + ".fence")
                    .doesNotContainKey(OTHER_KEY + ".fence");
        }
    }

    @Test
    void youngerElectionWithTheSameKeyStandsDownUntilTheOlderIsGone() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect("older", Scene.FAST);
            scene.awaitReadyElection("older");
            // The API tells ages apart by the second.
            scene.awaitRenewals("older", 2);

            scene.elect("younger", Scene.FAST);

            scene.awaitCondition("younger", "Conflicted", "True", "SelectorOverlap");
            scene.awaitEvent("LeaderElection", "younger", "SelectorOverlap");
            scene.awaitRenewals("older", 2);
            assertThat(scene.lease("younger")).isEmpty();
            scene.awaitReadyElection("older");
            scene.awaitLeader("older", "orders-a");
            scene.deleteElection("older");
            scene.awaitNoElection("older");
            scene.awaitReadyElection("younger");
            scene.awaitLeader("younger", "orders-a");
            scene.awaitCondition("younger", "Conflicted", "False", "NoConflict");
        }
    }
}
