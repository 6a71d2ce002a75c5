package dev.leaderelection.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.kubernetes.PracticeServer;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

/** A rehearsal that does nothing would be silent, too. */
class RehearsalTest {

    private final Rehearsal rehearsal = new Rehearsal(
            new PracticeServer(new KubernetesSerialization()),
            new Clocks(InstantSource.system(), () -> Duration.ofNanos(System.nanoTime())));

    @Test
    void movesTheLeadershipHoweverTheLeaderIsLost() {
        for (int i = 1; i <= 8; i++) {
            assertThat(rehearsal.run(i, () -> true)).isEqualTo(i);
            assertThat(rehearsal.leader()).isPresent();
        }
    }

    @Test
    void endsWhenThereIsNoTimeForMore() {
        assertThat(rehearsal.run(1000, () -> false)).isZero();
    }
}
