package dev.leaderelection.kubernetes;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.election.LeaseRecord;
import dev.leaderelection.election.LeaseState;
import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells what stands where an election's Lease belongs: ours and whole, ours and written by somebody else since, or never ours.
 * managedFields name the last writer of each field even when a foreign write restored the value that we had written.
 */
public final class LeaseReader {

    /** The name under which the operator writes. */
    public static final String FIELD_MANAGER = "leader-election-operator";

    /** The annotation of the Lease that carries its record. */
    public static final String RECORD_ANNOTATION = LeaderElection.GROUP + "/record";

    private LeaseReader() {}

    /** Reads a Lease for an election. */
    public static LeaseState read(Lease lease, Election election) {
        LeaseSpec spec = lease.getSpec() == null ? new LeaseSpec() : lease.getSpec();
        String holderIdentity = Objects.requireNonNullElse(spec.getHolderIdentity(), "");
        if (!isOwned(lease, election)) {
            return new LeaseState.Foreign(holderIdentity);
        }
        LeaseState.Copy copy = copy(lease, spec);
        List<ManagedFieldsEntry> managers = lease.getMetadata().getManagedFields();
        if (managers == null || managers.isEmpty()) {
            return new LeaseState.Untracked(copy);
        }
        Map<String, String> annotations = lease.getMetadata().getAnnotations();
        String text = annotations == null ? null : annotations.get(RECORD_ANNOTATION);
        Optional<LeaseRecord> parsed = text == null ? Optional.empty() : RecordCodec.decode(text);
        if (parsed.isEmpty()) {
            return new LeaseState.Unclaimed(copy, 0, "its record is missing or malformed");
        }
        LeaseRecord lock = parsed.get();
        if (!isWrittenByUs(managers)) {
            return new LeaseState.Unclaimed(copy, lock.term(), "its record was written by somebody else");
        }
        if (lock.closed()) {
            return new LeaseState.Closed(copy, lock);
        }
        if (lock.holder().isEmpty()) {
            return new LeaseState.Unclaimed(copy, lock.term(), "nobody has claimed it");
        }
        if (!lock.holder().get().name().equals(holderIdentity)) {
            return new LeaseState.Unclaimed(copy, lock.term(), "its holder was changed to '" + holderIdentity + "'");
        }
        return new LeaseState.Claimed(copy, lock.holder().get(), lock);
    }

    /** Whether two revisions say the same, but for the times of a renewal. */
    public static boolean saysTheSame(Lease one, Lease other) {
        return Objects.equals(one.getMetadata().getUid(), other.getMetadata().getUid())
                && Objects.equals(holder(one), holder(other))
                && Objects.equals(
                        one.getMetadata().getAnnotations(), other.getMetadata().getAnnotations())
                && Objects.equals(
                        one.getMetadata().getOwnerReferences(),
                        other.getMetadata().getOwnerReferences())
                && isWrittenByUs(one.getMetadata().getManagedFields())
                        == isWrittenByUs(other.getMetadata().getManagedFields());
    }

    private static @Nullable String holder(Lease lease) {
        return lease.getSpec() == null ? null : lease.getSpec().getHolderIdentity();
    }

    private static boolean isOwned(Lease lease, Election election) {
        for (OwnerReference owner : lease.getMetadata().getOwnerReferences()) {
            if (election.uid().equals(owner.getUid())) {
                return true;
            }
        }
        return false;
    }

    private static LeaseState.Copy copy(Lease lease, LeaseSpec spec) {
        Integer transitions = spec.getLeaseTransitions();
        Integer seconds = spec.getLeaseDurationSeconds();
        return new LeaseState.Copy(
                Objects.requireNonNullElse(lease.getMetadata().getUid(), ""),
                Objects.requireNonNullElse(lease.getMetadata().getResourceVersion(), ""),
                instant(spec.getAcquireTime()),
                instant(spec.getRenewTime()),
                transitions == null || transitions < 0 ? 0 : transitions,
                Duration.ofSeconds(seconds == null || seconds < 0 ? 0 : seconds));
    }

    private static Instant instant(@Nullable ZonedDateTime time) {
        return time == null ? Instant.EPOCH : time.toInstant();
    }

    /** Whether the record has one owner, and it is us. */
    private static boolean isWrittenByUs(@Nullable List<ManagedFieldsEntry> managers) {
        if (managers == null) {
            return false;
        }
        boolean ours = false;
        for (ManagedFieldsEntry entry : managers) {
            if (ownsRecord(entry.getFieldsV1())) {
                if (!FIELD_MANAGER.equals(entry.getManager())) {
                    return false;
                }
                ours = true;
            }
        }
        return ours;
    }

    private static boolean ownsRecord(@Nullable FieldsV1 fields) {
        return fields != null
                && fields.getAdditionalProperties().get("f:metadata") instanceof Map<?, ?> metadata
                && metadata.get("f:annotations") instanceof Map<?, ?> annotations
                && annotations.containsKey("f:" + RECORD_ANNOTATION);
    }
}
