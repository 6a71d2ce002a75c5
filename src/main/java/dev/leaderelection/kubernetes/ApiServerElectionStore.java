package dev.leaderelection.kubernetes;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.LeaseRecord;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.election.Transfer;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The store on a real API server: it and the stores of one kind each behind it write what the protocol writes, and nobody else. */
public final class ApiServerElectionStore implements ElectionStore {

    private final ApiServerLeaseStore leases;
    private final ApiServerPodStore pods;
    private final ApiServerPrimaryStore primaries;
    private final ApiServerTransferStore transfers;

    /**
     * @param server where the objects are
     * @param clock for the times in the Lease
     * @param nonces values that are never used twice
     */
    public ApiServerElectionStore(ApiServer server, InstantSource clock, Supplier<String> nonces) {
        this.leases = new ApiServerLeaseStore(server, clock);
        ApiServerLists lists = new ApiServerLists(server, Patience.LONGEST);
        this.pods = new ApiServerPodStore(server, lists, nonces);
        this.primaries = new ApiServerPrimaryStore(server, lists);
        this.transfers = new ApiServerTransferStore(server, clock);
    }

    @Override
    public Answer<LeaseState> readLease(Election election) {
        return leases.read(election);
    }

    @Override
    public Answer<LeaseState> createLease(Election election) {
        return leases.create(election);
    }

    @Override
    public Answer<LeaseState> writeLease(
            Election election, LeaseState.Copy copy, LeaseRecord lease, boolean newHolder) {
        return leases.write(election, copy, lease, newHolder);
    }

    @Override
    public Answer<Boolean> deleteLease(Election election, LeaseState.Copy copy) {
        return leases.delete(election, copy);
    }

    @Override
    public Answer<Candidate> readPod(Election election, PodIdentity pod) {
        return pods.read(election, pod);
    }

    @Override
    public Answer<List<Candidate>> listPods(Election election) {
        return pods.list(election);
    }

    @Override
    public Answer<Candidate> promote(Election election, Candidate pod, long term) {
        return pods.promote(election, pod, term);
    }

    @Override
    public Answer<Candidate> demote(Election election, Candidate pod, long term) {
        return pods.demote(election, pod, term);
    }

    @Override
    public Answer<Boolean> deletePod(Election election, Candidate pod) {
        return pods.delete(election, pod);
    }

    @Override
    public Answer<Candidate> clear(Election election, Candidate pod) {
        return pods.clear(election, pod);
    }

    @Override
    public Answer<Primary> readElection(Election election) {
        return primaries.read(election);
    }

    @Override
    public Answer<List<LeaderElection>> listElections(Election election) {
        return primaries.list(Optional.of(election.namespace()));
    }

    /**
     * Lists the elections that are there.
     *
     * @param namespace where; nothing for all namespaces
     */
    public Answer<List<LeaderElection>> listElections(Optional<String> namespace) {
        return primaries.list(namespace);
    }

    @Override
    public Answer<Primary> reserveTerms(Election election, Primary copy, long upTo) {
        return primaries.reserveTerms(election, copy, upTo);
    }

    /**
     * Writes a status whole.
     *
     * @param copy the revision that it was made from
     * @param status what it shall say
     */
    public Answer<Primary> writeStatus(Election election, Primary copy, LeaderElectionStatus status) {
        return primaries.writeStatus(election, copy, status);
    }

    @Override
    public Answer<Primary> holdFinalizer(Election election, Primary copy, boolean hold) {
        return primaries.holdFinalizer(election, copy, hold);
    }

    @Override
    public Answer<Transfer> answerTransfer(Election election, Transfer transfer, Transfer.Outcome outcome) {
        return transfers.answer(election, transfer, outcome);
    }
}
