package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The Lease: readable by everybody, ours alone to write, and gone with its election. */
class LeaseIT {

    private final Stage stage = Stage.shared();

    private static Lease lease(Scene scene, String name) {
        return scene.lease(name).orElseThrow(() -> new AssertionError("no Lease " + name));
    }

    private static Lease foreignLease(Scene scene) {
        return scene.client()
                .leases()
                .inNamespace(scene.namespace())
                .resource(new LeaseBuilder()
                        .withNewMetadata()
                        .withName("orders")
                        .endMetadata()
                        .withNewSpec()
                        .withHolderIdentity("somebody-else")
                        .withLeaseDurationSeconds(15)
                        .endSpec()
                        .build())
                .create();
    }

    @Test
    void tellsEveryReaderOfLeasesWhoLeadsSinceWhenAndForHowLong() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            Lease first = lease(scene, "orders");
            assertThat(first.getSpec().getHolderIdentity()).isEqualTo("orders-a");
            assertThat(first.getSpec().getLeaseDurationSeconds()).isEqualTo(3);
            assertThat(first.getSpec().getRenewTime())
                    .isAfterOrEqualTo(first.getSpec().getAcquireTime());
            assertThat(first.getMetadata().getOwnerReferences())
                    .extracting(owner -> owner.getUid())
                    .containsExactly(scene.election("orders").getMetadata().getUid());

            scene.deletePod("orders-a");

