package dev.leaderelection.election;

import dev.leaderelection.election.LeaseState.Claimed;
import dev.leaderelection.election.Plan.Situation;
import dev.leaderelection.election.Transfer.Acceptance;
import dev.leaderelection.election.Transfer.Outcome;
import dev.leaderelection.election.Transfer.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whom a transfer makes the leader, and what is answered to who asked for it. A promise is written down before anything is done
 * about it, with the term that it ends; whether it was kept can then be told from the Lease, by whoever looks.
 */
final class Transfers {

    private Transfers() {}

    /** Who shall lead because somebody asked for it, as long as the term lasts in which that was promised. */
    static Optional<Candidate> heir(Observation o) {
        if (o.rules().mode() != Rules.Mode.ACTIVE || !(o.lease() instanceof Claimed claimed)) {
            return Optional.empty();
        }
        return o.transfer()
                .filter(transfer -> !isTimedOut(o, transfer) && !transfer.orphaned())
                .flatMap(Transfer::accepted)
                .filter(promise -> promise.term() == claimed.lease().term())
                .flatMap(promise -> candidate(o, promise.to()))
                .filter(pod -> Eligibility.of(pod).isEligible())
                .filter(pod -> !pod.id().equals(claimed.holder()));
    }

    /** A plan that also answers, before anything else: an answer stops no plan, but a plan that is denied stops what comes after. */
    static Plan answered(Observation o, Plan plan) {
        if (o.transfer().isEmpty() || plan.situation() == Situation.LEFT_TO_ANOTHER) {
            return plan;
        }
        Transfer transfer = o.transfer().get();
        Optional<Outcome> outcome = outcome(o, plan, transfer);
        List<Step> steps = new ArrayList<>();
        outcome.ifPresent(answer -> steps.add(new Step.AnswerTransfer(transfer, answer)));
        steps.addAll(plan.steps());
        // Once its time is up, time alone changes nothing about it.
        boolean isWaitedFor = outcome.isEmpty()
                && !transfer.rest().isZero()
                && transfer.rest().compareTo(plan.nextLook()) < 0;
        return new Plan(plan.situation(), plan.transition(), steps, isWaitedFor ? transfer.rest() : plan.nextLook());
    }

    private static Optional<Outcome> outcome(Observation o, Plan plan, Transfer transfer) {
        if (plan.transition().isPresent() && plan.situation() != Situation.OBSERVED) {
            return Optional.empty();
        }
        Optional<Acceptance> ours = transfer.accepted().filter(promise -> !transfer.orphaned());
        Optional<Long> made = ours.flatMap(promise -> ledIn(o, promise));
        if (made.isPresent()) {
            return made.map(Outcome.Completed::new);
        }
        if (ours.filter(promise -> isHalfMade(o, promise, transfer.rest())).isPresent()) {
            // Whoever may promotes the target, so nothing else may be said of it.
            return Optional.empty();
        }
        return forbidden(o, plan, transfer)
                .or(() -> transfer.accepted().isPresent()
                        ? given(o, transfer.accepted().get())
                        : judged(o, plan, transfer).flatMap(answer -> inTime(o, plan, transfer, answer)));
    }

    /**
     * The term in which the target led after the promise, if it did: in the world it makes no difference who has done it, nor whether
     * it still leads.
     */
    private static Optional<Long> ledIn(Observation o, Acceptance promise) {
        return o.terms()
                .firstLedBy(promise.to(), promise.term())
                .or(() -> claimedSince(o, promise)
                        .filter(claimed -> o.pod(claimed.holder())
                                .filter(leader ->
                                        leader.isPromotedIn(claimed.lease().term()))
                                .isPresent())
                        .map(claimed -> claimed.lease().term()));
    }

    /**
     * Whether the Lease names the target, which then gets the label as soon as somebody may give it. One that is not fit for it has
     * the rest of the time to become so: others wait for their turn.
     */
    private static boolean isHalfMade(Observation o, Acceptance promise, Duration rest) {
        return !o.standing().deleting()
                && claimedSince(o, promise)
                        .flatMap(claimed -> o.pod(claimed.holder()))
                        .filter(target -> keepsSeat(target) || (isAlive(target) && !rest.isZero()))
                        .isPresent();
    }

    private static boolean isAlive(Candidate pod) {
        return pod.life() == Candidate.Life.PENDING || pod.life() == Candidate.Life.RUNNING;
    }

