package dev.leaderelection.election;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What follows from an observation.
 *
 * @param situation how the election stands
 * @param transition the change of leadership that the steps make, or in mode Observe would make
 * @param steps what to write, in this order, each only after the one before it succeeded
 * @param nextLook after how long to look again, if nothing happens before
 */
public record Plan(Situation situation, Optional<Transition> transition, List<Step> steps, Duration nextLook) {

    /** Copies. */
    public Plan {
        steps = List.copyOf(steps);
    }

    /** How an election stands. */
    public enum Situation {
        /** A pod holds the seat, and its Lease is renewed. */
        LED,
        /** A pod holds the seat that none can take over; it has ended, or is unfit under a Lease that has run out, which is left so. */
        LAPSING,
        /** A pod holds the seat and is to be replaced, as soon as it is certain that it has stopped. */
        FENCING,
        /** No pod holds the seat, and none may take it. */
        VACANT,
        /** An obstacle forbids it to act. */
        STOOD_DOWN,
        /** This operator may not act, and another one does: it is that one's to report and to answer. */
        LEFT_TO_ANOTHER,
        /** A Lease of that name belongs to somebody else. */
        LEASE_TAKEN,
        /** Mode Observe: nothing is written. */
        OBSERVED,
        /** The election is being deleted, or let go. */
        CLOSING,
        /** The operator is being uninstalled, and has taken away all that it had put there. */
        RELEASED
    }

    /**
     * A change of leadership, or a new term of the same leader.
     *
     * @param from who led before, if anybody
     * @param to who leads then
     * @param term the term that begins
     * @param reason why
     */
    public record Transition(Optional<PodIdentity> from, PodIdentity to, long term, Reason reason) {

        /** Whether the leader changes. */
        public boolean isSwitch() {
            return !from.equals(Optional.of(to));
        }

        /** Whether a leader was lost: another pod leads after it, and nobody had asked for that. */
        public boolean isLoss() {
            return from.isPresent() && isSwitch() && reason.isFailure();
        }
    }
}
