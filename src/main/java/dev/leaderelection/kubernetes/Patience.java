package dev.leaderelection.kubernetes;

import java.time.Duration;

/** How long to wait for the answer to a request about an election. */
final class Patience {

    /** For a list, of whatever length. */
    static final Duration LONGEST = Duration.ofSeconds(5);

    private static final Duration SHORTEST = Duration.ofMillis(500);

    private Patience() {}

    /** A request that outlives a third of the Lease is of no use to it. */
    static Duration of(Election election) {
        Duration third = election.leaseDuration().dividedBy(3);
        if (third.compareTo(SHORTEST) < 0) {
            return SHORTEST;
        }
        return third.compareTo(LONGEST) > 0 ? LONGEST : third;
    }
}
