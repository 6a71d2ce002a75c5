package dev.leaderelection.election;

import java.time.Duration;

/** What keeps a leader that is not fit in its seat, if anything: what {@link Seat} goes by, for whoever tells of it. */
public enum Reprieve {
    /** Mode Paused. */
    PAUSED("keeps the seat as long as the election is paused"),
    /** Mode Observe. */
    OBSERVED("is not replaced, for the election only observes"),
    /** Nobody else may lead. */
    NO_HEIR("keeps the seat until another candidate is eligible"),
    /** It may become ready again. */
    GRACE("has the time of detection.notReadyGraceSeconds to become ready again"),
    /** It has not led for long. */
    MIN_INTERVAL("keeps the seat until failover.minIntervalSeconds have passed since it took it"),
    /** Nothing. */
    NONE("loses the seat to its heir");

    private final String explanation;

    Reprieve(String explanation) {
        this.explanation = explanation;
    }

    /**
     * Decides.
     *
     * @param rules what the user asked for
     * @param leader a leader that is not fit
     * @param hasHeir whether another pod may lead
     * @param ledFor for how long the leader has led
     * @param unreadyFor for how long it has not been ready
     */
    public static Reprieve of(Rules rules, Candidate leader, boolean hasHeir, Duration ledFor, Duration unreadyFor) {
        if (rules.mode() != Rules.Mode.ACTIVE) {
            return rules.mode() == Rules.Mode.PAUSED ? PAUSED : OBSERVED;
        }
        if (!hasHeir) {
            return NO_HEIR;
        }
        Eligibility eligibility = Eligibility.of(leader);
        if (eligibility == Eligibility.ENDED || eligibility == Eligibility.TERMINATING) {
            return NONE;
        }
        Duration interval = Durations.rest(rules.minInterval(), ledFor);
        Duration grace = eligibility == Eligibility.NOT_READY
                ? Durations.rest(rules.notReadyGrace(), unreadyFor)
                : Duration.ZERO;
        if (interval.isZero() && grace.isZero()) {
            return NONE;
        }
        return grace.compareTo(interval) > 0 ? GRACE : MIN_INTERVAL;
    }

    /** The same for a person, after the leader's name. */
    public String explanation() {
        return explanation;
    }
}
