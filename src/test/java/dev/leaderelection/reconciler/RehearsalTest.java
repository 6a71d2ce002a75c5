package dev.leaderelection.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.kubernetes.PracticeServer;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A rehearsal that does nothing would be silent, too. */
class RehearsalTest {

    private final Rehearsal rehearsal = new Rehearsal(
            new PracticeServer(new KubernetesSerialization()),
            new Clocks(InstantSource.system(), () -> Duration.ofNanos(System.nanoTime())));

    @Test
    void movesTheLeadershipEachTime() {
        Set<Optional<String>> leaders = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            Optional<String> before = rehearsal.leader();

            rehearsal.run(1, Duration.ofMinutes(1));

            assertThat(rehearsal.leader()).isPresent().isNotEqualTo(before);
            leaders.add(rehearsal.leader());
        }
        assertThat(leaders).hasSizeGreaterThan(1);
    }

    @Test
    void endsWhenItsTimeIsUp() {
        assertThat(rehearsal.run(1000, Duration.ZERO)).isZero();
    }
}
