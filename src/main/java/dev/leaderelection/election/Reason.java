package dev.leaderelection.election;

/** Why leadership moved. These names are part of the API: they stand in the history and in Events. */
public enum Reason {
    /** Nobody led before. */
    SEAT_VACANT("SeatVacant", "the seat was vacant"),
    /** The leader's object is gone. */
    LEADER_GONE("LeaderGone", "the leader's pod is gone"),
    /** The leader's deletion was asked for. */
    LEADER_TERMINATING("LeaderTerminating", "the leader is being deleted"),
    /** The leader succeeded or failed. */
    LEADER_ENDED("LeaderEnded", "the leader's containers have ended for good"),
    /** The leader is not ready. */
    LEADER_NOT_READY("LeaderNotReady", "the leader is not ready"),
    /** The leader's node is silent. */
    LEADER_NODE_LOST("LeaderNodeLost", "the leader's node is lost"),
    /** The leader's probe has failed. */
    LEADER_PROBE_FAILED("LeaderProbeFailed", "the leader fails its probe"),
    /** The leader's object was removed, and nobody has seen its containers end. */
    LEADER_UNFENCED(
            "LeaderUnfenced",
            "the leader's pod was removed before its containers were seen to end: on its node it may still be running"),
    /** The leader was excluded by annotation. */
    LEADER_EXCLUDED("LeaderExcluded", "the leader was excluded by annotation"),
    /** The leader is no longer selected. */
    LEADER_NOT_SELECTED("LeaderNotSelected", "the selector no longer matches the leader"),
    /** A pod of higher rank took over (Bully). */
    HIGHER_RANK("HigherRank", "a pod of higher rank has been eligible for long enough"),
    /** The leader's term ended (Ring). */
    TERM_ENDED("TermEnded", "the leader's term ended"),
    /** A user asked for it. */
    LEADERSHIP_TRANSFER("LeadershipTransfer", "a transfer was asked for"),
    /** The Lease was lost or edited; the leader stays under a new term. */
    LEASE_RESTORED("LeaseRestored", "the Lease was deleted or written by somebody else, the leader stays"),
    /** {@code minimumTerm} was raised; the leader stays under a new term. */
    MINIMUM_TERM_RAISED("MinimumTermRaised", "minimumTerm was raised, the leader stays"),
    /** Whoever began the transition did not live to report it, and took the reason along. */
    RESUMED("Resumed", "an operator that has ended since had begun it");

    private final String text;
    private final String explanation;

    Reason(String text, String explanation) {
        this.text = text;
        this.explanation = explanation;
    }

    /** The name in the API. */
    public String text() {
        return text;
    }

    /** The same in words. */
    public String explanation() {
        return explanation;
    }

    /** Whether the leader failed or went away, rather than that somebody took the lead from it, or that nobody knows. */
    public boolean isFailure() {
        return switch (this) {
            case LEADER_GONE,
                    LEADER_TERMINATING,
                    LEADER_ENDED,
                    LEADER_NOT_READY,
                    LEADER_NODE_LOST,
                    LEADER_PROBE_FAILED,
                    LEADER_UNFENCED -> true;
            case SEAT_VACANT,
                    LEADER_EXCLUDED,
                    LEADER_NOT_SELECTED,
                    HIGHER_RANK,
                    TERM_ENDED,
                    LEADERSHIP_TRANSFER,
                    LEASE_RESTORED,
                    MINIMUM_TERM_RAISED,
                    RESUMED -> false;
        };
    }

    /** Whether the leader that was replaced was well. */
    public boolean isHandover() {
        return this == HIGHER_RANK || this == TERM_ENDED || this == LEADERSHIP_TRANSFER;
    }
}
