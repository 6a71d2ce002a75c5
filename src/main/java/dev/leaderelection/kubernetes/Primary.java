package dev.leaderelection.kubernetes;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.election.LeaseRecord;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How the election's own object stands.
 *
 * @param uid its UID
 * @param version its revision
 * @param generation how often its spec was written
 * @param deleting whether its deletion was asked for
 * @param finalizers its finalizers
 * @param status its status
 */
public record Primary(
        String uid,
        String version,
        long generation,
        boolean deleting,
        List<String> finalizers,
        LeaderElectionStatus status) {

    /** The finalizer that keeps an election until its traces are gone. */
    public static final String FINALIZER = LeaderElection.GROUP + "/cleanup";

    /** Copies. */
    public Primary {
        finalizers = List.copyOf(finalizers);
    }

    /** Reads it off the user's object. */
    public static Primary of(LeaderElection resource) {
        var metadata = resource.getMetadata();
        return new Primary(
                metadata.getUid(),
                metadata.getResourceVersion(),
                generation(resource),
                metadata.getDeletionTimestamp() != null,
                metadata.getFinalizers(),
                resource.getStatus() == null ? LeaderElectionStatus.EMPTY : resource.getStatus());
    }

    /** How often its spec was written. */
    public static long generation(LeaderElection resource) {
        return Objects.requireNonNullElse(resource.getMetadata().getGeneration(), 0L);
    }

    /** Whether it carries our finalizer. */
    public boolean isHeld() {
        return finalizers.contains(FINALIZER);
    }

    /** No term above this was ever claimed. */
    public long termReserved() {
        return bounded(status.termReserved());
    }

    /** The newest term that the status tells of, 0 before the first. */
    public long term() {
        return bounded(status.term());
    }

    /** Somebody may have written anything, and terms go on from it. */
    private static long bounded(@Nullable Long term) {
        return term == null ? 0 : Math.max(0, Math.min(term, LeaseRecord.HIGHEST_TERM));
    }
}
