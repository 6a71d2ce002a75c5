package dev.leaderelection.reconciler;

import dev.leaderelection.api.LeaderElection;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * What is remembered of each election. There is one memory to a name: whoever has taken an election's place inherits nothing of it, and
 * leaves nothing of it behind, also where nobody told us that the one before is gone.
 */
final class Memories {

    private final Map<ResourceID, Remembered> all = new ConcurrentHashMap<>();

    private record Remembered(String uid, ElectionMemory memory) {}

    /** That of an election, a new one if there is none. */
    ElectionMemory of(LeaderElection election) {
        String uid = election.getMetadata().getUid();
        return all.compute(
                        ResourceID.fromResource(election),
                        (any, before) -> before != null && before.uid().equals(uid)
                                ? before
                                : new Remembered(uid, new ElectionMemory()))
                .memory();
    }

    Optional<ElectionMemory> find(LeaderElection election) {
        return Optional.ofNullable(all.get(ResourceID.fromResource(election)))
                .filter(remembered ->
                        remembered.uid().equals(election.getMetadata().getUid()))
                .map(Remembered::memory);
    }

    Optional<ElectionMemory> find(ResourceID id) {
        return Optional.ofNullable(all.get(id)).map(Remembered::memory);
    }

    /** Forgets an election, but not one that has taken its place. */
    void forget(LeaderElection election) {
        all.computeIfPresent(
                ResourceID.fromResource(election),
                (any, remembered) ->
                        remembered.uid().equals(election.getMetadata().getUid()) ? null : remembered);
    }

    Stream<ElectionMemory> stream() {
        return all.values().stream().map(Remembered::memory);
    }

    /** By how much each pass is late that should have been made by now. */
    Stream<Duration> overdue(Duration now) {
        return stream()
                .flatMap(memory -> memory.nextPass().stream())
                .map(now::minus)
                .filter(late -> late.compareTo(Duration.ZERO) > 0);
    }
}
