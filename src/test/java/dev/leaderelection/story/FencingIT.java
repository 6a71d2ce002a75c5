package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A leader that may still be running when it is to be replaced. */
class FencingIT {

    private static final String AWAIT = Scene.FAST + "failover: {fencing: AwaitLeaseExpiry}\n";
    private static final String DELETE = Scene.FAST + "failover: {fencing: DeletePod}\n";

    private final Stage stage = Stage.shared();

    private static void leads(Scene scene, String spec) {
        scene.podsReadyInTurn("orders-a", "orders-b");
        scene.elect("orders", spec);
        scene.awaitLeader("orders", "orders-a");
        scene.awaitReadyElection("orders");
    }

    private static void awaitLabelled(Scene scene, String... pods) {
        await().pollInterval(Duration.ofMillis(20))
                .atMost(Scene.PATIENCE)
                .untilAsserted(() -> assertThat(scene.labelled()).containsExactly(pods));
    }

    @Test
    void heirIsPromotedOnlyWhenTheLeaseOfTheOldLeaderHasRunOut() {
        try (Scene scene = stage.scene()) {
            leads(scene, AWAIT);

            scene.ready("orders-a", false);

            awaitLabelled(scene);
            scene.awaitCondition("orders", "Ready", "False", "Fencing");
            scene.awaitEvent("LeaderElection", "orders", "Fencing");
            Lease last = scene.lease("orders").orElseThrow();
            assertThat(last.getSpec().getHolderIdentity()).isEqualTo("orders-a");
            scene.awaitTransition("orders", "orders-a", "orders-b", "LeaderNotReady");
            awaitLabelled(scene, "orders-b");
            Instant renewed = last.getSpec().getRenewTime().toInstant();
            Instant acquired = scene.lease("orders")
                    .orElseThrow()
                    .getSpec()
                    .getAcquireTime()
                    .toInstant();
            assertThat(Duration.between(renewed, acquired)).isGreaterThanOrEqualTo(Duration.ofSeconds(3));
            assertThat(scene.status("orders").history().get(0).durationMilliseconds())
                    .isGreaterThan(1000);
            scene.awaitReadyElection("orders");
        }
    }

    @Test
    void leaderThatRecoversBeforeItsLeaseHasRunOutGetsItsLabelBack() {
        try (Scene scene = stage.scene()) {
            leads(
                    scene,
                    "lease: {durationSeconds: 60, renewIntervalSeconds: 1}\nfailover: {fencing: AwaitLeaseExpiry}\n");
            long term = scene.term("orders");
            scene.ready("orders-a", false);
            awaitLabelled(scene);

            scene.ready("orders-a", true);

            awaitLabelled(scene, "orders-a");
            scene.awaitReadyElection("orders");
            scene.awaitRenewals("orders", 2);
            assertThat(scene.term("orders")).isEqualTo(term);
        }
    }

    @Test
    void leaderIsDeletedAndItsHeirWaitsUntilItsContainersHaveEnded() {
        try (Scene scene = stage.scene()) {
            leads(scene, DELETE);
            scene.hold("orders-a");

            scene.ready("orders-a", false);

            await().atMost(Scene.PATIENCE)
                    .until(() -> Optional.ofNullable(
                                    scene.getPod("orders-a").getMetadata().getDeletionTimestamp())
                            .isPresent());
            scene.awaitCondition("orders", "Ready", "False", "Fencing");
            assertThat(scene.condition("orders", "Ready").orElseThrow().getMessage())
                    .contains("orders-a is being deleted")
                    .contains("node.kubernetes.io/out-of-service");
            assertThat(scene.labelled()).isEmpty();
            assertThat(scene.lease("orders").orElseThrow().getSpec().getHolderIdentity())
                    .isEqualTo("orders-a");
            scene.kubelet().phase(scene.getPod("orders-a"), "Succeeded");
            scene.awaitTransition("orders", "orders-a", "orders-b", "LeaderEnded");
            awaitLabelled(scene, "orders-b");
            scene.release("orders-a");
        }
    }

    @Test
    void leaderWhosePodIsRemovedBeforeItWasSeenToEndIsToldAsUnfenced() {
        try (Scene scene = stage.scene()) {
            leads(scene, DELETE);
            scene.hold("orders-a");
            scene.ready("orders-a", false);
            scene.awaitCondition("orders", "Ready", "False", "Fencing");

            scene.release("orders-a");

            scene.awaitTransition("orders", "orders-a", "orders-b", "LeaderUnfenced");
            scene.awaitReadyElection("orders");
        }
    }
}
