package dev.leaderelection.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.election.Plan.Transition;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.election.Reason;
import dev.leaderelection.election.Strategy;
import dev.leaderelection.kubernetes.Answer.Cause;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is counted, and what is timed. */
class CountersTest {

    private static final Strategy RING = new Strategy.Ring(Strategy.OrdinalOrder.HIGHEST, Duration.ZERO);
    private static final PodIdentity A = new PodIdentity("a", "uid-a");
    private static final PodIdentity B = new PodIdentity("b", "uid-b");

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final Counters counters = new Counters(registry);

    private void moved(PodIdentity from, Reason reason) {
        counters.moved(RING, new Transition(Optional.of(from), B, 7, reason), Duration.ofMillis(20));
    }

    private double transitions(Reason reason) {
        return registry.get("leader.election.transitions")
                .tags("reason", reason.text(), "strategy", "Ring")
                .counter()
                .count();
    }

    /** How many of what was timed took no longer. */
    private static double within(Timer timer, Duration bucket) {
        return Arrays.stream(timer.takeSnapshot().histogramCounts())
                .filter(count -> count.bucket(TimeUnit.MILLISECONDS) == bucket.toMillis())
                .mapToDouble(CountAtBucket::count)
                .sum();
    }

    @Test
    void aSwitchIsCountedAndTimed() {
        moved(A, Reason.LEADER_GONE);

        assertThat(transitions(Reason.LEADER_GONE)).isEqualTo(1);
        Timer failover = registry.get("leader.election.failover")
                .tags("reason", "LeaderGone", "strategy", "Ring")
                .timer();
        assertThat(within(failover, Duration.ofMillis(10))).isZero();
        assertThat(within(failover, Duration.ofMillis(25))).isEqualTo(1);
        assertThat(within(failover, Duration.ofSeconds(60))).isEqualTo(1);
    }

    @Test
    void aLeaderThatStaysHasNotFailedOver() {
        moved(B, Reason.LEASE_RESTORED);

        assertThat(transitions(Reason.LEASE_RESTORED)).isEqualTo(1);
        assertThat(registry.find("leader.election.failover").timers()).isEmpty();
    }

    @Test
    void nobodyKnowsHowLongTookWhatAnotherProcessBegan() {
        moved(A, Reason.RESUMED);

        assertThat(transitions(Reason.RESUMED)).isEqualTo(1);
        assertThat(registry.find("leader.election.failover").timers()).isEmpty();
    }

    @Test
    void renewalsAreTimedByHowLateTheyWere() {
        counters.renewed(Duration.ofMillis(300));

        Timer lag = registry.get("leader.election.renewal.lag").timer();
        assertThat(within(lag, Duration.ofMillis(250))).isZero();
        assertThat(within(lag, Duration.ofMillis(500))).isEqualTo(1);
    }

    @Test
    void everyCauseOfARefusalIsThereFromTheBeginning() {
        counters.refused(Cause.DENIED);

        assertThat(registry.get("leader.election.refusals").counters()).hasSize(Cause.values().length);
        assertThat(registry.get("leader.election.refusals")
                        .tags("cause", "denied")
                        .counter()
                        .count())
                .isEqualTo(1);
    }
}
