package dev.leaderelection.election;

import java.time.Duration;

/**
 * What the user asked for, as the planner needs it.
 *
 * @param strategy when leadership moves, and to whom
 * @param mode what may be done
 * @param minimumTerm every term is greater than this
 * @param notReadyGrace how long a leader may be not ready
 * @param minInterval the least time between two switches
 * @param fencing what must be seen before the heir of a leader that may still be running is promoted
 * @param labelsFollowers whether other candidates carry a label of their own
 */
public record Rules(
        Strategy strategy,
        Mode mode,
        long minimumTerm,
        Duration notReadyGrace,
        Duration minInterval,
        Fencing fencing,
        boolean labelsFollowers) {

    /** What must be seen before the heir of a leader that may still be running is promoted. */
    public enum Fencing {
        /** Nothing. */
        NONE,
        /** That its Lease has run out, by our own clock since nobody has renewed it. */
        AWAIT_LEASE_EXPIRY,
        /** That its pod is gone, which we delete. */
        DELETE_POD
    }

    /** What may be done. */
    public enum Mode {
        /** Everything. */
        ACTIVE,
        /** No promotion, no transfer. */
        PAUSED,
        /** Nothing but a report. */
        OBSERVE,
        /** Nothing but to undo what was done: the operator is being uninstalled. No user asks for it. */
        RELEASE
    }
}
