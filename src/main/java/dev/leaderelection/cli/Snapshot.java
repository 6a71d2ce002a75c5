package dev.leaderelection.cli;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.api.LeaderElectionStatus.Leader;
import dev.leaderelection.api.LeaderElectionStatus.Member;
import dev.leaderelection.api.LeaderElectionStatus.MemberState;
import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.election.Transfer;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.LeaseReader;
import dev.leaderelection.kubernetes.PodReader;
import dev.leaderelection.kubernetes.TransferReader;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Everything that tells who leads, read one after the other: what changes meanwhile may disagree for an instant.
 *
 * @param resource the election's own object
 * @param pods the pods that its selector matches, and those that bear its mark: the label's name says nothing, elections share it
 * @param lease what stands where its Lease belongs
 * @param routes where Services send what is meant for the leader
 * @param transfers the transfers that nothing has become of yet, the oldest first
 * @param refused what could not be read for want of a right, and is empty here
 */
record Snapshot(
        LeaderElection resource,
        List<Candidate> pods,
        LeaseState lease,
        List<Route> routes,
        List<Transfer> transfers,
        Set<Part> refused) {

    /** Copies. */
    Snapshot {
        pods = List.copyOf(pods);
        routes = List.copyOf(routes);
        transfers = List.copyOf(transfers);
        refused = Set.copyOf(refused);
    }

    /**
     * A Service that selects the leader by its label.
     *
     * @param service its name
     * @param pods the pods that its EndpointSlices name
     */
    record Route(String service, List<String> pods) {

        /** Copies. */
        Route {
            pods = List.copyOf(pods);
        }
    }

    static Snapshot of(
            LeaderElection resource,
            List<Pod> pods,
            Optional<Lease> lease,
            List<Route> routes,
            List<LeadershipTransfer> transfers,
            Set<Part> refused) {
        Election election = Election.of(resource);
        List<Candidate> candidates = pods.stream()
                .map(pod -> PodReader.read(pod, election))
                .filter(pod -> pod.selected() || pod.mark().origin() == Candidate.Mark.Origin.THIS_ELECTION)
                .map(pod -> pod.withContact(contact(resource, pod.id().name())))
                .toList();
        LeaseState state = lease.map(found -> LeaseReader.read(found, election)).orElseGet(LeaseState.Missing::new);
        List<Transfer> pending = transfers.stream()
                .filter(transfer -> transfer.getSpec().election().equals(election.name()))
                .map(transfer -> TransferReader.read(transfer, election.uid()))
                .filter(transfer -> !transfer.finished())
                .sorted(Comparator.comparing(Transfer::created).thenComparing(Transfer::name))
                .toList();
        return new Snapshot(resource, candidates, state, routes, pending, refused);
    }

    /** What the operator alone can find out, its status tells. */
    private static Candidate.Contact contact(LeaderElection resource, String pod) {
        return status(resource).members().stream()
                .filter(member -> pod.equals(member.podName()))
                .map(Member::state)
                .map(state -> state == MemberState.NODE_LOST
                        ? Candidate.Contact.NODE_LOST
                        : state == MemberState.PROBE_FAILED ? Candidate.Contact.PROBE_FAILED : Candidate.Contact.FINE)
                .findFirst()
                .orElse(Candidate.Contact.FINE);
    }

    static LeaderElectionStatus status(LeaderElection resource) {
        return resource.getStatus() == null ? LeaderElectionStatus.EMPTY : resource.getStatus();
    }

    LeaderElectionStatus status() {
        return status(resource);
    }

    Election election() {
        return Election.of(resource);
    }

    boolean knows(Part part) {
        return !refused.contains(part);
    }

    /** Whether an operator has ever looked at the election. */
    boolean isLookedAt() {
        return status().observedGeneration() != null || !status().conditions().isEmpty();
    }

    /** A condition of the status, if it has that value. */
    Optional<Condition> condition(String type, String value) {
        return status().conditions().stream()
                .filter(condition -> type.equals(condition.getType()) && value.equals(condition.getStatus()))
                .findFirst();
    }

    /** Whom the Lease names, if it is the election's. */
    Optional<PodIdentity> holder() {
        return lease instanceof LeaseState.Claimed claimed ? Optional.of(claimed.holder()) : Optional.empty();
    }

    /** Whom the status names; a status that somebody has written by hand may name nobody. */
    Optional<PodIdentity> told() {
        Leader leader = status().leader();
        return leader == null || leader.podName().isBlank() || leader.podUID().isBlank()
                ? Optional.empty()
                : Optional.of(new PodIdentity(leader.podName(), leader.podUID()));
    }

    /** Who leads: by the Lease, or by the status where the Lease may not be read. */
    Optional<PodIdentity> leads() {
        return knows(Part.LEASE) ? holder() : told();
    }

    /** In which term, by the same; 0 for none. */
    long term() {
        if (lease instanceof LeaseState.Claimed claimed) {
            return claimed.lease().term();
        }
        Leader leader = status().leader();
        return knows(Part.LEASE) || leader == null ? 0 : leader.term();
    }

    /** The pod that leads, if it is there. */
    Optional<Candidate> leader() {
        return leads().flatMap(
                        id -> pods.stream().filter(pod -> pod.id().equals(id)).findFirst());
    }

    /** The pods that carry the leader's label, by name. */
    List<PodIdentity> labelled() {
        return pods.stream()
                .filter(Candidate::isRouted)
                .map(Candidate::id)
                .sorted()
                .toList();
    }
}
