package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.leaderelection.cluster.OperatorProcess;
import dev.leaderelection.cluster.Renewals;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two replicas of the operator: one acts, the other stands by and takes over. */
class AvailabilityIT {

    private static final Duration LEASE = Duration.ofSeconds(6);

    /** Of an election that is renewed each second: half its Lease, which is three seconds, after that. */
    private static final Duration LATEST_RENEWAL = Duration.ofMillis(2500);

    private static final String ACTS = "this replica acts";
    private static final String STANDS_BY = "this replica stands by";

    private final Stage stage = Stage.shared();
    private OperatorProcess second;

    @BeforeEach
    void startsASecondReplica() {
        awaitHolder("operator-0");
        second = startReplica("operator-1");
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
            assertThat(second.get("/q/metrics"))
                    .contains("leader_election_acting 0.0")
                    .doesNotContain("leader_election_elections");

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
    void leaderThatEndsTogetherWithTheActiveReplicaIsReplacedByTheOther() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-b", "orders-a");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");

            long asked = System.nanoTime();
            scene.deletePod("orders-b");
            stage.operator().stop();
            scene.awaitLeader("orders", "orders-a");

            assertThat(Duration.ofNanos(System.nanoTime() - asked))
                    .as(stage.operator().log() + second.log())
                    .isLessThan(Duration.ofSeconds(2));
            assertThat(scene.history().leaders()).containsExactly("orders-b", "orders-a");
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
    void rollingUpdateOfTheOperatorMovesNobodyAndRenewsEveryLeaseInTime() {
        try (Scene sticky = stage.scene();
                Scene bully = stage.scene();
                Scene ring = stage.scene();
                Scene busy = stage.scene();
                Renewals renewals = new Renewals()) {
            elect(sticky, "");
            elect(bully, "strategy: {type: Bully, bully: {stabilizationSeconds: 0}}\n");
            elect(ring, "strategy: {type: Ring}\n");
            List<Scene> quiet = List.of(sticky, bully, ring);
            quiet.forEach(scene -> renewals.watch(scene.client(), scene.namespace()));
            List<Long> terms = quiet.stream().map(scene -> scene.term("orders")).toList();

            // As a Deployment of two does it: one more, and when that is ready one of the old ones goes; then again.
            try (Unrest unrest = Unrest.in(busy);
                    OperatorProcess third = startReplica("operator-2")) {
                Duration first = replace(stage.operator(), List.of(second, third));
                try (OperatorProcess fourth = startReplica("operator-3")) {
                    Duration last = replace(second, List.of(third, fourth));
                    unrest.awaitFailovers(unrest.failovers() + 2);
                    unrest.end();
                    quiet.forEach(scene -> scene.awaitRenewals("orders", 2));
                    System.out.printf(
                            "rolling update: acted %d and %d ms after SIGTERM, %d ms between two renewals, %d failovers%n",
                            first.toMillis(),
                            last.toMillis(),
                            renewals.longest().time().toMillis(),
                            unrest.failovers());

                    assertThat(quiet.stream().map(scene -> scene.term("orders")))
                            .isEqualTo(terms);
                    assertThat(quiet)
                            .allSatisfy(scene ->
                                    assertThat(scene.history().leaders()).containsExactly("orders-a"));
                    assertThat(renewals.held()).isEqualTo(quiet.size());
                    assertThat(renewals.longest().time()).isLessThan(LATEST_RENEWAL);
                    sticky.deletePod("orders-a");
                    sticky.awaitLeader("orders", "orders-b");
                }
            }
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

    private static void elect(Scene scene, String strategy) {
        scene.podsReadyInTurn("orders-a", "orders-b");
        scene.elect("orders", strategy + Scene.FAST);
        scene.awaitLeader("orders", "orders-a");
        scene.awaitReadyElection("orders");
    }

    private OperatorProcess startReplica(String identity) {
        return OperatorProcess.start(
                stage.controlPlane(),
                Map.of("LEADER_ELECTION_REPLICA_IDENTITY", identity, "LEADER_ELECTION_REHEARSALS", "0"),
                Map.of());
    }

    /**
     * Ends a replica that was ready.
     *
     * @return how long after that was asked for one of the others acted; nothing if another one did all the time
     */
    private static Duration replace(OperatorProcess old, List<OperatorProcess> others) {
        boolean acted = acts(old);
        long asked = System.nanoTime();
        CompletableFuture<Void> end = CompletableFuture.runAsync(old::stop);
        await("one of the others acts")
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .atMost(Scene.PATIENCE)
                .until(() -> others.stream().anyMatch(AvailabilityIT::acts));
        Duration takeOver = Duration.ofNanos(System.nanoTime() - asked);
        end.join();
        Duration exit = Duration.ofNanos(System.nanoTime() - asked);

        assertThat(exit).as("SIGTERM to exit\n" + old.log()).isLessThan(Duration.ofSeconds(2));
        assertThat(takeOver).as("SIGTERM to take-over\n" + old.log()).isLessThan(Duration.ofSeconds(1));
        return acted ? takeOver : Duration.ZERO;
    }

    private static boolean acts(OperatorProcess operator) {
        String log = operator.log();
        return log.lastIndexOf(ACTS) > log.lastIndexOf(STANDS_BY);
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
