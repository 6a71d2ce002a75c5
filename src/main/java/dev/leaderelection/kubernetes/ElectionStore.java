package dev.leaderelection.kubernetes;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.LeaseRecord;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.election.Transfer;
import java.util.List;

/**
 * The one port through which the operator writes, and through which it reads when a cache will not do. Every read is a quorum
 * read, every write carries the UID and the revision that it was decided on, every call is one request, but for {@link #clear}
 * and for lists of more than a page, and none is repeated: the caller looks again instead.
 */
public interface ElectionStore {

    /** Reads the Lease. A missing one is an answer, not a refusal. */
    Answer<LeaseState> readLease(Election election);

    /** Creates the Lease, empty. CONFLICT if there is one. */
    Answer<LeaseState> createLease(Election election);

    /**
     * Writes the Lease whole.
     *
     * @param copy the revision that the decision was made on
     * @param lease what it shall say
     * @param newHolder whether its holder changes
     */
    Answer<LeaseState> writeLease(Election election, LeaseState.Copy copy, LeaseRecord lease, boolean newHolder);

    /** Deletes the Lease if it still is that revision. */
    Answer<Boolean> deleteLease(Election election, LeaseState.Copy copy);

    /** Reads a pod. GONE if there is none of that name, or it is another incarnation. */
    Answer<Candidate> readPod(Election election, PodIdentity pod);

    /** Lists the pods that the selector matches, and those that bear this election's mark. */
    Answer<List<Candidate>> listPods(Election election);

    /** Gives a pod the leader's label and its term. */
    Answer<Candidate> promote(Election election, Candidate pod, long term);

    /** Takes the leader's label off a pod, and marks it so that nothing prepared before can land. */
    Answer<Candidate> demote(Election election, Candidate pod, long term);

    /** Has a pod deleted, with the grace that it asks for, if it still is that revision. */
    Answer<Boolean> deletePod(Election election, Candidate pod);

    /**
     * Takes every trace of this election off a pod. The one call of two requests: a pod that bears nothing is marked first, for a patch
     * that changes nothing would not defeat a promotion that somebody has prepared.
     */
    Answer<Candidate> clear(Election election, Candidate pod);

    /** Reads how the election's own object stands. GONE if there is none, or it is another incarnation. */
    Answer<Primary> readElection(Election election);

    /** Lists the elections of the same namespace, this one too. */
    Answer<List<LeaderElection>> listElections(Election election);

    /** Raises the term up to which terms may be claimed. */
    Answer<Primary> reserveTerms(Election election, Primary copy, long upTo);

    /** Puts the finalizer on the election's own object, or takes it off. */
    Answer<Primary> holdFinalizer(Election election, Primary copy, boolean hold);

    /** Tells who asked for a transfer what became of it. */
    Answer<Transfer> answerTransfer(Election election, Transfer transfer, Transfer.Outcome outcome);
}
