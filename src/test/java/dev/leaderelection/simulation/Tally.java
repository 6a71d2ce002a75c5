package dev.leaderelection.simulation;

import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** What was injected over many schedules, and what came of it. */
final class Tally {

    private final Map<Fault, Long> faults = new EnumMap<>(Fault.class);
    private final Map<Violation.Kind, Long> violations = new EnumMap<>(Violation.Kind.class);
    private Duration worstRecovery = Duration.ZERO;
    private long worstSeed;
    private long schedules;
    private long steps;

    void injected(Fault fault) {
        faults.merge(fault, 1L, Long::sum);
    }

    void violated(Violation.Kind kind) {
        violations.merge(kind, 1L, Long::sum);
    }

    void recovered(long seed, Duration after) {
        if (after.compareTo(worstRecovery) > 0) {
            worstRecovery = after;
            worstSeed = seed;
        }
    }

    void ran(int stepsOfOne) {
        schedules++;
        steps += stepsOfOne;
    }

    /** The faults that were never injected. */
    Set<Fault> missing() {
        Set<Fault> missing = EnumSet.allOf(Fault.class);
        missing.removeAll(faults.keySet());
        return missing;
    }

    long violations() {
        return violations.values().stream().mapToLong(Long::longValue).sum();
    }

    String table() {
        StringBuilder text = new StringBuilder();
        text.append(String.format("%-24s %12s%n", "fault", "injected"));
        for (Fault fault : Fault.values()) {
            text.append(String.format("%-24s %,12d%n", fault, faults.getOrDefault(fault, 0L)));
        }
        text.append(String.format("%n%-24s %12s%n", "violation", "found"));
        for (Violation.Kind kind : Violation.Kind.values()) {
            text.append(String.format("%-24s %,12d%n", kind, violations.getOrDefault(kind, 0L)));
        }
        text.append(String.format(
                "%n%,d schedules, %,d steps; worst recovery once faults stopped: %.3f s of virtual time (seed %d)%n",
                schedules, steps, worstRecovery.toNanos() / 1e9, worstSeed));
        return text.toString();
    }
}
