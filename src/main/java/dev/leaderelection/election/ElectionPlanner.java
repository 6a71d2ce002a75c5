package dev.leaderelection.election;

import dev.leaderelection.election.Observation.Obstacle.Kind;
import dev.leaderelection.election.Plan.Situation;
import dev.leaderelection.election.Plan.Transition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Decides what to write, from what was observed and from nothing else. Every pass decides again from the whole state, so that a
 * lost event costs an interval and a crash between two steps costs nothing.
 */
public final class ElectionPlanner {

    /** How many terms are reserved ahead, so that an ordinary failover needs no write for it. */
    public static final long TERMS_AHEAD = 16;

    /** No event tells that an obstacle of another election's is gone. */
    private static final Duration OBSTACLE_POLL = Duration.ofSeconds(2);

    private ElectionPlanner() {}

    /** The steps that follow from an observation. */
    public static Plan plan(Observation o) {
        return Transfers.answered(o, decided(o));
    }

    /** Its Lease is kept, and not by this operator, whose configuration forbids it the election's key. */
    private static boolean isServedByAnother(Observation o) {
        return o.obstacle()
                        .filter(any -> any.kind() == Kind.LABEL_KEY_NOT_ALLOWED)
                        .isPresent()
                && o.lease() instanceof LeaseState.Claimed
                && !o.renewal().expired();
    }

    private static Plan decided(Observation o) {
        if (o.standing().deleting()) {
            return closing(o);
        }
        if (o.rules().mode() == Rules.Mode.RELEASE) {
            return releasing(o);
        }
        if (o.rules().mode() == Rules.Mode.OBSERVE) {
            return observed(o);
        }
        if (o.obstacle().isPresent()) {
            Situation situation = isServedByAnother(o) ? Situation.LEFT_TO_ANOTHER : Situation.STOOD_DOWN;
            return new Plan(situation, Optional.empty(), List.of(), OBSTACLE_POLL);
        }
        if (o.lease() instanceof LeaseState.Foreign) {
            return idle(Situation.LEASE_TAKEN);
        }
        if (!o.standing().held()) {
            return step(new Step.HoldFinalizer());
        }
        if (o.lease() instanceof LeaseState.Closed closed) {
            return abandoned(o, closed);
        }
        if (o.lease() instanceof LeaseState.Untracked untracked) {
            return step(new Step.DiscardLease(untracked.copy()));
        }
        if (o.lease() instanceof LeaseState.Claimed claimed) {
            return claimed(o, claimed);
        }
        return unclaimed(o);
    }

    private static Plan claimed(Observation o, LeaseState.Claimed claimed) {
        Optional<Candidate> incumbent = o.pod(claimed.holder());
        Seat seat = Seat.decide(o, incumbent, true);
        LeaseRecord settled = claimed.lease().settled(fencedUnder(o, claimed));
        if (seat.owner().isPresent() && !seat.owner().equals(incumbent)) {
            Optional<Fence> fence = Fence.of(o, claimed);
            Plan plan = fence.isPresent()
                    ? fencing(o, claimed, settled, fence.get())
                    : transition(o, claimed, settled, seat.owner().get(), reason(o, claimed, seat));
            return confirmed(incumbent, seat.owner().get(), plan);
        }
        boolean termTooLow = claimed.lease().term() <= o.rules().minimumTerm();
        if (termTooLow
                && o.rules().mode() == Rules.Mode.ACTIVE
                && incumbent.filter(ElectionPlanner::keepsSeat).isPresent()) {
            return transition(o, claimed, settled, incumbent.get(), Reason.MINIMUM_TERM_RAISED);
        }
        return housekeeping(o, claimed, incumbent, seat.next());
    }

    /** A cache may know an heir that is long gone, or a spec that has changed. A vacant seat costs more than an error about who gets it, a healthy leader does not. */
    private static Plan confirmed(Optional<Candidate> incumbent, Candidate heir, Plan plan) {
        boolean isNeedless = plan.steps().isEmpty()
                || incumbent.filter(ElectionPlanner::keepsSeat).isEmpty();
        if (isNeedless) {
            return plan;
        }
        List<Step> steps = new ArrayList<>(plan.steps());
        steps.add(0, new Step.Confirm(heir));
        return new Plan(plan.situation(), plan.transition(), steps, plan.nextLook());
    }

