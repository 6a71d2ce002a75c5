package dev.leaderelection.simulation;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.RoutingLabel;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.util.HashMap;
import java.util.Map;
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

    /** Without {@link Guard#FRESH_MARK}, a mark is taken for this election's whoever wrote it. */
    Pod seen(Pod pod, Election election) {
        if (!off.contains(Guard.FRESH_MARK)) {
            return pod;
        }
        String key = election.label().key() + ".fence";
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

    String mark(RoutingLabel label, Election election, long term, String nonce) {
        return off.contains(Guard.FRESH_MARK)
                ? term + "/" + ANY_ELECTION + "/" + label.leaderValue()
                : term + "/" + election.uid() + "/" + nonce;
    }

    /** Without {@link Guard#MEMORY_BY_LEASE}, all Leases look like one. */
    Lease seen(Lease lease) {
        if (!off.contains(Guard.MEMORY_BY_LEASE)) {
            return lease;
        }
        ObjectMeta metadata = Cluster.copy(lease.getMetadata());
        metadata.setUid(ONE_LEASE);
        Lease seen = new Lease();
        seen.setMetadata(metadata);
        seen.setSpec(lease.getSpec());
        return seen;
    }

    /** Without {@link Guard#TERM_RESERVED}, the status does not say what was reserved. */
    LeaderElection seen(LeaderElection election) {
        if (!off.contains(Guard.TERM_RESERVED) || election.getStatus() == null) {
            return election;
        }
        LeaderElection seen = new LeaderElection();
        seen.setMetadata(election.getMetadata());
        seen.setSpec(election.getSpec());
        seen.setStatus(withReserved(election.getStatus(), 0));
        return seen;
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
