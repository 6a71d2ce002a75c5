package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.api.LeadershipTransferStatus;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What users ask for by hand: who gets it, who does not, and what is left to read of it. */
class TransfersIT {

    private final Stage stage = Stage.shared();

    private static LeadershipTransferStatus status(Scene scene, String name) {
        LeadershipTransfer transfer = Objects.requireNonNull(scene.client()
                .resources(LeadershipTransfer.class)
                .inNamespace(scene.namespace())
                .withName(name)
                .get());
        return transfer.getStatus() == null ? LeadershipTransferStatus.EMPTY : transfer.getStatus();
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
            await().atMost(Scene.PATIENCE).until(() -> status(scene, "move").is(LeadershipTransferStatus.COMPLETED));
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

    @Test
    void aTransferWaitsForTheFenceAndOutlivesTheOperator() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect(
                    "orders",
                    "lease: {durationSeconds: 6, renewIntervalSeconds: 1}\nfailover: {fencing: AwaitLeaseExpiry}");
            scene.awaitReadyElection("orders");
            scene.ask("move", "orders", "orders-b");
            await().atMost(Scene.PATIENCE).until(() -> status(scene, "move").is(LeadershipTransferStatus.ACCEPTED));

            stage.operator().kill();
            stage.restartOperator();

            scene.awaitTransition("orders", "orders-a", "orders-b", "LeadershipTransfer");
            await().atMost(Scene.PATIENCE).until(() -> status(scene, "move").is(LeadershipTransferStatus.COMPLETED));
            assertThat(scene.history().leaders()).containsExactly("orders-a", "orders-b");
        }
    }
}
