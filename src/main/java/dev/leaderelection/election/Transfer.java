package dev.leaderelection.election;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A user's request that another pod lead.
 *
 * <p>Its time is counted by our own clock since we first saw it, so no clock of another machine makes it come too early or last too
 * long. But that count knows nothing of the time in which nobody looked: what was asked for while the operator was away would be
 * done hours later, to everybody's surprise. So one that nothing was promised of is refused when it is too old by the API server's
 * timestamp and our time of day, with minutes to spare. A clock that is wrong can make us refuse what we should have done, or do
 * what we would have done without that rule; it moves nothing.
 *
 * @param name its name
 * @param uid its UID
 * @param version its revision, as an opaque precondition for writes
 * @param created when it was created; of several the oldest is answered first
 * @param target the pod that shall lead, by name; empty for the next by the strategy
 * @param rest after how long it is given up; zero is now
 * @param stale whether it is older than it may be, in the API server's time
 * @param accepted what was promised, if it was accepted
 * @param orphaned whether it was promised by an earlier election of the same name
 * @param finished whether it has completed or failed
 */
public record Transfer(
        String name,
        String uid,
        String version,
        Instant created,
        String target,
        Duration rest,
        boolean stale,
        Optional<Acceptance> accepted,
        boolean orphaned,
        boolean finished) {

    /**
     * What was promised. It is bound to a term, and a Lease leaves a term only once: so a transfer moves leadership at most once,
     * whoever carries it out, and however often it is begun.
     *
     * @param from who led
     * @param term in which term
     * @param to who shall lead
     * @param at when that was written down
     */
    public record Acceptance(String from, long term, String to, Instant at) {}

    /** The same with what is left of its time, and whether it is too old. */
    public Transfer asOfNow(Duration left, boolean tooOld) {
        return new Transfer(name, uid, version, created, target, left, tooOld, accepted, orphaned, finished);
    }

    /** What becomes of a transfer, next. */
    public sealed interface Outcome {

        /**
         * It will be carried out.
         *
         * @param from who leads
         * @param term in which term
         * @param to who shall lead
         */
        record Accepted(String from, long term, String to) implements Outcome {}

        /**
         * It was carried out.
         *
         * @param term the term that began with it
         */
        record Completed(long term) implements Outcome {}

        /**
         * It is not carried out, neither now nor later.
         *
         * @param refusal why
         * @param explanation the same for a person, with the remedy
         */
        record Failed(Refusal refusal, String explanation) implements Outcome {}
    }

    /** Why a transfer is not carried out. These names are part of the API: they stand in its conditions. */
    public enum Refusal {
        /** There is no election of that name. */
        ELECTION_NOT_FOUND("ElectionNotFound"),
        /** The election is being deleted, or was since. */
        ELECTION_DELETED("ElectionDeleted"),
        /** Mode Paused. */
        PAUSED("Paused"),
        /** Mode Observe. */
        OBSERVING("Observing"),
        /** Somebody else has a claim on the Lease or the label. */
        CONFLICTED("Conflicted"),
        /** Nobody leads. */
        NO_LEADER("NoLeader"),
        /** The election has no candidate of that name. */
        TARGET_NOT_FOUND("TargetNotFound"),
        /** The target may not lead. */
        TARGET_NOT_ELIGIBLE("TargetNotEligible"),
        /** No other candidate may lead. */
        NO_ELIGIBLE_TARGET("NoEligibleTarget"),
        /** The target leads. */
        ALREADY_LEADS("AlreadyLeads"),
        /** Under Bully a pod of higher rank would take the seat right away. */
        OUTRANKED("Outranked"),
        /** The fence would take longer than it has. */
        TIMEOUT_TOO_SHORT("TimeoutTooShort"),
        /** Leadership has moved for another reason since it was accepted. */
        OVERTAKEN("Overtaken"),
        /** Its time is up. */
        TIMED_OUT("TimedOut");

        private final String text;

        Refusal(String text) {
            this.text = text;
        }

        /** The name in the API. */
        public String text() {
            return text;
        }
    }
}
