package dev.leaderelection.kubernetes;

import dev.leaderelection.api.LeaderElectionSpec;
import dev.leaderelection.election.LeaseRecord;
import dev.leaderelection.election.Rules;
import java.time.Duration;

/** Turns what a user asked for into what decides. */
public final class RulesReader {

    private RulesReader() {}

    /** Reads it. */
    public static Rules read(LeaderElectionSpec spec) {
        return read(spec, false);
    }

    /**
     * Reads it for an operator that may be there to undo.
     *
     * @param releases whether elections are to be let go; one that only observes has nothing that would have to be taken away
     */
    public static Rules read(LeaderElectionSpec spec, boolean releases) {
        return new Rules(
                StrategyReader.read(spec.strategy()),
                releases && spec.mode() != LeaderElectionSpec.Mode.OBSERVE
                        ? Rules.Mode.RELEASE
                        : Rules.Mode.valueOf(spec.mode().name()),
                Math.min(spec.minimumTerm(), LeaseRecord.HIGHEST_TERM),
                Duration.ofSeconds(spec.detection().notReadyGraceSeconds()),
                Duration.ofSeconds(spec.failover().minIntervalSeconds()),
                Rules.Fencing.valueOf(spec.failover().fencing().name()),
                !spec.routing().label().followerValue().isEmpty());
    }
}
