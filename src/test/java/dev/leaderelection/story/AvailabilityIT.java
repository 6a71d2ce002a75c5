package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.leaderelection.cluster.OperatorProcess;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two replicas of the operator: one acts, the other stands by and takes over. */
class AvailabilityIT {

    private static final Duration LEASE = Duration.ofSeconds(6);
    private static final String ACTS = "this replica acts";
    private static final String STANDS_BY = "this replica stands by";

    private final Stage stage = Stage.shared();
    private OperatorProcess second;

    @BeforeEach
    void startsASecondReplica() {
        awaitHolder("operator-0");
        second = OperatorProcess.start(
                stage.controlPlane(),
                Map.of("LEADER_ELECTION_REPLICA_IDENTITY", "operator-1", "LEADER_ELECTION_REHEARSALS", "0"),
                Map.of());
    }

    @AfterEach
    void endsTheSecondReplica() {
        second.close();
        stage.restartOperator();
    }

    @Test
    void standbyThatIsReadyActsWithinASecondOfTheEndOfTheOther() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-b", "orders-a");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            long term = scene.term("orders");
            assertThat(second.log()).doesNotContain(ACTS);

            long asked = System.nanoTime();
            stage.operator().stop();
            long ended = System.nanoTime();
            awaitHolder("operator-1");
            await().pollInterval(Duration.ofMillis(5))
                    .atMost(Scene.PATIENCE)
                    .until(() -> second.log().contains(ACTS));
            Duration exit = Duration.ofNanos(ended - asked);
            Duration takeOver = Duration.ofNanos(System.nanoTime() - asked);

            assertThat(exit).as("SIGTERM to exit\n" + stage.operator().log()).isLessThan(Duration.ofSeconds(2));
            assertThat(takeOver.minus(exit))
                    .as("exit to take-over\n" + stage.operator().log() + second.log())
                    .isLessThan(Duration.ofSeconds(1));
            scene.awaitRenewals("orders", 2);
            assertThat(scene.term("orders")).isEqualTo(term);
            assertThat(scene.history().leaders()).containsExactly("orders-b");
            scene.deletePod("orders-b");
            scene.awaitLeader("orders", "orders-a");
        }
    }

    @Test
    void standbyActsASecondAfterTheLeaseOfAKilledOneHasRunOut() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-b", "orders-a");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            long term = scene.term("orders");

            long killed = System.nanoTime();
            stage.operator().kill();
            await().pollInterval(Duration.ofMillis(5))
                    .atMost(Scene.PATIENCE)
                    .until(() -> second.log().contains(ACTS));

            assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(LEASE.plusSeconds(1));
            scene.awaitRenewals("orders", 2);
            assertThat(scene.term("orders")).isEqualTo(term);
            assertThat(scene.history().leaders()).containsExactly("orders-b");
        }
    }

    @Test
    void replicaThatWasSuspendedWritesNothingAfterItLostTheLease() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-b", "orders-a");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");

            stage.operator().pause();
            try {
                await().atMost(Scene.PATIENCE).until(() -> second.log().contains(ACTS));
                scene.deletePod("orders-b");
                scene.awaitLeader("orders", "orders-a");
            } finally {
                stage.operator().resume();
            }
            await().atMost(Scene.PATIENCE).until(() -> stage.operator().log().contains(STANDS_BY));
            String before = stage.operator().log();
            scene.readyPods("orders-c");
            scene.deletePod("orders-a");
            scene.awaitLeader("orders", "orders-c");

            assertThat(stage.operator().log().substring(before.length())).doesNotContain("leader promoted");
            assertThat(second.log()).contains("pod=orders-c");
        }
    }

    @Test
    void leaseThatIsDeletedIsMadeAgainByOneOfThem() {
        stage.controlPlane()
                .admin()
                .leases()
                .inNamespace("leader-election-system")
                .withName("leader-election-operator")
                .delete();

        await().atMost(Scene.PATIENCE).until(() -> ownLease() != null);

        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-b", "orders-a");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
        }
    }

    private void awaitHolder(String identity) {
        await("the operator's Lease is held by " + identity)
                .pollInterval(Duration.ofMillis(10))
                .atMost(Scene.PATIENCE)
                .until(() -> ownLease() != null
                        && identity.equals(ownLease().getSpec().getHolderIdentity()));
    }

    private Lease ownLease() {
        return stage.controlPlane()
                .admin()
                .leases()
                .inNamespace("leader-election-system")
                .withName("leader-election-operator")
                .get();
    }
}