    private static Optional<Claimed> claimedSince(Observation o, Acceptance promise) {
        return o.lease() instanceof Claimed claimed
                        && claimed.lease().term() > promise.term()
                        && claimed.holder().name().equals(promise.to())
                ? Optional.of(claimed)
                : Optional.empty();
    }

    /** Its time is up, and a promise has not yet cost the leader its pod: who has paid that much gets what was promised. */
    private static boolean isTimedOut(Observation o, Transfer transfer) {
        return transfer.rest().isZero()
                && transfer.accepted()
                        .filter(promise -> hasCostThePod(o, promise))
                        .isEmpty();
    }

    private static boolean hasCostThePod(Observation o, Acceptance promise) {
        return o.rules().fencing() == Rules.Fencing.DELETE_POD
                && o.lease() instanceof Claimed claimed
                && claimed.lease().term() == promise.term()
                && o.pod(claimed.holder()).filter(Transfers::isAlive).isEmpty();
    }

    /** What forbids any transfer, promised or not. */
    private static Optional<Outcome> forbidden(Observation o, Plan plan, Transfer transfer) {
        if (transfer.orphaned() || o.standing().deleting()) {
            return refused(Refusal.ELECTION_DELETED, "the election was deleted");
        }
        if (o.rules().mode() == Rules.Mode.RELEASE) {
            return refused(Refusal.NO_LEADER, "the operator is being uninstalled: nobody leads");
        }
        if (o.rules().mode() == Rules.Mode.PAUSED) {
            return refused(Refusal.PAUSED, "the election is paused: set its mode to Active, and ask again");
        }
        if (o.rules().mode() == Rules.Mode.OBSERVE) {
            return refused(Refusal.OBSERVING, "the election only observes: set its mode to Active, and ask again");
        }
        if (plan.situation() == Situation.STOOD_DOWN || plan.situation() == Situation.LEASE_TAKEN) {
            return refused(
                    Refusal.CONFLICTED, "the election does not act: its condition Conflicted tells what is in its way");
        }
        if (transfer.stale() && transfer.accepted().isEmpty()) {
            return refused(
                    Refusal.TIMED_OUT,
                    "it was asked for at " + transfer.created()
                            + ", longer ago than its timeoutSeconds and five minutes"
                            + " more: ask again if it still shall be");
        }
        if (isTimedOut(o, transfer)) {
            return refused(
                    Refusal.TIMED_OUT,
                    transfer.accepted()
                            .map(promise -> promise.to() + " did not come to lead in time: the election's conditions"
                                    + " tell what it waits for")
                            .orElse("its turn did not come in time: another transfer or a failover went before"));
        }
        return Optional.empty();
    }

    /** Whether a promise can still be kept. */
    private static Optional<Outcome> given(Observation o, Acceptance promise) {
        if (!(o.lease() instanceof Claimed claimed)) {
            return Optional.empty();
        }
        if (claimed.lease().term() < promise.term()) {
            // Our view of the Lease is older than the promise.
            return Optional.empty();
        }
        if (claimed.lease().term() > promise.term() && !claimed.holder().name().equals(promise.to())) {
            return refused(
                    Refusal.OVERTAKEN,
                    "term " + promise.term() + " of " + promise.from() + " ended for another reason, and "
                            + claimed.holder().name() + " leads: ask again if " + promise.to() + " still shall");
        }
        return candidate(o, promise.to())
                .map(Transfers::unfit)
                .orElseGet(() -> refused(Refusal.TARGET_NOT_ELIGIBLE, "pod " + promise.to() + " is gone"));
    }

