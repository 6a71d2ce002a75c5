package dev.leaderelection.election;

import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the operator writes into its Lease: the only lock of the protocol.
 *
 * @param holder the pod that leads, if any
 * @param term its term; 0 before the first
 * @param toFence the pods that may still carry the label, or have a promotion prepared for them
 * @param fenceAll whether that set is unknown, so that every pod must be fenced
 * @param closed whether the election is being deleted: nobody claims or promotes any more
 */
public record LeaseRecord(
        Optional<PodIdentity> holder, long term, Set<PodIdentity> toFence, boolean fenceAll, boolean closed) {

    /**
     * No election comes near it: what tells of a later term was not written by the protocol, and terms after it could not grow. The
     * API server refuses to reserve more, and says so.
     */
    public static final long HIGHEST_TERM = 1L << 59;

    /** The record of a Lease that nobody has claimed. */
    public static final LeaseRecord UNCLAIMED = new LeaseRecord(Optional.empty(), 0, Set.of(), true, false);

    /** Copies, and refuses what cannot be. */
    public LeaseRecord {
        toFence = Set.copyOf(toFence);
        if (term < 0) {
            throw new IllegalArgumentException("a term is not negative: " + term);
        }
        if (holder.isPresent() && (term == 0 || closed)) {
            throw new IllegalArgumentException("a holder has a term and an open Lease");
        }
    }

    /** The record of a holder under a new term. */
    public static LeaseRecord claimed(PodIdentity holder, long term, Set<PodIdentity> toFence, boolean fenceAll) {
        TreeSet<PodIdentity> others = new TreeSet<>(toFence);
        others.remove(holder);
        return new LeaseRecord(Optional.of(holder), term, others, fenceAll, false);
    }

    /** This record without what this process has fenced under it. Nothing is dropped that merely looks unlabelled. */
    public LeaseRecord settled(Fenced fenced) {
        TreeSet<PodIdentity> open = new TreeSet<>(toFence);
        open.removeAll(fenced.pods());
        return new LeaseRecord(holder, term, open, fenceAll && !fenced.everyone(), closed);
    }

    /**
     * A closed record of a Lease that nobody has claimed. Its term says nothing, but differs from the one that stands there: the
     * server leaves a field that is written as it was to whom it belonged, and what somebody else wrote would never be ours.
     */
    public static LeaseRecord closedUnlike(long term) {
        return new LeaseRecord(Optional.empty(), term == 0 ? 1 : 0, Set.of(), true, true);
    }

    /** This record closed for good. */
    public LeaseRecord close() {
        return new LeaseRecord(Optional.empty(), term, Set.of(), true, true);
    }
}