    /** Who asked for certainty is told when there is none: what is gone may have been removed by force. */
    private static Reason reason(Observation o, LeaseState.Claimed claimed, Seat seat) {
        boolean isGone = seat.reason() == Reason.LEADER_GONE
                || (seat.reason() == Reason.LEADERSHIP_TRANSFER
                        && o.pod(claimed.holder()).isEmpty());
        boolean isUnfenced = isGone
                && o.rules().fencing() == Rules.Fencing.DELETE_POD
                && !o.stopped().contains(claimed.holder());
        return isUnfenced ? Reason.LEADER_UNFENCED : seat.reason();
    }

    /** Waits for the leader to have stopped; the Lease is not renewed meanwhile, and whoever else carries the label loses it. */
    private static Plan fencing(Observation o, LeaseState.Claimed claimed, LeaseRecord settled, Fence fence) {
        List<Step> steps = new ArrayList<>(fence.steps());
        clearOthers(o, claimed, settled, steps);
        return fencing(steps, fence);
    }

    private static Plan fencing(List<Step> steps, Fence fence) {
        return new Plan(
                Situation.FENCING, Optional.empty(), steps, fence.lapse().orElse(Seat.NEVER));
    }

    /** Claim, demote, promote: nobody is promoted past a demotion that is not done. */
    private static Plan transition(
            Observation o, LeaseState.Claimed claimed, LeaseRecord settled, Candidate heir, Reason reason) {
        long term = Math.max(
                        Math.max(claimed.lease().term(), o.terms().highest()),
                        o.rules().minimumTerm())
                + 1;
        Set<PodIdentity> toFence = new TreeSet<>(settled.toFence());
        if (!o.gone().contains(claimed.holder())) {
            toFence.add(claimed.holder());
        }
        o.pods().stream().filter(Candidate::isRouted).map(Candidate::id).forEach(toFence::add);
        LeaseRecord next = LeaseRecord.claimed(heir.id(), term, toFence, settled.fenceAll());
        boolean newHolder = !heir.id().equals(claimed.holder());
        List<Step> steps = new ArrayList<>();
        claim(o, claimed.copy(), next, newHolder, steps);
        fence(next, steps);
        steps.add(new Step.Promote(heir, claimed.copy().uid(), term, next.fenceAll()));
        Transition transition = new Transition(Optional.of(claimed.holder()), heir.id(), term, reason);
        return new Plan(Situation.LED, Optional.of(transition), steps, Duration.ZERO);
    }

    private static void claim(
            Observation o, LeaseState.Copy copy, LeaseRecord next, boolean newHolder, List<Step> steps) {
        if (next.term() > o.terms().reserved()) {
            steps.add(new Step.Reserve(next.term() + TERMS_AHEAD));
        }
        steps.add(new Step.Claim(copy, next, newHolder));
    }

    private static void fence(LeaseRecord lease, List<Step> steps) {
        for (PodIdentity pod : new TreeSet<>(lease.toFence())) {
            steps.add(new Step.Demote(pod, lease.term()));
        }
        if (lease.fenceAll()) {
            steps.add(new Step.DemoteEveryone(lease.holder().orElseThrow(), lease.term()));
        }
    }

    /**
     * What keeps a seated leader seated: renew, finish what was begun, strip whoever else is routed to. The renewal comes first, so that
     * no pod that cannot be written to lets a healthy leader's Lease run out.
     */
    private static Plan housekeeping(
            Observation o, LeaseState.Claimed claimed, Optional<Candidate> incumbent, Duration seatNext) {
        LeaseRecord settled = claimed.lease().settled(fencedUnder(o, claimed));
        Duration heldBack = incumbent
                .map(leader -> Fence.holdsBack(o, claimed, leader, fencedUnder(o, claimed)))
                .orElse(Duration.ZERO);
        if (!heldBack.isZero()) {
            return fencing(o, claimed, settled, new Fence(List.of(), Optional.of(heldBack)));
        }
        List<Step> steps = new ArrayList<>();
        boolean renews = incumbent
                .filter(leader -> leader.life() != Candidate.Life.ENDED)
                .filter(leader -> keepsSeat(leader) || !o.renewal().expired())
                .isPresent();
        if (renews && o.renewal().due().isZero()) {
            steps.add(new Step.Renew(claimed.copy(), settled));
        }
        clearOthers(o, claimed, settled, steps);
        boolean mayPromote = o.rules().mode() == Rules.Mode.ACTIVE;
        incumbent
                .filter(leader -> mayPromote && keepsSeat(leader))
                .filter(leader -> !leader.isPromotedIn(claimed.lease().term()))
                .ifPresent(leader ->
                        steps.add(new Step.Promote(leader, claimed.copy().uid(), settled.term(), settled.fenceAll())));
        Duration next = renews && o.renewal().due().compareTo(seatNext) < 0
                ? o.renewal().due()
                : seatNext;
        Situation seated = renews ? Situation.LED : Situation.LAPSING;
        Situation situation = incumbent.isPresent() ? seated : Situation.VACANT;
        return new Plan(situation, Optional.empty(), steps, next);
    }

