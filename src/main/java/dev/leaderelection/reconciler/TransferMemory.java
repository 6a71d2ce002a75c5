package dev.leaderelection.reconciler;

import dev.leaderelection.election.Durations;
import dev.leaderelection.election.Transfer;
import dev.leaderelection.kubernetes.Versions;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What this process remembers of an election's transfers: since when it has seen each, what it has answered, and which answer the
 * server would not take. A transfer that cannot be answered is left alone for a while, for no election may suffer from it.
 */
final class TransferMemory {

    /** By how much the clocks of two machines may differ before one of them is wrong. */
    private static final Duration SLACK = Duration.ofMinutes(5);

    private static final Comparator<Transfer> OLDEST_FIRST =
            Comparator.comparing(Transfer::created).thenComparing(Transfer::name);

    private final Map<String, Seen> seen = new HashMap<>();

    /** One transfer: since when it is known, what was written to it last, and until when it is left alone. */
    private record Seen(Duration since, Optional<Transfer> written, Duration leftAloneUntil) {}

    /**
     * The one to be answered now.
     *
     * @param cached those that the caches tell of
     * @param ticks the monotonic clock
     * @param now the time of day, to tell what was asked for long before we saw it, and for nothing else
     */
    Optional<Transfer> pending(List<Transfer> cached, Duration ticks, Instant now) {
        Set<String> present = new HashSet<>();
        cached.forEach(transfer -> present.add(transfer.uid()));
        seen.keySet().retainAll(present);
        cached.forEach(transfer -> seen.putIfAbsent(transfer.uid(), new Seen(ticks, Optional.empty(), Duration.ZERO)));
        return cached.stream()
                .map(this::newest)
                .filter(transfer -> !transfer.finished())
                .min(OLDEST_FIRST)
                .filter(transfer -> of(transfer).leftAloneUntil().compareTo(ticks) <= 0)
                .map(transfer -> transfer.asOfNow(
                        Durations.rest(transfer.rest(), ticks.minus(of(transfer).since())), isStale(transfer, now)));
    }

    private static boolean isStale(Transfer transfer, Instant now) {
        return transfer.created().plus(transfer.rest()).plus(SLACK).isBefore(now);
    }

    private Seen of(Transfer transfer) {
        Seen known = seen.get(transfer.uid());
        return known == null ? new Seen(Duration.ZERO, Optional.empty(), Duration.ZERO) : known;
    }

    private Transfer newest(Transfer cached) {
        return of(cached)
                .written()
                .filter(written -> Versions.isLater(written.version(), cached.version()))
                .orElse(cached);
    }

    void wrote(Transfer transfer) {
        seen.put(transfer.uid(), new Seen(of(transfer).since(), Optional.of(transfer), Duration.ZERO));
    }

    void leaveAlone(Transfer transfer, Duration until) {
        seen.put(transfer.uid(), new Seen(of(transfer).since(), of(transfer).written(), until));
    }

    /** After how long one that was left alone is looked at again. */
    Optional<Duration> nextLook(Duration ticks) {
        return seen.values().stream()
                .map(Seen::leftAloneUntil)
                .filter(until -> until.compareTo(ticks) > 0)
                .min(Duration::compareTo)
                .map(until -> until.minus(ticks));
    }
}
