package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;

/** Each strategy's whole story. */
class StrategiesIT {

    private final Stage stage = Stage.shared();

    @Test
    void leaseElectsTheLongestReadyAndMovesWhenItsPodIsDeleted() {
        try (Scene scene = stage.scene()) {
            scene.readyPods("orders-a", "orders-b", "orders-c");
            scene.elect("orders", "");
            scene.awaitLeader("orders", "orders-a");
            long term = scene.term("orders");

            scene.deletePod("orders-a");

            await().atMost(Scene.PATIENCE)
                    .until(() ->
                            scene.labelled().size() == 1 && !scene.labelled().contains("orders-a"));
            assertThat(scene.term("orders")).isGreaterThanOrEqualTo(term);
        }
    }
}