    private static Optional<Outcome> judged(Observation o, Plan plan, Transfer transfer) {
        Optional<Candidate> leader = o.lease() instanceof Claimed claimed ? o.pod(claimed.holder()) : Optional.empty();
        if (plan.situation() == Situation.FENCING
                || (leader.isEmpty() && !plan.steps().isEmpty())) {
            // Leadership is about to move anyway: from whom, will be seen.
            return Optional.empty();
        }
        if (leader.isEmpty() || !(o.lease() instanceof Claimed claimed)) {
            return refused(Refusal.NO_LEADER, "nobody leads: the seat goes to the first candidate that is eligible");
        }
        List<Candidate> others = o.pods().stream()
                .filter(pod -> !pod.id().equals(claimed.holder()))
                .toList();
        if (!transfer.target().isEmpty()) {
            if (transfer.target().equals(claimed.holder().name())) {
                return refused(Refusal.ALREADY_LEADS, "pod " + transfer.target() + " leads");
            }
            return candidate(o, transfer.target())
                    .map(pod -> unfit(pod).or(() -> accepted(o, claimed, leader.get(), pod)))
                    .orElseGet(() -> refused(
                            Refusal.TARGET_NOT_FOUND,
                            "the election has no candidate " + transfer.target() + ": see status.members for those it"
                                    + " has"));
        }
        List<Candidate> eligible =
                others.stream().filter(pod -> Eligibility.of(pod).isEligible()).toList();
        return o.rules()
                .strategy()
                .successor(
                        leader.get(),
                        Seat.preferred(eligible),
                        o.pods().stream().filter(Candidate::selected).toList())
                .map(pod -> accepted(o, claimed, leader.get(), pod))
                .orElseGet(() -> refused(
                        Refusal.NO_ELIGIBLE_TARGET,
                        "no other candidate is eligible: see status.members for each one's reason"));
    }

    private static Optional<Outcome> accepted(Observation o, Claimed claimed, Candidate leader, Candidate heir) {
        Optional<Candidate> superior = o.pods().stream()
                .filter(pod -> Eligibility.of(pod).isEligible() || (pod.equals(leader) && keepsSeat(pod)))
                .filter(pod -> o.rules().strategy().rank().compare(pod, heir) < 0)
                .min(o.rules().strategy().rank());
        if (superior.isPresent() && o.rules().strategy() instanceof Strategy.Bully) {
            return refused(
                    Refusal.OUTRANKED,
                    "under strategy Bully " + superior.get().id().name() + ", which ranks higher, would take the seat"
                            + " right back: give " + heir.id().name()
                            + " the higher rank instead, by annotation leaderelection.dev/priority");
        }
        return Optional.of(new Outcome.Accepted(
                leader.id().name(), claimed.lease().term(), heir.id().name()));
    }

    /** A promise that waits for the Lease to lapse takes the label from a healthy leader: not for nothing. */
    private static Optional<Outcome> inTime(Observation o, Plan plan, Transfer transfer, Outcome answer) {
        if (!(answer instanceof Outcome.Accepted)
                || o.rules().fencing() != Rules.Fencing.AWAIT_LEASE_EXPIRY
                || !(o.lease() instanceof Claimed claimed)) {
            return Optional.of(answer);
        }
        if (plan.steps().stream().anyMatch(Step.Renew.class::isInstance)) {
            // How long the Lease lasts is known after its renewal, which comes with this pass.
            return Optional.empty();
        }
        Duration lapse = Fence.of(o, claimed).flatMap(Fence::lapse).orElse(Duration.ZERO);
        if (transfer.rest().compareTo(lapse) > 0) {
            return Optional.of(answer);
        }
        // Whoever asks again may do so just after a renewal.
        long enough = Durations.longer(lapse, claimed.copy().duration()).toSeconds() + 1;
        return refused(
                Refusal.TIMEOUT_TOO_SHORT,
                "fencing AwaitLeaseExpiry lets nobody follow before the Lease has run out, in " + lapse.toSeconds()
                        + " s, and the transfer is given up in "
                        + transfer.rest().toSeconds() + " s: ask again with timeoutSeconds of " + enough
                        + " or more");
    }

    private static boolean keepsSeat(Candidate pod) {
        return Eligibility.of(pod).keepsSeat();
    }

    /** What keeps a pod from leading, if anything. */
    private static Optional<Outcome> unfit(Candidate pod) {
        Eligibility eligibility = Eligibility.of(pod);
        return eligibility.isEligible()
                ? Optional.empty()
                : refused(
                        Refusal.TARGET_NOT_ELIGIBLE,
                        "pod " + pod.id().name() + " may not lead: " + eligibility.explanation());
    }

    private static Optional<Candidate> candidate(Observation o, String name) {
        return o.pods().stream()
                .filter(pod -> pod.selected() && pod.id().name().equals(name))
                .findFirst();
    }

    private static Optional<Outcome> refused(Refusal refusal, String explanation) {
        return Optional.of(new Outcome.Failed(refusal, explanation));
    }
}
