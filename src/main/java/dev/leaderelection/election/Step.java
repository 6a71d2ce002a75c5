package dev.leaderelection.election;

import java.util.List;

/** One write, or one short sequence of writes that only makes sense whole. What each must check is said in the protocol. */
public sealed interface Step {

    /** Tells who asked for a transfer what becomes of it. No other step depends on that. */
    record AnswerTransfer(Transfer transfer, Transfer.Outcome outcome) implements Step {}

    /** Puts our finalizer on the election. */
    record HoldFinalizer() implements Step {}

    /** Takes our finalizer off the election: nothing of ours is left behind. */
    record ReleaseFinalizer() implements Step {}

    /** Creates the Lease, empty: a creation that lands late must not make terms go back. */
    record CreateLease() implements Step {}

    /** Deletes a Lease of ours on which writers can no longer be told apart. */
    record DiscardLease(LeaseState.Copy copy) implements Step {}

    /** Raises the term up to which terms may be claimed. */
    record Reserve(long upTo) implements Step {}

    /**
     * Takes the Lease for a pod under a new term.
     *
     * @param copy the revision that the decision was made on
     * @param lease what is written
     * @param newHolder whether the holder changes
     */
    record Claim(LeaseState.Copy copy, LeaseRecord lease, boolean newHolder) implements Step {}

    /** Fences one pod under a term: no label, and no promotion prepared before can land. */
    record Demote(PodIdentity pod, long term) implements Step {}

    /**
     * Takes the label off the holder that is about to be fenced, if it still holds that Lease in that term. It keeps the seat: if it
     * recovers in time, it gets the label back.
     *
     * @param leader the holder, as it was seen before the Lease is read
     * @param leaseUid the Lease under which it was claimed
     * @param term the term it was claimed in
     */
    record Withdraw(Candidate leader, String leaseUid, long term) implements Step {}

    /** Has a pod deleted, with the grace that it asks for, if it still is that revision. */
    record DeletePod(Candidate pod) implements Step {}

    /** Fences every pod of a live list under a term, but the leader. */
    record DemoteEveryone(PodIdentity leader, long term) implements Step {}

    /**
     * Gives the label to the holder.
     *
     * @param heir the holder, as it was seen before the Lease is read or claimed
     * @param leaseUid the Lease under which it was claimed
     * @param term the term it was claimed in
     * @param fenceAll whether the Lease's marker stands
     */
    record Promote(Candidate heir, String leaseUid, long term, boolean fenceAll) implements Step {}

    /** Takes the leader's label off pods that do not lead, or gives them the followers'. */
    record Strip(List<Candidate> pods) implements Step {

        /** Copies. */
        public Strip {
            pods = List.copyOf(pods);
        }
    }

    /** Renews the Lease, and drops from it what has been fenced. */
    record Renew(LeaseState.Copy copy, LeaseRecord lease) implements Step {}

    /** Closes the Lease of an election that is being deleted. */
    record Close(LeaseState.Copy copy, LeaseRecord lease) implements Step {}

    /** Takes every trace of this election off every pod of a live list. */
    record ClearEveryone() implements Step {}

    /** Deletes the closed Lease. */
    record DeleteLease(LeaseState.Copy copy) implements Step {}
}
