package dev.leaderelection.reconciler;

import dev.leaderelection.election.Plan;
import dev.leaderelection.kubernetes.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a pass saw and did, for the status and the Events.
 *
 * @param sight the last look, after everything that was done
 * @param plan what followed from it
 * @param changes the transitions that were made, in their order
 * @param refusal the write that the server denied, or did not take however often it was tried; nothing if there was none
 */
record Report(Sight sight, Plan plan, List<Change> changes, Optional<Answer.Refused<Boolean>> refusal) {

    /** Copies. */
    Report {
        changes = List.copyOf(changes);
    }

    /**
     * A transition that was made.
     *
     * @param transition which
     * @param took from our learning of the cause to the answer to its last write
     * @param at when that was, by the time of day
     */
    record Change(Plan.Transition transition, Duration took, Instant at) {}
}
