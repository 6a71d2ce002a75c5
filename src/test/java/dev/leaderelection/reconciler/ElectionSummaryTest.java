package dev.leaderelection.reconciler;

import static dev.leaderelection.election.PodFixture.healthy;
import static dev.leaderelection.election.PodFixture.id;
import static dev.leaderelection.election.PodFixture.leading;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.election.Plan.Situation;
import dev.leaderelection.election.World;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** How an election looks to whoever counts. */
class ElectionSummaryTest {

    private static final World LED = World.of(leading("b", 2), healthy("a")).claimedBy(id("b"), 2);

    private final ElectionMemory memory = new ElectionMemory();
    private Duration now = Duration.ofHours(1);

    private void found(Situation situation) {
        LeaderElectionStatus status = StatusProjection.project(Reports.of(LED), 1L, 10, Instant.EPOCH);
        memory.found(new ElectionMemory.Found(Reports.ELECTION, situation, status));
    }

    private ElectionSummary summary() {
        return memory.summary(now).orElseThrow();
    }

    @Test
    void thereIsNoneBeforeTheFirstPass() {
        assertThat(memory.summary(now)).isEmpty();
    }

    @Test
    void tellsWhatTheStatusTells() {
        found(Situation.LED);

        assertThat(summary().namespace() + "/" + summary().name()).isEqualTo("shop/orders");
        assertThat(summary().isLed()).isTrue();
        assertThat(summary().term()).isEqualTo(2);
        assertThat(summary().conditions()).hasSize(6);
    }

    @Test
    void aLeaseAgesUntilItIsSeenToChange() {
        found(Situation.LED);
        memory.leaseUnchangedFor("uid/1", now);
        now = now.plusSeconds(15);

        assertThat(summary().lease().orElseThrow().ratio()).isEqualTo(0.5);
        memory.leaseUnchangedFor("uid/2", now);
        assertThat(summary().lease().orElseThrow().ratio()).isZero();
    }

    @Test
    void aLeaseThatIsLeftToRunOutOnPurposeHasNoAge() {
        found(Situation.FENCING);
        memory.leaseUnchangedFor("uid/1", now);

        assertThat(summary().lease()).isEmpty();
    }

    @Test
    void fourLeadersLostWithinTenMinutesAreFlapping() {
        found(Situation.LED);
        for (int i = 0; i < 3; i++) {
            memory.switched(now);
            now = now.plusMinutes(3);
        }
        assertThat(summary().isFlapping()).isFalse();

        memory.switched(now);

        assertThat(summary().isFlapping()).isTrue();
        now = now.plusMinutes(2);
        assertThat(summary().isFlapping()).isFalse();
    }

    @Test
    void oneLeaderAnHourIsNotFlapping() {
        found(Situation.LED);
        for (int i = 0; i < 10; i++) {
            memory.switched(now);
            now = now.plusHours(1);
        }

        assertThat(summary().isFlapping()).isFalse();
    }
}
