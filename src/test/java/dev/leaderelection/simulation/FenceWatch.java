package dev.leaderelection.simulation;

import dev.leaderelection.api.LeaderElectionSpec;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.kubernetes.PodReader;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Watches that nobody leads past a leader that may still be running, where the election asks for that, by the cluster's own time. */
final class FenceWatch {

    private final LeaderElectionSpec spec;
    private final Cluster cluster;
    private final Supplier<Duration> now;
    private final Map<String, Duration> namedUntil = new HashMap<>();
    private final Map<String, PodIdentity> promotedLast = new HashMap<>();

    FenceWatch(LeaderElectionSpec spec, Cluster cluster, Supplier<Duration> now) {
        this.spec = spec;
        this.cluster = cluster;
        this.now = now;
    }

    /** The Lease was written, names a pod, and says for how long. */
    void named(PodIdentity holder, Duration forHowLong) {
        namedUntil.put(holder.uid(), now.get().plus(forHowLong));
    }

    /** A pod was given the label. */
    void promoted(String electionUid, PodIdentity pod) {
        promotedLast.put(electionUid, pod);
    }

    /**
     * What is wrong with a claim past who was given the label last, if anything. Whom nothing names any more, nobody can delete; nor
     * can any later claim be blamed for that.
     *
     * @param leaseTold whether the Lease named a holder before the claim
     */
    Optional<String> complaint(String electionUid, PodIdentity heir, boolean leaseTold) {
        boolean mayKnow = leaseTold || spec.failover().fencing() != LeaderElectionSpec.Fencing.DELETE_POD;
        Optional<PodIdentity> passed =
                Optional.ofNullable(promotedLast.get(electionUid)).filter(old -> !old.equals(heir));
        if (passed.isPresent() && !mayKnow) {
            promotedLast.remove(electionUid);
            return Optional.empty();
        }
        return passed.flatMap(this::complaint);
    }

    private Optional<String> complaint(PodIdentity old) {
        Optional<Pod> last = lastRevision(old);
        if (last.filter(PodReader::hasStopped).isPresent()) {
            return Optional.empty();
        }
        return switch (spec.failover().fencing()) {
            case NONE -> Optional.empty();
            case AWAIT_LEASE_EXPIRY -> {
                Duration rest =
                        namedUntil.getOrDefault(old.uid(), Duration.ZERO).minus(now.get());
                yield rest.isNegative() || rest.isZero()
                        ? Optional.empty()
                        : Optional.of("the Lease names " + old.name() + " for " + rest.toSeconds() + " s more");
            }
            case DELETE_POD ->
                cluster.pods
                        .get(old.name())
                        .filter(pod -> pod.getMetadata().getUid().equals(old.uid()))
                        .map(pod -> old.name() + " is still there");
        };
    }

    private Optional<Pod> lastRevision(PodIdentity id) {
        for (int i = cluster.pods.size() - 1; i >= 0; i--) {
            Optional<Pod> revision = cluster.pods.change(i).now();
            if (revision.filter(pod -> pod.getMetadata().getUid().equals(id.uid()))
                    .isPresent()) {
                return revision;
            }
        }
        return Optional.empty();
    }
}
