package dev.leaderelection.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** How often which fault was injected, and how long it took, from its end, until the elections it touched were sound again. */
final class Recoveries {

    private final Function<String, Optional<String>> complaint;
    private final Map<Fault, Integer> injected = new EnumMap<>(Fault.class);
    private final Map<Fault, Duration> worst = new EnumMap<>(Fault.class);
    private final List<Pending> pending = new ArrayList<>();

    private record Pending(Fault fault, String election, long revision, long nanos) {}

    /**
     * @param complaint what of an election is not as it should be, if anything
     */
    Recoveries(Function<String, Optional<String>> complaint) {
        this.complaint = complaint;
    }

    /**
     * A fault is over.
     *
     * @param elections those that it touched
     * @param revision the store's, when it was over
     * @param nanos when that was
     */
    void ended(Fault fault, Collection<String> elections, long revision, long nanos) {
        injected.merge(fault, 1, Integer::sum);
        elections.forEach(election -> pending.add(new Pending(fault, election, revision, nanos)));
    }

    /** Everything up to a revision is known. */
    void seen(long revision, long nanos) {
        Map<String, Optional<String>> judged = new HashMap<>();
        for (Iterator<Pending> all = pending.iterator(); all.hasNext(); ) {
            Pending each = all.next();
            if (each.revision() <= revision
                    && judged.computeIfAbsent(each.election(), complaint).isEmpty()) {
                Duration took = Duration.ofNanos(nanos - each.nanos());
                worst.merge(each.fault(), took, (one, other) -> one.compareTo(other) < 0 ? other : one);
                all.remove();
            }
        }
    }

    int injected(Fault fault) {
        return injected.getOrDefault(fault, 0);
    }

    Optional<Duration> worst(Fault fault) {
        return Optional.ofNullable(worst.get(fault));
    }
}
