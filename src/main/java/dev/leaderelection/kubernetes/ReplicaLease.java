package dev.leaderelection.kubernetes;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The Lease by which the operator's replicas agree on the one that acts, as it was seen once.
 *
 * @param uid of the object
 * @param version its resourceVersion
 * @param holder the replica that holds it, or empty if it was released
 * @param duration how long it is held after a renewal
 * @param transitions how often it changed hands
 * @param acquired when its holder got it
 */
public record ReplicaLease(
        String uid,
        String version,
        Optional<String> holder,
        Duration duration,
        int transitions,
        Optional<Instant> acquired) {

    /** Whether this is a later revision than another, or another object. */
    public boolean succeeds(ReplicaLease other) {
        return !uid.equals(other.uid) || Versions.isLater(version, other.version);
    }

    /** Reads any writer's Lease: what is missing or absurd counts as nothing. */
    public static ReplicaLease of(Lease lease) {
        LeaseSpec spec = lease.getSpec() == null ? new LeaseSpec() : lease.getSpec();
        Integer seconds = spec.getLeaseDurationSeconds();
        Integer transitions = spec.getLeaseTransitions();
        return new ReplicaLease(
                lease.getMetadata().getUid(),
                lease.getMetadata().getResourceVersion(),
                Optional.ofNullable(spec.getHolderIdentity()).filter(holder -> !holder.isEmpty()),
                Duration.ofSeconds(seconds == null ? 0 : Math.max(0, seconds)),
                transitions == null ? 0 : Math.max(0, transitions),
                Optional.ofNullable(spec.getAcquireTime()).map(time -> time.toInstant()));
    }
}