    /** Finishes what was begun, and strips whoever else is routed to. */
    private static void clearOthers(Observation o, LeaseState.Claimed claimed, LeaseRecord settled, List<Step> steps) {
        fence(settled, steps);
        if (!settled.fenceAll()) {
            strip(o, claimed.holder(), settled.toFence(), steps);
        }
    }

    private static void strip(Observation o, PodIdentity leader, Set<PodIdentity> fencedAnyway, List<Step> steps) {
        List<Candidate> strays = o.pods().stream()
                .filter(pod -> !pod.id().equals(leader) && !fencedAnyway.contains(pod.id()))
                .filter(pod -> isStray(pod, o.rules()))
                .toList();
        if (!strays.isEmpty()) {
            steps.add(new Step.Strip(strays));
        }
    }

    /** Whether a pod that does not lead must be written to: it is routed to, or its label is not what followers carry. */
    private static boolean isStray(Candidate pod, Rules rules) {
        if (pod.isRouted() || pod.labelTerm() > 0) {
            return true;
        }
        boolean wantsFollower = rules.labelsFollowers() && pod.selected();
        boolean alive = pod.life() == Candidate.Life.PENDING || pod.life() == Candidate.Life.RUNNING;
        return wantsFollower
                ? alive && pod.role() != Candidate.Role.FOLLOWER
                : pod.role() == Candidate.Role.FOLLOWER && pod.mark().term() > 0;
    }

    /** No Lease, or one that nobody, or somebody else, has written: whoever is routed to and healthy stays. */
    private static Plan unclaimed(Observation o) {
        Optional<Candidate> incumbent = routedIncumbent(o);
        Seat seat = Seat.decide(o, incumbent, o.lastLeader().isPresent());
        if (seat.owner().isEmpty()) {
            List<Step> steps = new ArrayList<>();
            List<Candidate> strays =
                    o.pods().stream().filter(Candidate::isRouted).toList();
            if (!strays.isEmpty()) {
                steps.add(new Step.Strip(strays));
            }
            return new Plan(Situation.VACANT, Optional.empty(), steps, seat.next());
        }
        if (!(o.lease() instanceof LeaseState.Unclaimed unclaimed)) {
            return step(new Step.CreateLease());
        }
        Candidate heir = seat.owner().get();
        boolean stays = seat.owner().equals(incumbent);
        Optional<Fence> fence = Fence.withoutLease(o, incumbent, heir);
        if (fence.isPresent()) {
            return fencing(fence.get().steps(), fence.get());
        }
        long used = Math.max(Math.max(o.terms().reserved(), o.terms().highest()), unclaimed.term());
        long term = Math.max(used, o.rules().minimumTerm()) + 1;
        LeaseRecord next = LeaseRecord.claimed(heir.id(), term, Set.of(), true);
        List<Step> steps = new ArrayList<>();
        claim(o, unclaimed.copy(), next, !stays, steps);
        fence(next, steps);
        if (keepsSeat(heir) && (heir.isRouted() || o.rules().mode() == Rules.Mode.ACTIVE)) {
            steps.add(new Step.Promote(heir, unclaimed.copy().uid(), term, true));
        }
        Optional<PodIdentity> from = incumbent.map(Candidate::id).or(o::lastLeader);
        Reason reason = stays ? Reason.LEASE_RESTORED : seat.reason();
        Transition transition = new Transition(from, heir.id(), term, reason);
        Plan plan = new Plan(Situation.LED, Optional.of(transition), steps, Duration.ZERO);
        return stays ? plan : confirmed(incumbent, heir, plan);
    }

    /** Without a Lease to tell, the incumbent is who is routed to, or else whom the status names. */
    private static Optional<Candidate> routedIncumbent(Observation o) {
        return o.pods().stream()
                .filter(pod -> pod.isRouted() && pod.mark().term() > 0)
                // We write label and term together: what somebody else has labelled comes after.
                .max(Comparator.comparingLong(Candidate::labelTerm)
                        .thenComparingLong(pod -> pod.mark().term())
                        .thenComparing(o.rules().strategy().rank().reversed()))
                .or(() -> o.lastLeader().flatMap(o::pod));
    }

