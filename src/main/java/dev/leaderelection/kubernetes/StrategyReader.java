package dev.leaderelection.kubernetes;

import dev.leaderelection.api.LeaderElectionSpec;
import dev.leaderelection.election.Strategy;
import java.time.Duration;

/** Turns the strategy that a user asked for into the policy that decides. */
public final class StrategyReader {

    private StrategyReader() {}

    /** Reads it. */
    public static Strategy read(LeaderElectionSpec.Strategy spec) {
        Strategy.OrdinalOrder ordinals =
                Strategy.OrdinalOrder.valueOf(spec.ordinal().name());
        return switch (spec.type()) {
            case LEASE -> new Strategy.Lease(ordinals);
            case BULLY -> {
                var bully = spec.bully() == null ? new LeaderElectionSpec.Bully(30) : spec.bully();
                yield new Strategy.Bully(ordinals, Duration.ofSeconds(bully.stabilizationSeconds()));
            }
            case RING -> {
                var ring = spec.ring() == null ? new LeaderElectionSpec.Ring(0) : spec.ring();
                // A term that is over before it has begun would be passed on without end; the schema refuses it, but
                // not everywhere.
                yield new Strategy.Ring(ordinals, Duration.ofSeconds(Math.max(0, ring.maxTermSeconds())));
            }
        };
    }
}
