package dev.leaderelection.cli;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.api.LeaderElectionStatus.Member;
import dev.leaderelection.api.LeaderElectionStatus.MemberState;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.LeaseReader;
import dev.leaderelection.kubernetes.PodReader;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.util.List;
import java.util.Optional;

/**
 * Everything that tells who leads, read one after the other: what changes meanwhile may disagree for an instant.
 *
 * @param resource the election's own object
 * @param pods the pods that its selector matches, and those that bear its mark: the label's name says nothing, elections share it
 * @param lease what stands where its Lease belongs
 * @param routes where Services send what is meant for the leader
 */
record Snapshot(LeaderElection resource, List<Candidate> pods, LeaseState lease, List<Route> routes) {

    /** Copies. */
    Snapshot {
        pods = List.copyOf(pods);
        routes = List.copyOf(routes);
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

    static Snapshot of(LeaderElection resource, List<Pod> pods, Optional<Lease> lease, List<Route> routes) {
        Election election = Election.of(resource);
        List<Candidate> candidates = pods.stream()
                .map(pod -> PodReader.read(pod, election))
                .filter(pod -> pod.selected() || pod.mark().origin() == Candidate.Mark.Origin.THIS_ELECTION)
                .map(pod -> pod.withContact(contact(resource, pod.id().name())))
                .toList();
        LeaseState state = lease.map(found -> LeaseReader.read(found, election)).orElseGet(LeaseState.Missing::new);
        return new Snapshot(resource, candidates, state, routes);
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

    /** Whom the Lease names, if it is the election's. */
    Optional<PodIdentity> holder() {
        return lease instanceof LeaseState.Claimed claimed ? Optional.of(claimed.holder()) : Optional.empty();
    }

    /** The pod that the Lease names, if it is there. */
    Optional<Candidate> leader() {
        return holder().flatMap(
                        id -> pods.stream().filter(pod -> pod.id().equals(id)).findFirst());
    }

    /** The pods that carry the leader's label, by name. */
    List<String> labelled() {
        return pods.stream()
                .filter(Candidate::isRouted)
                .map(pod -> pod.id().name())
                .sorted()
                .toList();
    }
}
