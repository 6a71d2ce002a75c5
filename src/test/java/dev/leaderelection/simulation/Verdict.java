package dev.leaderelection.simulation;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionSpec.Mode;
import dev.leaderelection.api.LeaderElectionSpec.StrategyType;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.api.LeadershipTransferStatus;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.Eligibility;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.LeaseReader;
import dev.leaderelection.kubernetes.PodReader;
import dev.leaderelection.kubernetes.TransferReader;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.util.List;
import java.util.Optional;

/** Whether an election is where it should be, once nobody disturbs it any more. */
public final class Verdict {

    private final Simulation simulation;

    Verdict(Simulation simulation) {
        this.simulation = simulation;
    }

    /** What is not as it should be, if anything. */
    Optional<String> complaint() {
        Cluster cluster = simulation.cluster();
        Optional<LeaderElection> found = cluster.elections.get(Cluster.ELECTION);
        if (found.isEmpty()) {
            return tracesLeft();
        }
        LeaderElection resource = found.get();
        if (resource.isMarkedForDeletion()) {
            return Optional.of("the election is still being deleted");
        }
        Election election = simulation.election(resource.getMetadata().getUid());
        List<Candidate> pods = cluster.pods.all().stream()
                .map(pod -> PodReader.read(pod, election))
                .filter(pod -> pod.selected() || pod.mark().origin() == Candidate.Mark.Origin.THIS_ELECTION)
                .toList();
        Optional<LeaseState> lease = cluster.leases.get(Cluster.ELECTION).map(is -> LeaseReader.read(is, election));
        boolean waits = resource.getSpec().mode() == Mode.PAUSED
                && cluster.transfers.all().stream().anyMatch(transfer -> waitsForItsTarget(transfer, lease));
        return complaint(resource, lease, pods).or(() -> waits ? Optional.empty() : unanswered());
    }

    private Optional<String> unanswered() {
        return simulation.cluster().transfers.all().stream()
                .filter(transfer -> !TransferReader.isFinished(transfer))
                .findFirst()
                .map(transfer -> transfer.getMetadata().getName() + " was asked for, and nothing became of it");
    }

    /** The Lease names who was promised, whom nobody may promote in a pause; others wait for their turn. */
    private static boolean waitsForItsTarget(LeadershipTransfer transfer, Optional<LeaseState> lease) {
        LeadershipTransferStatus status = transfer.getStatus();
        Long promised = status == null ? null : status.fromTerm();
        return promised != null
                && !TransferReader.isFinished(transfer)
                && lease.orElseGet(LeaseState.Missing::new) instanceof LeaseState.Claimed claimed
                && claimed.lease().term() > promised
                && claimed.holder().name().equals(status.to());
    }

    /**
     * What is not as it should be, if anything.
     *
     * @param resource an election that is not being deleted
     * @param lease its Lease, if there is one
     * @param pods all pods that are its business
     */
    public static Optional<String> complaint(
            LeaderElection resource, Optional<LeaseState> lease, List<Candidate> pods) {
        List<Candidate> labelled = pods.stream().filter(Candidate::isRouted).toList();
        if (labelled.size() > 1) {
            return Optional.of(labelled.size() + " pods are labelled");
        }
        if (resource.getSpec().mode() == Mode.PAUSED) {
            return Optional.empty();
        }
        Optional<Candidate> leader = lease.flatMap(is -> leader(is, pods));
        boolean hasHeir = pods.stream().anyMatch(pod -> Eligibility.of(pod).isEligible());
        if (!hasHeir) {
            return labelled.isEmpty() || labelled.equals(leader.stream().toList())
                    ? Optional.empty()
                    : Optional.of("a pod is labelled that does not lead");
        }
        if (leader.isEmpty() || !(lease.orElseThrow() instanceof LeaseState.Claimed claimed)) {
            return Optional.of("nobody leads");
        }
        return complaint(resource, claimed, leader.get(), labelled);
    }

    private static Optional<Candidate> leader(LeaseState lease, List<Candidate> pods) {
        return lease instanceof LeaseState.Claimed claimed
                ? pods.stream().filter(pod -> pod.id().equals(claimed.holder())).findFirst()
                : Optional.empty();
    }

    private static Optional<String> complaint(
            LeaderElection resource, LeaseState.Claimed claimed, Candidate leader, List<Candidate> labelled) {
        if (!Eligibility.of(leader).keepsSeat()) {
            return Optional.of("the leader is " + Eligibility.of(leader));
        }
        if (!labelled.equals(List.of(leader))) {
            return Optional.of("the leader is not labelled");
        }
        long term = claimed.lease().term();
        if (leader.labelTerm() != term) {
            return Optional.of("the leader is labelled with term " + leader.labelTerm() + ", not " + term);
        }
        LeaderElectionStatus status = resource.getStatus();
        if (status == null
                || status.leader() == null
                || !status.leader().podUID().equals(leader.id().uid())
                || status.term() == null
                || status.term() != term) {
            return Optional.of("the status names another leader, or another term");
        }
        return status.conditions().stream()
                .filter(condition -> condition.getType().equals("Ready")
                        && !condition.getStatus().equals("True"))
                .findFirst()
                .map(condition -> "the election is not Ready: " + condition.getMessage());
    }

    private Optional<String> tracesLeft() {
        return simulation.cluster().pods.all().stream().anyMatch(simulation.checker()::isTraceOfElection)
                ? Optional.of("the election is gone, and a pod bears its label")
                : Optional.empty();
    }

    /** Whether a renewal has dropped what was to be fenced; only a healthy leader's Lease must be renewed. */
    boolean isSettled() {
        Cluster cluster = simulation.cluster();
        Optional<LeaderElection> resource = cluster.elections
                .get(Cluster.ELECTION)
                .filter(is -> is.getSpec().mode() == Mode.ACTIVE)
                .filter(is -> is.getSpec().strategy().type() != StrategyType.RING);
        Optional<Lease> lease = cluster.leases.get(Cluster.ELECTION);
        if (resource.isEmpty() || lease.isEmpty()) {
            return true;
        }
        Election election = simulation.election(resource.get().getMetadata().getUid());
        return !(LeaseReader.read(lease.get(), election) instanceof LeaseState.Claimed claimed)
                || !isHealthy(claimed.holder(), election)
                || (claimed.lease().toFence().isEmpty() && !claimed.lease().fenceAll());
    }

    private boolean isHealthy(PodIdentity id, Election election) {
        return simulation
                .cluster()
                .pods
                .get(id.name())
                .map(pod -> PodReader.read(pod, election))
                .filter(pod -> pod.id().equals(id) && Eligibility.of(pod).keepsSeat())
                .isPresent();
    }
}
