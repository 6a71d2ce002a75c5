package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionStatus.Member;
import dev.leaderelection.api.LeaderElectionStatus.MemberState;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is replaced, and when. */
class ReplacementIT {

    private final Stage stage = Stage.shared();

    private static void leads(Scene scene, String spec) {
        scene.podsReadyInTurn("orders-a", "orders-b");
        scene.elect("orders", Scene.FAST + spec);
        scene.awaitLeader("orders", "orders-a");
        scene.awaitReadyElection("orders");
    }

    private static void assertStays(Scene scene, long term) {
        scene.awaitRenewals("orders", 2);
        scene.awaitLeader("orders", "orders-a");
        assertThat(scene.term("orders")).isEqualTo(term);
        assertThat(scene.history().leaders()).containsExactly("orders-a");
    }

    @Test
    void deletedLeaderIsReplacedAtOnce() {
        try (Scene scene = stage.scene()) {
            leads(scene, "detection: {notReadyGraceSeconds: 3600}\nfailover: {minIntervalSeconds: 3600}");

            scene.deletePod("orders-a");

            scene.awaitTransition("orders", "orders-a", "orders-b", Scene.VANISHED);
        }
    }

    @Test
    void forceDeletedLeaderIsReplacedAtOnce() {
        try (Scene scene = stage.scene()) {
            leads(scene, "");

            scene.kubectl("delete", "pod", "orders-a", "--force", "--grace-period=0");

            scene.awaitTransition("orders", "orders-a", "orders-b", Scene.VANISHED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Failed", "Succeeded"})
    void endedLeaderIsReplacedAtOnce(String phase) {
        try (Scene scene = stage.scene()) {
            leads(scene, "failover: {minIntervalSeconds: 3600}");

            scene.kubelet().phase(scene.getPod("orders-a"), phase);

            scene.awaitTransition("orders", "orders-a", "orders-b", "LeaderEnded");
            assertThat(scene.getPod("orders-a").getMetadata().getLabels()).doesNotContainKey(Scene.KEY);
        }
    }

    @Test
    void terminatingLeaderIsReplacedWhileItIsStillThere() {
        try (Scene scene = stage.scene()) {
            leads(scene, "failover: {minIntervalSeconds: 3600}");
            scene.hold("orders-a");

            scene.deletePod("orders-a");

            scene.awaitTransition("orders", "orders-a", "orders-b", "LeaderTerminating");
            assertThat(scene.getPod("orders-a").getMetadata().getLabels()).doesNotContainKey(Scene.KEY);
            scene.awaitMember("orders", "orders-a", MemberState.TERMINATING);
            scene.release("orders-a");
        }
    }

    @Test
    void excludedLeaderIsReplacedAndMayReturnToTheQueue() {
        try (Scene scene = stage.scene()) {
            leads(scene, "");

            scene.annotate("orders-a", LeaderElection.CANDIDATE_ANNOTATION, "false");

            scene.awaitTransition("orders", "orders-a", "orders-b", "LeaderExcluded");
            scene.awaitMember("orders", "orders-a", MemberState.EXCLUDED);
            scene.annotate("orders-a", LeaderElection.CANDIDATE_ANNOTATION, "true");
            scene.awaitMember("orders", "orders-a", MemberState.ELIGIBLE);
        }
    }

    @Test
    void leaderThatIsNoLongerSelectedIsReplacedAndCleared() {
        try (Scene scene = stage.scene()) {
            leads(scene, "");

            scene.label("orders-a", "app=other");

            scene.awaitTransition("orders", "orders-a", "orders-b", "LeaderNotSelected");
            assertThat(scene.getPod("orders-a").getMetadata().getLabels()).doesNotContainKey(Scene.KEY);
            scene.awaitStatus(
                    "orders",
                    status -> status.candidates() != null
                            && status.candidates().summary().equals("1/1"));
        }
    }

    @Test
    void leaderThatIsNoLongerSelectedStaysWithoutAnHeir() {
        try (Scene scene = stage.scene()) {
            scene.readyPods("orders-a");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            long term = scene.term("orders");

            scene.label("orders-a", "app=other");

            scene.awaitCondition("orders", "Ready", "False", "IncumbentUnfit");
            assertStays(scene, term);
        }
    }

    @Test
    void leaderThatIsNotReadyIsReplacedAtOnceWithoutGrace() {
        try (Scene scene = stage.scene()) {
            leads(scene, "");

            scene.ready("orders-a", false);

            scene.awaitTransition("orders", "orders-a", "orders-b", "LeaderNotReady");
            scene.awaitReadyElection("orders");
        }
    }

    @Test
    void leaderThatIsNotReadyIsReplacedAfterItsGrace() {
        try (Scene scene = stage.scene()) {
            leads(scene, "detection: {notReadyGraceSeconds: 3600}");
            long term = scene.term("orders");
            scene.ready("orders-a", false);
            scene.awaitCondition("orders", "Ready", "False", "IncumbentNotReady");
            assertStays(scene, term);

            scene.elect("orders", Scene.FAST + "detection: {notReadyGraceSeconds: 1}");

            scene.awaitTransition("orders", "orders-a", "orders-b", "LeaderNotReady");
        }
    }

    @Test
    void leaderThatRecoversWithinItsGraceStays() {
        try (Scene scene = stage.scene()) {
            leads(scene, "detection: {notReadyGraceSeconds: 3600}");
            long term = scene.term("orders");
            scene.ready("orders-a", false);
            scene.awaitCondition("orders", "Ready", "False", "IncumbentNotReady");

            scene.ready("orders-a", true);

            scene.awaitReadyElection("orders");
            assertStays(scene, term);
        }
    }

    @Test
    void leaderWithoutAnHeirKeepsLabelAndLeaseWhileItIsNotReady() {
        try (Scene scene = stage.scene()) {
            scene.readyPods("orders-a");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            long term = scene.term("orders");

            scene.ready("orders-a", false);

            scene.awaitCondition("orders", "Ready", "False", "IncumbentNotReady");
            scene.awaitLeader("orders", "orders-a");
            assertThat(scene.condition("orders", "LeaderElected").map(c -> c.getStatus()))
                    .contains("True");
            scene.ready("orders-a", true);
            scene.awaitReadyElection("orders");
            assertStays(scene, term);
        }
    }

    @Test
    void heirThatComesLaterRelievesLeaderThatIsNotReady() {
        try (Scene scene = stage.scene()) {
            scene.readyPods("orders-a");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            scene.ready("orders-a", false);
            scene.awaitCondition("orders", "Ready", "False", "IncumbentNotReady");

            scene.readyPods("orders-b");

            scene.awaitTransition("orders", "orders-a", "orders-b", "LeaderNotReady");
        }
    }

    @Test
    void noSwitchWithinTheMinimumIntervalButForLeaderThatIsGone() {
        try (Scene scene = stage.scene()) {
            leads(scene, "failover: {minIntervalSeconds: 3600}");
            long term = scene.term("orders");
            scene.ready("orders-a", false);
            scene.awaitCondition("orders", "Ready", "False", "IncumbentNotReady");
            assertStays(scene, term);

            scene.deletePod("orders-a");

            scene.awaitTransition("orders", "orders-a", "orders-b", Scene.VANISHED);
        }
    }

    @Test
    void switchIsMadeUpForWhenTheMinimumIntervalHasPassed() {
        try (Scene scene = stage.scene()) {
            leads(scene, "failover: {minIntervalSeconds: 3600}");
            scene.ready("orders-a", false);
            scene.awaitCondition("orders", "Ready", "False", "IncumbentNotReady");

            scene.elect("orders", Scene.FAST + "failover: {minIntervalSeconds: 2}");

            scene.awaitTransition("orders", "orders-a", "orders-b", "LeaderNotReady");
        }
    }

    @Test
    void malformedAnnotationCostsNobodyTheSeat() {
        try (Scene scene = stage.scene()) {
            leads(scene, "");
            long term = scene.term("orders");

            scene.annotate("orders-a", LeaderElection.PRIORITY_ANNOTATION, "high");

            scene.awaitStatus(
                    "orders", status -> status.members().get(0).reason().contains("malformed"));
            assertStays(scene, term);
            scene.awaitReadyElection("orders");
        }
    }

    @Test
    void malformedAnnotationKeepsPodOutOfVacantSeat() {
        try (Scene scene = stage.scene()) {
            leads(scene, "");
            scene.annotate("orders-b", LeaderElection.CANDIDATE_ANNOTATION, "perhaps");
            scene.awaitMember("orders", "orders-b", MemberState.EXCLUDED);
            assertThat(scene.member("orders", "orders-b").map(Member::reason).orElse(""))
                    .contains("malformed");

            scene.deletePod("orders-a");

            scene.awaitCondition("orders", "Ready", "False", "NoEligibleCandidate");
            scene.annotate("orders-b", LeaderElection.CANDIDATE_ANNOTATION, "true");
            scene.awaitTransition("orders", "orders-a", "orders-b", Scene.VANISHED);
        }
    }

    @Test
    void podRecreatedUnderTheSameNameIsAnotherLeader() {
        try (Scene scene = stage.scene()) {
            scene.readyPods("orders-a");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            long term = scene.term("orders");
            scene.deletePod("orders-a");
            await().atMost(Scene.PATIENCE).until(() -> scene.findPod("orders-a").isEmpty());

            String uid = scene.pod("orders-a").getMetadata().getUid();

            await().atMost(Scene.PATIENCE).untilAsserted(() -> {
                assertThat(scene.labelled()).containsExactly("orders-a");
                assertThat(scene.status("orders").leader())
                        .isNotNull()
                        .matches(leader -> leader.podUID().equals(uid));
            });
            assertThat(scene.term("orders")).isEqualTo(term + 1);
            assertThat(scene.history().leaders()).isEqualTo(List.of("orders-a", "orders-a"));
        }
    }

    @Test
    void seatStaysVacantUntilSomebodyIsEligible() {
        try (Scene scene = stage.scene()) {
            scene.readyPods("orders-a");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");

            scene.deletePod("orders-a");

            scene.awaitCondition("orders", "Ready", "False", "NoCandidate");
            scene.awaitEvent("LeaderElection", "orders", "NoCandidate");
            scene.readyPods("orders-b");
            scene.awaitTransition("orders", "orders-a", "orders-b", Scene.VANISHED);
        }
    }
}
