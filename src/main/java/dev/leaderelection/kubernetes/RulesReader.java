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
        return new Rules(
                StrategyReader.read(spec.strategy()),
                Rules.Mode.valueOf(spec.mode().name()),
                Math.min(spec.minimumTerm(), LeaseRecord.HIGHEST_TERM),
                Duration.ofSeconds(spec.detection().notReadyGraceSeconds()),
                Duration.ofSeconds(spec.failover().minIntervalSeconds()),
                Rules.Fencing.valueOf(spec.failover().fencing().name()),
                !spec.routing().label().followerValue().isEmpty());
    }
}
