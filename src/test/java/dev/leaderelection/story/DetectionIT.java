package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.leaderelection.api.LeaderElectionStatus.MemberState;
import dev.leaderelection.cluster.FakeKubelet;
import dev.leaderelection.story.ProbedPod.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Leaders that fail without any word of their pods' status. */
class DetectionIT {

    private static final Stage STAGE = Stage.shared();

    @BeforeAll
    static void mayProbeLoopback() {
        STAGE.restartOperator(Map.of("LEADER_ELECTION_PROBES_ANY_ADDRESS", "true"));
    }

    @AfterAll
    static void mayNotAnyMore() {
        STAGE.restartOperator();
    }

    @Test
    void leaderOnASilentNodeIsReplacedLongBeforeKubernetesSaysThatItIsNotReady() {
        try (Scene scene = STAGE.scene()) {
            scene.readyPods("orders-a", "orders-b", "orders-c");
            scene.elect("orders", Scene.FAST + "detection: {nodeHeartbeatSeconds: 20}\n");
            scene.awaitReadyElection("orders");
            String leader = scene.labelled().get(0);
            String node = node(scene, leader);
            List<String> elsewhere = List.of("orders-a", "orders-b", "orders-c").stream()
                    .filter(pod -> !node(scene, pod).equals(node))
                    .toList();
            assertThat(elsewhere).as("the pods are on two nodes").isNotEmpty();

            long silent = System.nanoTime();
            STAGE.kubelet().silence(node);
            try {
                await().pollInterval(Duration.ofMillis(50))
                        .atMost(Duration.ofSeconds(40))
                        .untilAsserted(
                                () -> assertThat(scene.labelled()).hasSize(1).isSubsetOf(elsewhere));

                assertThat(Duration.ofNanos(System.nanoTime() - silent)).isLessThan(Duration.ofSeconds(25));
                assertThat(Scene.isReady(scene.getPod(leader))).isTrue();
                scene.awaitStatus(
                        "orders", status -> status.history().get(0).reason().equals("LeaderNodeLost"));
                scene.awaitMember("orders", leader, MemberState.NODE_LOST);
            } finally {
                STAGE.kubelet().revive(node);
            }
            scene.awaitMember("orders", leader, MemberState.ELIGIBLE);
        }
    }

    private static String node(Scene scene, String pod) {
        return scene.getPod(pod).getSpec().getNodeName();
    }

    /** An election over two pods, of which {@code orders-a} leads, each with somebody who listens. */
    private static void leads(Scene scene, ProbedPod a, ProbedPod b, String probe) {
        scene.pod("orders-a", Map.of(), Map.of(FakeKubelet.ADDRESS_ANNOTATION, a.address()));
        scene.pod("orders-b", Map.of(), Map.of(FakeKubelet.ADDRESS_ANNOTATION, b.address()));
        scene.awaitReady("orders-a");
        scene.awaitReady("orders-b");
        scene.readyAfter("orders-b", "orders-a");
        scene.elect("orders", Scene.FAST + "detection: {probe: {" + probe.formatted(a.port()) + "}}\n");
        scene.awaitLeader("orders", "orders-a");
        scene.awaitReadyElection("orders");
    }

    private static final String HTTP = "httpGet: {path: /electable, port: %d}";

    @ParameterizedTest
    @CsvSource({"UNAVAILABLE, 3", "NEVER, 4"})
    void leaderThatFailsItsProbeIsReplacedThoughItSaysThatItIsReady(Answer answer, int slowestSeconds) {
        try (Scene scene = STAGE.scene();
                ProbedPod a = new ProbedPod("127.0.0.11", 0);
                ProbedPod b = new ProbedPod("127.0.0.12", a.port())) {
            leads(scene, a, b, HTTP);
            // Both are known to answer.
            scene.awaitRenewals("orders", 2);

            long failed = System.nanoTime();
            a.answers(answer);
            await().pollInterval(Duration.ofMillis(10))
                    .atMost(Scene.PATIENCE)
                    .untilAsserted(() -> assertThat(scene.labelled()).containsExactly("orders-b"));

            Duration took = Duration.ofNanos(System.nanoTime() - failed);
            assertThat(took).isLessThan(Duration.ofSeconds(slowestSeconds).plusSeconds(1));
            scene.awaitTransition("orders", "orders-a", "orders-b", "LeaderProbeFailed");
            scene.awaitMember("orders", "orders-a", MemberState.PROBE_FAILED);
            assertThat(Scene.isReady(scene.getPod("orders-a"))).isTrue();
            a.answers(Answer.WELL);
            scene.awaitMember("orders", "orders-a", MemberState.ELIGIBLE);
        }
    }

    @Test
    void nobodyIsReplacedWhenAllCandidatesFailAtOnce() {
        try (Scene scene = STAGE.scene();
                ProbedPod a = new ProbedPod("127.0.0.13", 0);
                ProbedPod b = new ProbedPod("127.0.0.14", a.port())) {
            leads(scene, a, b, HTTP);
            long term = scene.term("orders");

            a.answers(Answer.UNAVAILABLE);
            b.answers(Answer.UNAVAILABLE);

            scene.awaitRenewals("orders", 8);
            assertThat(scene.term("orders")).isEqualTo(term);
            assertThat(scene.history().leaders()).containsExactly("orders-a");
            awaitReadyMessage(scene, ready -> ready.contains("no candidate answers the probe"));

            b.answers(Answer.WELL);

            scene.awaitLeader("orders", "orders-b");
            awaitReadyMessage(scene, ready -> ready.equals("orders-b leads and is ready"));
        }
    }

    private static void awaitReadyMessage(Scene scene, Predicate<String> expected) {
        await().atMost(Scene.PATIENCE)
                .until(() -> scene.condition("orders", "Ready")
                        .filter(ready -> expected.test(ready.getMessage()))
                        .isPresent());
    }
}