    private static Plan observed(Observation o) {
        if (o.standing().held()) {
            return step(new Step.ReleaseFinalizer());
        }
        Optional<PodIdentity> holder =
                o.lease() instanceof LeaseState.Claimed claimed ? Optional.of(claimed.holder()) : o.lastLeader();
        Optional<Candidate> incumbent = holder.flatMap(o::pod).or(() -> routedIncumbent(o));
        Seat seat = Seat.decide(o, incumbent, holder.isPresent());
        Optional<Transition> would = seat.owner()
                .filter(owner -> !Optional.of(owner).equals(incumbent))
                .map(owner -> new Transition(holder, owner.id(), o.terms().highest() + 1, seat.reason()));
        return new Plan(Situation.OBSERVED, would, List.of(), seat.next());
    }

    /** Undoes what was done for an election that is kept. What another operator takes up again is left to that one. */
    private static Plan releasing(Observation o) {
        boolean isOfAnother = o.obstacle()
                .filter(any -> any.kind() == Kind.LABEL_KEY_NOT_ALLOWED)
                .isPresent();
        if (isOfAnother || (o.standing().held() && o.standing().letGo())) {
            return idle(Situation.LEFT_TO_ANOTHER);
        }
        return o.standing().held() ? closing(o) : idle(Situation.RELEASED);
    }

    /**
     * An election that is not being deleted, by the server's own word, was to be let go, and the operator is back. Whoever has closed
     * its Lease may still be about it, and gets as long as a Lease lasts.
     */
    private static Plan abandoned(Observation o, LeaseState.Closed closed) {
        return o.renewal().lapse().isZero()
                ? step(new Step.DeleteLease(closed.copy()))
                : new Plan(
                        Situation.CLOSING,
                        Optional.empty(),
                        List.of(),
                        o.renewal().lapse());
    }

    /** Close the Lease, clear the pods, delete the Lease, let the election go: in this order, and from the start if disturbed. */
    private static Plan closing(Observation o) {
        if (!o.standing().held()) {
            return idle(Situation.CLOSING);
        }
        if (o.terms().areUnused() && !tellsOfATerm(o.lease())) {
            // No term was ever claimed, so nobody was ever promoted. An empty Lease goes with its owner.
            return closing(new Step.ReleaseFinalizer());
        }
        if (o.lease() instanceof LeaseState.Untracked untracked) {
            return closing(new Step.DiscardLease(untracked.copy()));
        }
        if (o.lease() instanceof LeaseState.Unclaimed unclaimed) {
            return closing(new Step.Close(unclaimed.copy(), LeaseRecord.closedUnlike(unclaimed.term())));
        }
        if (o.lease() instanceof LeaseState.Claimed claimed) {
            return closing(new Step.Close(claimed.copy(), claimed.lease().close()));
        }
        if (o.lease() instanceof LeaseState.Closed closed) {
            return closing(new Step.ClearEveryone(), new Step.DeleteLease(closed.copy()));
        }
        return o.standing().cleared() ? closing(new Step.ReleaseFinalizer()) : closing(new Step.ClearEveryone());
    }

    /** A status may have been wiped; then the Lease alone knows. Only a Lease that somebody has led under is ever closed. */
    private static boolean tellsOfATerm(LeaseState lease) {
        return lease instanceof LeaseState.Claimed
                || lease instanceof LeaseState.Closed
                || (lease instanceof LeaseState.Unclaimed unclaimed && unclaimed.term() > 0);
    }

    private static Plan closing(Step... steps) {
        return new Plan(Situation.CLOSING, Optional.empty(), List.of(steps), Duration.ZERO);
    }

    private static Plan step(Step step) {
        return new Plan(Situation.VACANT, Optional.empty(), List.of(step), Duration.ZERO);
    }

    private static Plan idle(Situation situation) {
        return new Plan(situation, Optional.empty(), List.of(), Seat.NEVER);
    }

    private static boolean keepsSeat(Candidate pod) {
        return Eligibility.of(pod).keepsSeat();
    }

    private static Fenced fencedUnder(Observation o, LeaseState.Claimed claimed) {
        return o.fenced().under(claimed.copy().uid(), claimed.lease().term());
    }
}
