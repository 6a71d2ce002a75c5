package dev.leaderelection.runtime;

import dev.leaderelection.election.Plan;
import dev.leaderelection.election.Reason;
import dev.leaderelection.election.Strategy;
import dev.leaderelection.kubernetes.Answer.Cause;
import dev.leaderelection.reconciler.Telemetry;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.DoubleStream;

/** What this process has done, as meters. How things stand is told by {@link Gauges}. */
final class Counters implements Telemetry {

    private static final Duration[] FAILOVER_BUCKETS =
            seconds(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60);
    private static final Duration[] LAG_BUCKETS = seconds(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60);

    private final MeterRegistry registry;
    private final Timer renewals;
    private final Map<Cause, Counter> refusals = new EnumMap<>(Cause.class);

    Counters(MeterRegistry registry) {
        this.registry = registry;
        this.renewals = Timer.builder("leader.election.renewal.lag")
                .description("How late Leases were renewed, against when that was due")
                .serviceLevelObjectives(LAG_BUCKETS)
                .register(registry);
        for (Cause cause : Cause.values()) {
            refusals.put(
                    cause,
                    Counter.builder("leader.election.refusals")
                            .description("Passes over an election that ended early, by what was in their way")
                            .tag("cause", cause.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
    }

    @Override
    public void moved(Strategy strategy, Plan.Transition transition, Duration took) {
        Tags tags = Tags.of("reason", transition.reason().text(), "strategy", name(strategy));
        Counter.builder("leader.election.transitions")
                .description("Terms that began")
                .tags(tags)
                .register(registry)
                .increment();
        // Where the leader stays nothing fails over, and nobody knows when a transition began that another process has
        // begun.
        if (transition.isSwitch() && transition.reason() != Reason.RESUMED) {
            Timer.builder("leader.election.failover")
                    .description(
                            "From learning of the cause of a switch to the answer to the write of the new leader's label")
                    .serviceLevelObjectives(FAILOVER_BUCKETS)
                    .tags(tags)
                    .register(registry)
                    .record(took);
        }
    }

    @Override
    public void renewed(Duration late) {
        renewals.record(late);
    }

    @Override
    public void refused(Cause cause) {
        Objects.requireNonNull(refusals.get(cause)).increment();
    }

    private static String name(Strategy strategy) {
        if (strategy instanceof Strategy.Bully) {
            return "Bully";
        }
        return strategy instanceof Strategy.Ring ? "Ring" : "Lease";
    }

    private static Duration[] seconds(double... seconds) {
        return DoubleStream.of(seconds)
                .mapToObj(each -> Duration.ofNanos(Math.round(each * 1e9)))
                .toArray(Duration[]::new);
    }
}
