package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.api.LeadershipTransferStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What users ask for by hand: who gets it, who does not, and what is left to read of it. */
class TransfersIT {

    private final Stage stage = Stage.shared();

    private static LeadershipTransfer transfer(Scene scene, String name) {
        return Objects.requireNonNull(scene.client()
                .resources(LeadershipTransfer.class)
                .inNamespace(scene.namespace())
                .withName(name)
                .get());
    }

    private static LeadershipTransferStatus status(Scene scene, String name) {
        LeadershipTransfer transfer = transfer(scene, name);
        return transfer.getStatus() == null ? LeadershipTransferStatus.EMPTY : transfer.getStatus();
    }

    private static boolean isAccepted(Scene scene, String name) {
        return status(scene, name).is(LeadershipTransferStatus.ACCEPTED);
    }

    private static void awaitCompleted(Scene scene, String name) {
        await(name + " is completed")
                .atMost(Scene.PATIENCE)
                .until(() -> status(scene, name).is(LeadershipTransferStatus.COMPLETED));
    }

    private static void awaitRefusal(Scene scene, String name, String reason) {
        await(name + " fails with " + reason)
                .atMost(Scene.PATIENCE)
                .untilAsserted(() -> assertThat(status(scene, name).conditions())
                        .anySatisfy(condition -> assertThat(
                                        condition.getType() + condition.getStatus() + " " + condition.getReason())
                                .isEqualTo("FailedTrue " + reason)));
    }

    @Test
    void leadershipGoesWhereItIsAskedToAndTheRecordSaysSo() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b", "orders-c");
            scene.elect("orders", Scene.FAST + "failover: {minIntervalSeconds: 3600}");
            scene.awaitReadyElection("orders");
            long term = scene.term("orders");

            scene.ask("move", "orders", "orders-c");

            scene.awaitTransition("orders", "orders-a", "orders-c", "LeadershipTransfer");
            awaitCompleted(scene, "move");
            assertThat(status(scene, "move")).satisfies(record -> {
                assertThat(record.from()).isEqualTo("orders-a");
                assertThat(record.to()).isEqualTo("orders-c");
                assertThat(record.term()).isEqualTo(term + 1);
            });
            assertThat(scene.kubectl("get", "lt", "move").lines().toList().get(1))
                    .matches("move +orders +orders-a +orders-c +" + (term + 1) + " +True +Transferred +.*");

            scene.ask("next", "orders", "");

            scene.awaitTransition("orders", "orders-c", "orders-a", "LeadershipTransfer");
            scene.awaitEvent("Pod", "orders-c", "LeaderLost");
            assertThat(scene.history().leaders()).containsExactly("orders-a", "orders-c", "orders-a");
        }
    }

    @Test
    void whatCannotBeIsRefusedWithTheReasonAndMovesNothing() {
        try (Scene scene = stage.scene()) {
            scene.readyPods("orders-a");
            scene.pod("orders-b");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            scene.awaitReady("orders-b");
            scene.ready("orders-b", false);

            scene.ask("unready", "orders", "orders-b");
            scene.ask("stranger", "orders", "bills-0");
            scene.ask("same", "orders", "orders-a");
            scene.ask("nowhere", "bills", "");

            awaitRefusal(scene, "unready", "TargetNotEligible");
            awaitRefusal(scene, "stranger", "TargetNotFound");
            awaitRefusal(scene, "same", "AlreadyLeads");
            awaitRefusal(scene, "nowhere", "ElectionNotFound");
            scene.ready("orders-b", true);
            scene.kubectl("patch", "le", "orders", "--type=merge", "-p", "{\"spec\":{\"mode\":\"Paused\"}}");
            scene.awaitCondition("orders", "Paused", "True", "Paused");
            scene.ask("paused", "orders", "orders-b");
            awaitRefusal(scene, "paused", "Paused");
            assertThat(scene.history().leaders()).containsExactly("orders-a");
        }
    }

    /** The API server lets nobody say when an object was created; its store does. */
    @Test
    void whatWasAskedForWhileTheOperatorWasAwayIsNotMadeWhenItReturns() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            stage.operator().kill();
            scene.ask("old", "orders", "orders-b", 20);
            Instant created = Instant.parse(transfer(scene, "old").getMetadata().getCreationTimestamp());

            new ObjectStore(stage.controlPlane().storeUrl())
                    .replace(
                            "leaderelection.dev/leadershiptransfers/" + scene.namespace() + "/old",
                            created.toString(),
                            created.minus(Duration.ofMinutes(6)).toString());
            stage.restartOperator();

            awaitRefusal(scene, "old", "TimedOut");
            scene.awaitRenewals("orders", 2);
            assertThat(scene.history().leaders()).containsExactly("orders-a");
        }
    }

    @Test
    void aTransferThatEndsBeforeTheLeaseDoesIsRefusedAndTakesNoLabel() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect(
                    "orders",
                    "lease: {durationSeconds: 30, renewIntervalSeconds: 1}\nfailover: {fencing: AwaitLeaseExpiry}");
            scene.awaitReadyElection("orders");

            scene.ask("hasty", "orders", "orders-b", 20);

            awaitRefusal(scene, "hasty", "TimeoutTooShort");
            assertThat(status(scene, "hasty").conditions())
                    .anySatisfy(
                            condition -> assertThat(condition.getMessage()).contains("timeoutSeconds of 31 or more"));
            scene.awaitRenewals("orders", 2);
            assertThat(scene.history().leaders()).containsExactly("orders-a");
            assertThat(scene.labelled()).containsExactly("orders-a");
        }
    }

    /** orders-c would follow by the strategy; the other election only tells the time. */
    @Test
    void whoHasDeletedALeaderForATransferGivesTheSeatToItsTargetHoweverLateThePodGoes() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-c", "orders-b");
            scene.pod("clock", Map.of("app", "clock"), Map.of());
            scene.electOver("{app: clock}", "clock", Scene.FAST + "routing: {label: {key: clock.example.com/role}}");
            scene.elect("orders", Scene.FAST + "failover: {fencing: DeletePod}");
            scene.awaitReadyElection("orders");
            scene.awaitReadyElection("clock");
            scene.hold("orders-a");

            scene.ask("move", "orders", "orders-b", 3);
            await().atMost(Scene.PATIENCE).until(() -> isAccepted(scene, "move"));
            scene.awaitRenewals("clock", 6);
            scene.kubelet().phase(scene.getPod("orders-a"), "Succeeded");

            scene.awaitTransition("orders", "orders-a", "orders-b", "LeadershipTransfer");
            awaitCompleted(scene, "move");
            scene.release("orders-a");
        }
    }

    @Test
    void aTransferWaitsForTheFenceAndOutlivesTheOperator() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect(
                    "orders",
                    "lease: {durationSeconds: 6, renewIntervalSeconds: 1}\nfailover: {fencing: AwaitLeaseExpiry}");
            scene.awaitReadyElection("orders");
            scene.ask("move", "orders", "orders-b");
            await().atMost(Scene.PATIENCE).until(() -> isAccepted(scene, "move"));

            stage.operator().kill();
            stage.restartOperator();

            scene.awaitTransition("orders", "orders-a", "orders-b", "LeadershipTransfer");
            awaitCompleted(scene, "move");
            assertThat(scene.history().leaders()).containsExactly("orders-a", "orders-b");
        }
    }
}
