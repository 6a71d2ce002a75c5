package dev.leaderelection.simulation;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionSpec;
import dev.leaderelection.api.LeaderElectionSpec.Fencing;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.PodReader;
import dev.leaderelection.kubernetes.RoutingLabel;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** How objects look to a replica: as they are, unless a guard is off that lies in how they are read. */
final class Lens {

    /** What stands for the election in marks that do not tell elections apart. */
    static final String ANY_ELECTION = "any";

    private static final String ONE_LEASE = "lease";

    private final Set<Guard> off;

    Lens(Set<Guard> off) {
        this.off = off;
    }

    /**
     * Without {@link Guard#FRESH_MARK}, a mark is taken for this election's whoever wrote it; without {@link Guard#DELETED_BUT_RUNNING},
     * who is being deleted has ended.
     */
    Pod seen(Pod pod, Election election) {
        Pod seen = off.contains(Guard.FRESH_MARK) ? withMarkOf(election, pod) : pod;
        boolean runs = seen.getMetadata().getDeletionTimestamp() != null && !PodReader.hasStopped(seen);
        return runs && off.contains(Guard.DELETED_BUT_RUNNING) ? stopped(seen) : seen;
    }

    private static Pod withMarkOf(Election election, Pod pod) {
        String key = election.label().fenceKey();
        Map<String, String> annotations = new HashMap<>(pod.getMetadata().getAnnotations());
        annotations.computeIfPresent(
                key, (any, mark) -> mark.replace("/" + ANY_ELECTION + "/", "/" + election.uid() + "/"));
        ObjectMeta metadata = Cluster.copy(pod.getMetadata());
        metadata.setAnnotations(annotations);
        Pod seen = new Pod();
        seen.setMetadata(metadata);
        seen.setStatus(pod.getStatus());
        return seen;
    }

    private static Pod stopped(Pod pod) {
        Pod seen = new Pod();
        seen.setMetadata(pod.getMetadata());
        Cluster.stop(seen);
        return seen;
    }

    String mark(RoutingLabel label, Election election, long term, String nonce) {
        return off.contains(Guard.FRESH_MARK)
                ? term + "/" + ANY_ELECTION + "/" + label.leaderValue()
                : term + "/" + election.uid() + "/" + nonce;
    }

    /**
     * Without {@link Guard#MEMORY_BY_LEASE}, all Leases look like one; without {@link Guard#LONGER_DURATION}, none says for how long it
     * holds.
     */
    Lease seen(Lease lease) {
        if (off.isEmpty()) {
            return lease;
        }
        Lease seen = Cluster.copy(lease);
        if (off.contains(Guard.MEMORY_BY_LEASE)) {
            seen.getMetadata().setUid(ONE_LEASE);
        }
        if (off.contains(Guard.LONGER_DURATION)) {
            seen.getSpec().setLeaseDurationSeconds(null);
        }
        return seen;
    }

    /**
     * Without {@link Guard#TERM_RESERVED}, the status does not say what was reserved, without {@link Guard#LEADER_IN_STATUS} not who
     * leads; without {@link Guard#LAPSE_AWAITED} or {@link Guard#END_AWAITED}, nobody asks for that.
     */
    LeaderElection seen(LeaderElection election) {
        if (off.isEmpty()) {
            return election;
        }
        LeaderElection seen = new LeaderElection();
        seen.setMetadata(election.getMetadata());
        seen.setSpec(
                isUnfenced(election.getSpec())
                        ? Profile.fencedBy(Fencing.NONE, election.getSpec())
                        : election.getSpec());
        Optional.ofNullable(election.getStatus()).map(this::seen).ifPresent(seen::setStatus);
        return seen;
    }

    private LeaderElectionStatus seen(LeaderElectionStatus status) {
        LeaderElectionStatus seen = off.contains(Guard.TERM_RESERVED) ? withReserved(status, 0) : status;
        return off.contains(Guard.LEADER_IN_STATUS) ? withoutLeader(seen) : seen;
    }

    private boolean isUnfenced(LeaderElectionSpec spec) {
        return switch (spec.failover().fencing()) {
            case NONE -> false;
            case AWAIT_LEASE_EXPIRY -> off.contains(Guard.LAPSE_AWAITED);
            case DELETE_POD -> off.contains(Guard.END_AWAITED);
        };
    }

    private static LeaderElectionStatus withoutLeader(LeaderElectionStatus was) {
        return new LeaderElectionStatus(
                was.observedGeneration(),
                null,
                null,
                was.termReserved(),
                was.candidates(),
                was.members(),
                was.history(),
                was.conditions());
    }

    static LeaderElectionStatus withReserved(LeaderElectionStatus was, long upTo) {
        return new LeaderElectionStatus(
                was.observedGeneration(),
                was.leader(),
                was.term(),
                upTo,
                was.candidates(),
                was.members(),
                was.history(),
                was.conditions());
    }
}
