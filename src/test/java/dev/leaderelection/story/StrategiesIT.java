package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionStatus.MemberState;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Each strategy's whole story. */
class StrategiesIT {

    private final Stage stage = Stage.shared();

    @Test
    void leasePassesVacantSeatToTheLongestReady() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-c", "orders-b", "orders-a");
            scene.elect("orders", Scene.FAST);
            scene.awaitTransition("orders", "null", "orders-c", "SeatVacant");
            long term = scene.term("orders");

            scene.deletePod("orders-c");

            scene.awaitTransition("orders", "orders-c", "orders-b", Scene.VANISHED);
            assertThat(scene.term("orders")).isEqualTo(term + 1);
        }
    }

    @Test
    void leasePrefersPriorityToTimeInTheQueue() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.readyPodWithPriority("orders-c", 5);

            scene.elect("orders", Scene.FAST);

            scene.awaitLeader("orders", "orders-c");
        }
    }

    @Test
    void leasePrefersNewestRevisionToTimeInTheQueue() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect("orders", Scene.FAST);
            scene.awaitLeader("orders", "orders-a");
            scene.pod("orders-z", Map.of("pod-template-hash", "new"), Map.of());
            scene.awaitReady("orders-z");
            scene.readyAfter("orders-z", "orders-b");

            scene.deletePod("orders-a");

            scene.awaitLeader("orders", "orders-z");
        }
    }

    @Test
    void leaseLeavesHealthyLeaderItsSeatWhoeverComes() {
        try (Scene scene = stage.scene()) {
            scene.readyPods("orders-b");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            long term = scene.term("orders");

            scene.readyPodWithPriority("orders-a", 100);

            scene.awaitMember("orders", "orders-a", MemberState.ELIGIBLE);
            scene.awaitRenewals("orders", 2);
            scene.awaitLeader("orders", "orders-b");
            assertThat(scene.term("orders")).isEqualTo(term);
            assertThat(scene.history().leaders()).containsExactly("orders-b");
        }
    }

    @Test
    void bullyFillsVacantSeatWithTheHighestRankAtOnce() {
        try (Scene scene = stage.scene()) {
            scene.readyPodWithPriority("orders-a", 1);
            scene.readyPodWithPriority("orders-b", 3);
            scene.readyPodWithPriority("orders-c", 2);
            scene.elect("orders", Scene.FAST + "strategy: {type: Bully, bully: {stabilizationSeconds: 3600}}");
            scene.awaitTransition("orders", "null", "orders-b", "SeatVacant");

            scene.deletePod("orders-b");

            scene.awaitTransition("orders", "orders-b", "orders-c", Scene.VANISHED);
        }
    }

    @Test
    void bullyReturnsToItsSeatOnceItIsStable() {
        try (Scene scene = stage.scene()) {
            scene.readyPodWithPriority("orders-a", 1);
            scene.elect("orders", Scene.FAST + "strategy: {type: Bully, bully: {stabilizationSeconds: 3600}}");
            scene.awaitReadyElection("orders");
            scene.readyPodWithPriority("orders-b", 2);
            scene.awaitMember("orders", "orders-b", MemberState.STABILIZING);
            scene.awaitRenewals("orders", 2);
            scene.awaitLeader("orders", "orders-a");

            scene.elect("orders", Scene.FAST + "strategy: {type: Bully, bully: {stabilizationSeconds: 2}}");

            scene.awaitTransition("orders", "orders-a", "orders-b", "HigherRank");
            assertThat(scene.history().leaders()).containsExactly("orders-a", "orders-b");
        }
    }

    @Test
    void bullyThatFaltersIsTimedAnew() {
        try (Scene scene = stage.scene()) {
            scene.readyPodWithPriority("orders-a", 1);
            scene.elect("orders", Scene.FAST + "strategy: {type: Bully, bully: {stabilizationSeconds: 2}}");
            scene.awaitReadyElection("orders");
            scene.readyPodWithPriority("orders-b", 2);
            scene.ready("orders-b", false);
            scene.awaitMember("orders", "orders-b", MemberState.NOT_READY);
            long before = System.nanoTime();

            scene.ready("orders-b", true);

            scene.awaitLeader("orders", "orders-b");
            assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(2_000_000_000L);
        }
    }

    @Test
    void bullyOfLowestOrdinalRanksByNameWithoutOrdinals() {
        try (Scene scene = stage.scene()) {
            scene.pod("orders-x", Map.of("apps.kubernetes.io/pod-index", "2"), Map.of());
            scene.pod("orders-y", Map.of("apps.kubernetes.io/pod-index", "1"), Map.of());
            scene.readyPods("orders-a", "orders-b");
            scene.awaitReady("orders-x");
            scene.awaitReady("orders-y");
            scene.elect(
                    "orders",
                    Scene.FAST + "strategy: {type: Bully, ordinal: Lowest, bully: {stabilizationSeconds: 0}}");
            scene.awaitLeader("orders", "orders-y");

            assertThat(scene.status("orders").members())
                    .extracting(member -> member.podName())
                    .containsExactly("orders-y", "orders-x", "orders-a", "orders-b");
        }
    }

    @Test
    void ringPassesTheDutyDownTheRanksAndWrapsRound() {
        try (Scene scene = stage.scene()) {
            scene.readyPodWithPriority("orders-a", 1);
            scene.readyPodWithPriority("orders-b", 2);
            scene.readyPodWithPriority("orders-c", 3);

            scene.elect("orders", Scene.FAST + "strategy: {type: Ring, ring: {maxTermSeconds: 1}}");

            await().atMost(Scene.PATIENCE).until(() -> scene.history().leaders().size() > 4);
            assertThat(scene.history().leaders().subList(0, 5))
                    .isEqualTo(List.of("orders-c", "orders-b", "orders-a", "orders-c", "orders-b"));
            scene.awaitStatus("orders", status -> status.history().size() > 3);
            assertThat(scene.status("orders").history())
                    .filteredOn(transition -> transition.from() != null)
                    .allMatch(transition -> transition.reason().equals("TermEnded"));
        }
    }

    @Test
    void ringSkipsCandidatesThatAreNotReady() {
        try (Scene scene = stage.scene()) {
            scene.readyPodWithPriority("orders-a", 1);
            scene.readyPodWithPriority("orders-b", 2);
            scene.readyPodWithPriority("orders-c", 3);
            scene.ready("orders-b", false);

            scene.elect("orders", Scene.FAST + "strategy: {type: Ring, ring: {maxTermSeconds: 1}}");

            await().atMost(Scene.PATIENCE).until(() -> scene.history().leaders().size() > 2);
            assertThat(scene.history().leaders().subList(0, 3)).isEqualTo(List.of("orders-c", "orders-a", "orders-c"));
        }
    }

    @Test
    void ringOfOneStaysInItsTerm() {
        try (Scene scene = stage.scene()) {
            scene.readyPods("orders-a");
            scene.elect("orders", Scene.FAST + "strategy: {type: Ring, ring: {maxTermSeconds: 1}}");
            scene.awaitReadyElection("orders");
            long term = scene.term("orders");

            scene.awaitRenewals("orders", 3);

            assertThat(scene.term("orders")).isEqualTo(term);
            assertThat(scene.history().leaders()).containsExactly("orders-a");
        }
    }

    @Test
    void ringWithoutEndGoesToTheHighestRankAliveWhenTheLeaderIsGone() {
        try (Scene scene = stage.scene()) {
            scene.readyPodWithPriority("orders-b", 2);
            scene.elect("orders", Scene.FAST + "strategy: {type: Ring}");
            scene.awaitReadyElection("orders");
            scene.readyPodWithPriority("orders-a", 1);
            scene.readyPodWithPriority("orders-c", 3);
            scene.awaitMember("orders", "orders-c", MemberState.ELIGIBLE);
            scene.awaitRenewals("orders", 2);
            scene.awaitLeader("orders", "orders-b");

            scene.deletePod("orders-b");

            scene.awaitLeader("orders", "orders-c");
            assertThat(scene.getPod("orders-c").getMetadata().getAnnotations())
                    .containsKey(LeaderElection.PRIORITY_ANNOTATION)
                    .containsEntry(Scene.KEY + ".term", Long.toString(scene.term("orders")));
        }
    }
}
