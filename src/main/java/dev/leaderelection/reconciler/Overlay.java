package dev.leaderelection.reconciler;

import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.kubernetes.Primary;
import dev.leaderelection.kubernetes.Versions;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What we know of an election's objects beyond what the caches show: what the server has answered is carried forward until they have
 * seen it, and what may have been written without an answer is in doubt until it is read. Of a pod also what could last be read of it.
 */
final class Overlay {

    private Optional<LeaseState> lease = Optional.empty();
    private boolean leaseInDoubt;
    private long highestTerm;
    private Optional<Primary> primary = Optional.empty();
    private boolean primaryInDoubt;
    private final Map<PodIdentity, Candidate> writtenPods = new HashMap<>();
    private final Set<PodIdentity> doubtfulPods = new HashSet<>();
    private final LastFew gone = new LastFew();
    private final Map<PodIdentity, Integer> lastPriority = new HashMap<>();

    Optional<LeaseState> lease() {
        return lease;
    }

    void wrote(LeaseState written) {
        lease = Optional.of(written);
        leaseInDoubt = false;
        if (written instanceof LeaseState.Claimed claimed) {
            highestTerm = Math.max(highestTerm, claimed.lease().term());
        }
    }

    void forgetLease() {
        lease = Optional.empty();
    }

    boolean isLeaseInDoubt() {
        return leaseInDoubt;
    }

    void doubtLease() {
        leaseInDoubt = true;
    }

    long highestTerm() {
        return highestTerm;
    }

    void sawTerm(long term) {
        highestTerm = Math.max(highestTerm, term);
    }

    void wrote(Primary written) {
        primary = Optional.of(written);
        primaryInDoubt = false;
    }

    /** The later of what a cache says of the election's own object and what we have written to it. */
    Primary newest(Primary cached) {
        return primary.filter(written -> Versions.isLater(written.version(), cached.version()))
                .orElse(cached);
    }

    boolean isPrimaryInDoubt() {
        return primaryInDoubt;
    }

    void doubtPrimary() {
        primaryInDoubt = true;
    }

    void wrote(Candidate written) {
        writtenPods.put(written.id(), written);
        doubtfulPods.remove(written.id());
    }

    /** The later of what a cache says of a pod and what we have written to it. */
    Candidate newest(Candidate cached) {
        Candidate written = writtenPods.get(cached.id());
        if (written == null) {
            return cached;
        }
        if (Versions.isLater(written.version(), cached.version())) {
            return written;
        }
        writtenPods.remove(cached.id());
        return cached;
    }

    void retainPods(Set<PodIdentity> present) {
        writtenPods.keySet().retainAll(present);
        lastPriority.keySet().retainAll(present);
        doubtfulPods.retainAll(present);
    }

    Set<PodIdentity> doubtfulPods() {
        return Set.copyOf(doubtfulPods);
    }

    void doubt(PodIdentity pod) {
        doubtfulPods.add(pod);
    }

    /** A pod with a malformed annotation keeps the last priority that could be read. */
    Candidate withLastPriority(Candidate pod) {
        if (pod.standing() != Candidate.Standing.MALFORMED) {
            lastPriority.put(pod.id(), pod.priority());
            return pod;
        }
        return pod.withPriority(lastPriority.getOrDefault(pod.id(), pod.priority()));
    }

    Set<PodIdentity> gone() {
        return gone.all();
    }

    /** A UID that is gone does not come back. */
    void confirmGone(PodIdentity pod) {
        gone.add(pod);
    }
}
