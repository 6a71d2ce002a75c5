package dev.leaderelection.reconciler;

import static dev.leaderelection.election.PodFixture.healthy;
import static dev.leaderelection.election.PodFixture.id;
import static dev.leaderelection.election.PodFixture.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.api.LeaderElectionSpec;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.Rules;
import dev.leaderelection.election.Strategy;
import dev.leaderelection.election.Strategy.OrdinalOrder;
import dev.leaderelection.kubernetes.Answer.Cause;
import dev.leaderelection.kubernetes.RulesReader;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When to look again, what the user asked for, and what is remembered meanwhile. */
class PacingTest {

    @ParameterizedTest
    @EnumSource(Cause.class)
    void everyRefusalIsFollowedByALongerPauseUpToABound(Cause cause) {
        Duration last = Duration.ZERO;
        for (int streak = 1; streak <= 40; streak++) {
            Duration pause = Backoff.pause(cause, streak, 1);
            assertThat(pause).isPositive().isGreaterThanOrEqualTo(last).isLessThanOrEqualTo(Duration.ofSeconds(10));
            assertThat(Backoff.pause(cause, streak, 0)).isPositive().isLessThanOrEqualTo(pause);
            last = pause;
        }
    }

    @Test
    void whatTheUserLeftOutHasItsDefault() {
        assertThat(RulesReader.read(spec("selector: {matchLabels: {app: a}}")))
                .isEqualTo(new Rules(
                        new Strategy.Lease(OrdinalOrder.HIGHEST),
                        Rules.Mode.ACTIVE,
                        0,
                        Duration.ZERO,
                        Duration.ZERO,
                        Rules.Fencing.NONE,
                        false));
    }

    @Test
    void anOperatorThatIsUninstalledLetsAllGoButWhatOnlyObserves() {
        assertThat(RulesReader.read(spec("mode: Active"), true).mode()).isEqualTo(Rules.Mode.RELEASE);
        assertThat(RulesReader.read(spec("mode: Paused"), true).mode()).isEqualTo(Rules.Mode.RELEASE);
        assertThat(RulesReader.read(spec("mode: Observe"), true).mode()).isEqualTo(Rules.Mode.OBSERVE);
    }

    @Test
    void readsEveryStrategyWithItsSettings() {
        assertThat(RulesReader.read(spec("strategy: {type: Bully, ordinal: Lowest}"))
                        .strategy())
                .isEqualTo(new Strategy.Bully(OrdinalOrder.LOWEST, Duration.ofSeconds(30)));
        assertThat(RulesReader.read(spec("strategy: {type: Bully, bully: {stabilizationSeconds: 0}}"))
                        .strategy())
                .isEqualTo(new Strategy.Bully(OrdinalOrder.HIGHEST, Duration.ZERO));
        assertThat(RulesReader.read(spec("strategy: {type: Ring, ring: {maxTermSeconds: 7}}"))
                        .strategy())
                .isEqualTo(new Strategy.Ring(OrdinalOrder.HIGHEST, Duration.ofSeconds(7)));
    }

    private static LeaderElectionSpec spec(String yaml) {
        return Serialization.unmarshal(yaml, LeaderElectionSpec.class);
    }

    @Test
    void whatWasWrittenIsBelievedUntilTheCacheIsAsNew() {
        Overlay overlay = new Overlay();
        Candidate written = pod("a").version("10").routed(3).build();
        overlay.wrote(written);

        assertThat(overlay.newest(pod("a").version("9").build())).isEqualTo(written);
        Candidate newer = pod("a").version("11").build();
        assertThat(overlay.newest(newer)).isEqualTo(newer);
        assertThat(overlay.newest(pod("a").version("9").build()).version()).isEqualTo("9");
    }

    @Test
    void aMalformedAnnotationKeepsTheLastPriority() {
        Overlay overlay = new Overlay();
        overlay.withLastPriority(pod("a").priority(7).build());
        Candidate malformed = pod("a").standing(Candidate.Standing.MALFORMED).build();

        assertThat(overlay.withLastPriority(malformed).priority()).isEqualTo(7);
        overlay.retainPods(Set.of());
        assertThat(overlay.withLastPriority(malformed).priority()).isZero();
    }

    /** Else renewals, which succeed meanwhile, would keep it from ever being told. */
    @Test
    void aReportThatIsRefusedWithoutEndIsCountedThroughWritesThatSucceed() {
        ElectionMemory memory = new ElectionMemory();
        for (int i = 0; i < 7; i++) {
            memory.backlog().reportRefused();
            memory.refusals().succeeded();
        }

        assertThat(memory.backlog().reportRefused()).isEqualTo(8);
        memory.backlog().reported();
        assertThat(memory.backlog().reportRefused()).isEqualTo(1);
    }

    @Test
    void aLeadIsCountedByOurClockFromWhatItWasWhenFirstSeen() {
        ElectionMemory memory = new ElectionMemory();

        assertThat(memory.ledFor(id("a"), 4, Duration.ofSeconds(50), Duration.ofSeconds(100)))
                .isEqualTo(Duration.ofSeconds(50));
        assertThat(memory.ledFor(id("a"), 5, Duration.ofDays(9), Duration.ofSeconds(110)))
                .isEqualTo(Duration.ofSeconds(60));
        assertThat(memory.ledFor(healthy("b").id(), 6, Duration.ZERO, Duration.ofMinutes(2)))
                .isZero();
    }

    /** Seen under chaos: b led, then a, of which this replica heard nothing, then b again, and Ring passed on at once. */
    @Test
    void aLeadThatWasLostAndWonBackUnseenIsCountedAnew() {
        ElectionMemory memory = new ElectionMemory();
        memory.ledFor(id("b"), 8, Duration.ZERO, Duration.ofSeconds(100));

        assertThat(memory.ledFor(id("b"), 10, Duration.ofSeconds(1), Duration.ofSeconds(105)))
                .isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aLeadGoesOnInATermThatWeHaveClaimedForItOurselves() {
        ElectionMemory memory = new ElectionMemory();
        memory.ledFor(id("b"), 8, Duration.ZERO, Duration.ofSeconds(100));

        memory.leadsOn(id("b"), 25);

        assertThat(memory.ledFor(id("b"), 25, Duration.ZERO, Duration.ofSeconds(105)))
                .isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void theFirstWakingSinceTheLastPassCounts() {
        ElectionMemory memory = new ElectionMemory();
        memory.wake(Duration.ofSeconds(5));
        memory.wake(Duration.ofSeconds(3));
        memory.wake(Duration.ofSeconds(9));

        assertThat(memory.takeWaking(Duration.ofSeconds(10))).isEqualTo(Duration.ofSeconds(3));
        assertThat(memory.takeWaking(Duration.ofSeconds(10))).isEqualTo(Duration.ofSeconds(10));
    }
}
