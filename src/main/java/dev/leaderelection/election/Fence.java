package dev.leaderelection.election;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What keeps the heir of a leader that may still be running from being promoted, where the user asked for that to be certain.
 *
 * @param steps what to write meanwhile; of a leader that is deleted, its deletion
 * @param lapse after how long time alone opens it, if it does
 */
record Fence(List<Step> steps, Optional<Duration> lapse) {

    /** Copies. */
    Fence {
        steps = List.copyOf(steps);
    }

    /**
     * The fence before a transition away from a holder, if there still is one. Nothing is called off by it: with a holder that recovers
     * there is no transition, and so no fence.
     *
     * @param o the world
     * @param claimed the Lease, and whom it names
     */
    static Optional<Fence> of(Observation o, LeaseState.Claimed claimed) {
        if (o.stopped().contains(claimed.holder()) || isOpen(o, Set.of(claimed.holder()))) {
            return Optional.empty();
        }
        Optional<Candidate> leader = o.pod(claimed.holder());
        List<Step> steps = new ArrayList<>();
        leader.filter(pod -> pod.isRouted() || pod.labelTerm() > 0)
                .ifPresent(pod -> steps.add(new Step.Withdraw(
                        pod, claimed.copy().uid(), claimed.lease().term())));
        return Optional.of(whole(o, leader.stream().toList(), steps));
    }

    /**
     * For how long a holder that is healthy may not have its label back, zero if it may at once. Somebody else has taken the label to
     * fence it, whose reasons we do not know; if nobody goes on with that until the Lease has lapsed, nobody will.
     *
     * @param o the world
     * @param claimed the Lease, and whom it names
     * @param holder whom it names
     * @param fencedByUs what this process has fenced in that term
     */
    static Duration holdsBack(Observation o, LeaseState.Claimed claimed, Candidate holder, Fenced fencedByUs) {
        boolean isWithdrawn = o.rules().fencing() != Rules.Fencing.NONE
                && !holder.isRouted()
                && holder.labelTerm() == 0
                && holder.mark().term() == claimed.lease().term();
        return isWithdrawn && !fencedByUs.pods().contains(holder.id())
                ? o.renewal().lapse()
                : Duration.ZERO;
    }

    /**
     * The fence while no Lease tells who led: then who is routed to may have, and whom the status names, and somebody of whom nothing
     * tells. A status is written last: another may have led since, and so it clears nobody that it names.
     *
     * @param o the world
     * @param routed who is routed to, if anybody
     * @param heir who shall lead
     */
    static Optional<Fence> withoutLease(Observation o, Optional<Candidate> routed, Candidate heir) {
        Set<PodIdentity> former = new TreeSet<>();
        routed.map(Candidate::id).ifPresent(former::add);
        o.lastLeader().ifPresent(former::add);
        former.remove(heir.id());
        boolean nobodyHas = former.isEmpty() && o.terms().areUnused();
        if (wasPromoted(heir) || nobodyHas || isOpen(o, former)) {
            return Optional.empty();
        }
        List<Step> steps = new ArrayList<>();
        List<Candidate> labelled = o.pods().stream().filter(Candidate::isRouted).toList();
        if (!labelled.isEmpty()) {
            steps.add(new Step.Strip(labelled));
        }
        return Optional.of(
                whole(o, former.stream().flatMap(pod -> o.pod(pod).stream()).toList(), steps));
    }

    /** Whether the label is the operator's: then a fence was passed before it was given. A user's label comes without a term. */
    private static boolean wasPromoted(Candidate pod) {
        return pod.isRouted()
                && pod.labelTerm() > 0
                && pod.labelTerm() == pod.mark().term();
    }

    private static Fence whole(Observation o, List<Candidate> former, List<Step> steps) {
        if (o.rules().fencing() == Rules.Fencing.AWAIT_LEASE_EXPIRY) {
            return new Fence(steps, Optional.of(o.renewal().lapse()));
        }
        former.stream()
                .filter(pod -> pod.life() != Candidate.Life.TERMINATING && pod.life() != Candidate.Life.ENDED)
                .forEach(pod -> steps.add(new Step.DeletePod(pod)));
        return new Fence(steps, Optional.empty());
    }

    private static boolean isOpen(Observation o, Set<PodIdentity> former) {
        return switch (o.rules().fencing()) {
            case NONE -> true;
            case AWAIT_LEASE_EXPIRY -> o.renewal().lapse().isZero();
            // What is gone cannot be deleted. That nobody has seen it end is told with the transition.
            case DELETE_POD ->
                former.stream()
                        .allMatch(pod -> o.pod(pod).isEmpty() || o.stopped().contains(pod));
        };
    }
}