            scene.awaitLeader("orders", "orders-b");
            Lease second = lease(scene, "orders");
            assertThat(second.getSpec().getLeaseTransitions())
                    .isEqualTo(first.getSpec().getLeaseTransitions() + 1);
            assertThat(second.getSpec().getAcquireTime())
                    .isAfter(first.getSpec().getAcquireTime());
        }
    }

    @Test
    void isRenewedAboutEveryInterval() {
        try (Scene scene = stage.scene()) {
            scene.readyPods("orders-a");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            Lease first = lease(scene, "orders");
            TreeSet<ZonedDateTime> renewals = new TreeSet<>();

            await().atMost(Scene.PATIENCE).until(() -> {
                renewals.add(lease(scene, "orders").getSpec().getRenewTime());
                return renewals.size() == 5;
            });

            Duration took = Duration.between(renewals.first(), renewals.last());
            assertThat(took).isBetween(Duration.ofMillis(4 * 790), Duration.ofMillis(4 * 1500));
            assertThat(lease(scene, "orders").getSpec().getAcquireTime())
                    .isEqualTo(first.getSpec().getAcquireTime());
            assertThat(lease(scene, "orders").getSpec().getLeaseTransitions())
                    .isEqualTo(first.getSpec().getLeaseTransitions());
        }
    }

    @Test
    void thatIsNotOursIsRefusedAndNeverWritten() {
        try (Scene scene = stage.scene()) {
            Lease foreign = foreignLease(scene);
            scene.readyPods("orders-a");

            scene.elect("orders", Scene.FAST);

            scene.awaitCondition("orders", "Conflicted", "True", "LeaseConflict");
            scene.awaitCondition("orders", "Ready", "False", "LeaseConflict");
            scene.awaitEvent("LeaderElection", "orders", "LeaseConflict");
            scene.elect("other", Scene.FAST + "routing: {label: {key: example.com/role}}");
            scene.awaitReadyElection("other");
            scene.awaitRenewals("other", 2);
            assertThat(scene.labelled()).isEmpty();
            assertThat(lease(scene, "orders").getMetadata().getResourceVersion())
                    .isEqualTo(foreign.getMetadata().getResourceVersion());
            scene.deleteElection("orders");
            scene.awaitNoElection("orders");
            assertThat(lease(scene, "orders").getMetadata().getResourceVersion())
                    .isEqualTo(foreign.getMetadata().getResourceVersion());
        }
    }

    @Test
    void thatIsNotOursIsNoObstacleOnceItIsGone() {
        try (Scene scene = stage.scene()) {
            Lease foreign = foreignLease(scene);
            scene.readyPods("orders-a");
            scene.elect("orders", Scene.FAST);
            scene.awaitCondition("orders", "Conflicted", "True", "LeaseConflict");

            scene.client().resource(foreign).delete();

            scene.awaitLeader("orders", "orders-a");
            scene.awaitCondition("orders", "Conflicted", "False", "NoConflict");
        }
    }

    @Test
    void hasTheNameThatTheElectionGivesIt() {
        try (Scene scene = stage.scene()) {
            foreignLease(scene);
            scene.readyPods("orders-a");

            scene.elect("orders", "lease: {name: orders-lock, durationSeconds: 3, renewIntervalSeconds: 1}");

            scene.awaitReadyElection("orders");
            assertThat(lease(scene, "orders-lock").getSpec().getHolderIdentity())
                    .isEqualTo("orders-a");
        }
    }

    @Test
    void deletedBySomebodyIsRestoredUnderHigherTermAndTheLeaderStays() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-b", "orders-a");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            long term = scene.term("orders");
            String uid = lease(scene, "orders").getMetadata().getUid();

            scene.client()
                    .leases()
                    .inNamespace(scene.namespace())
                    .withName("orders")
                    .delete();

            scene.awaitStatus("orders", status -> Objects.requireNonNullElse(status.term(), 0L) > term);
            scene.awaitTransition("orders", "orders-b", "orders-b", "LeaseRestored");
            scene.awaitReadyElection("orders");
            assertThat(lease(scene, "orders").getMetadata().getUid()).isNotEqualTo(uid);
            assertThat(scene.history().leaders()).containsExactly("orders-b");
            scene.awaitEvent("LeaderElection", "orders", "LeaseRestored");
        }
    }

    @Test
    void editedBySomebodyIsRestoredUnderHigherTermAndTheLeaderStays() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-b", "orders-a");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            long term = scene.term("orders");

            scene.kubectl(
                    "patch", "lease", "orders", "--type=merge", "-p", "{\"spec\":{\"holderIdentity\":\"orders-a\"}}");

            scene.awaitStatus("orders", status -> Objects.requireNonNullElse(status.term(), 0L) > term);
            scene.awaitLeader("orders", "orders-b");
            scene.awaitReadyElection("orders");
            assertThat(scene.history().leaders()).containsExactly("orders-b");
        }
    }

    @Test
    void goesWithItsElectionAndSoDoesEveryTraceOnThePods() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b", "orders-c");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            scene.deletePod("orders-a");
            scene.awaitLeader("orders", "orders-b");

            scene.deleteElection("orders");

            scene.awaitNoElection("orders");
            assertNoTrace(scene);
        }
    }

    @Test
    void goesWithItsElectionAlsoWhenTheOperatorWasDownMeanwhile() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            stage.operator().stop();
            try {
                scene.deleteElection("orders");
            } finally {
                stage.restartOperator();
            }

            scene.awaitNoElection("orders");
            assertNoTrace(scene);
        }
    }

    private static void assertNoTrace(Scene scene) {
        assertThat(scene.lease("orders")).isEmpty();
        assertThat(scene.client().pods().inNamespace(scene.namespace()).list().getItems())
                .allSatisfy(pod -> {
                    assertThat(pod.getMetadata().getLabels()).containsOnlyKeys("app");
                    assertThat(Objects.requireNonNullElse(pod.getMetadata().getAnnotations(), Map.<String, String>of())
                                    .keySet())
                            .noneMatch(key -> key.startsWith("leaderelection.dev/"));
                });
    }

    @Test
    void minimumTermRaisesTheTermOfTheLeaderThatStays() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-b", "orders-a");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");

            scene.elect("orders", Scene.FAST + "minimumTerm: 1000");

            scene.awaitTransition("orders", "orders-b", "orders-b", "MinimumTermRaised");
            assertThat(scene.term("orders")).isEqualTo(1001);
            assertThat(scene.getPod("orders-b").getMetadata().getAnnotations())
                    .containsEntry(Scene.KEY + ".term", "1001");
            assertThat(scene.history().leaders()).containsExactly("orders-b");
        }
    }

    @Test
    void electionRecreatedUnderTheSameNameBeginsAnewAboveItsMinimumTerm() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            long term = scene.term("orders");

            scene.deleteElection("orders");
            scene.awaitNoElection("orders");
            scene.elect("orders", Scene.FAST + "minimumTerm: " + term);

            scene.awaitReadyElection("orders");
            scene.awaitLeader("orders", "orders-a");
            assertThat(scene.term("orders")).isGreaterThan(term);
            assertThat(scene.history().leaders()).isEqualTo(List.of("orders-a", "orders-a"));
        }
    }
}
