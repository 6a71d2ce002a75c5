package dev.leaderelection.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What was injected how often, and what came of it.
 *
 * @param options what was asked for
 * @param rows one for each kind of fault
 * @param failovers how often the label went to another pod
 * @param breaches the promises that were broken
 * @param unsound the elections that were not as they should be long after the last fault
 * @param needless the moves of leadership that no one can give a reason for
 * @param figures of the run
 */
record Report(
        Options options,
        List<Row> rows,
        int failovers,
        List<HistoryChecker.Breach> breaches,
        List<String> unsound,
        List<String> needless,
        Figures figures) {

    /**
     * A kind of fault.
     *
     * @param injected how often
     * @param violations in the rounds that it was part of
     * @param worstRecovery from its end until the elections it touched were sound
     */
    record Row(Fault fault, int injected, int violations, Duration worstRecovery) {}

    /**
     * Of a run.
     *
     * @param worstCalm how long it took after a round until all elections were sound
     * @param endedByThemselves how often an operator ended without being killed
     * @param relics how many pods bear the mark of an election that is gone, in the end
     */
    record Figures(int rounds, long revisions, Duration worstCalm, Duration took, int endedByThemselves, int relics) {}

    /** Why the run shows nothing, or something that must not be. */
    List<String> failures() {
        List<String> failures = new ArrayList<>();
        breaches.forEach(breach -> failures.add(breach.toString()));
        rows.stream().filter(row -> row.injected() == 0).forEach(row -> failures.add("never injected: " + row.fault()));
        if (failovers < options.failovers()) {
            failures.add("only " + failovers + " failovers of " + options.failovers());
        }
        return failures;
    }

    /** What there is to look at in the history. */
    List<String> remarks() {
        List<String> remarks = new ArrayList<>(failures());
        needless.forEach(move -> remarks.add("needless: " + move));
        return remarks;
    }

    String table() {
        StringBuilder text = new StringBuilder(
                "%-22s %9s %11s %15s%n".formatted("fault", "injected", "violations", "worst recovery"));
        for (Row row : rows) {
            text.append("%-22s %9d %11d %13.1f s%n"
                    .formatted(row.fault(), row.injected(), row.violations(), seconds(row.worstRecovery())));
        }
        return text.append("%n%s%n".formatted(summary())).toString();
    }

    String markdown() {
        StringBuilder text = new StringBuilder(
                "| fault | injected | violations | worst recovery |%n|---|--:|--:|--:|%n".formatted());
        for (Row row : rows) {
            text.append("| %s | %d | %d | %.1f s |%n"
                    .formatted(
                            row.fault().explanation(), row.injected(), row.violations(), seconds(row.worstRecovery())));
        }
        return text.append("%n%s%n".formatted(summary())).toString();
    }

    private String summary() {
        return ("%d failovers in %d elections, %d rounds and %d s; %,d revisions replayed, none left out; %d violations;"
                        + " %d needless switches; after a round all elections were sound within %.1f s;"
                        + " operators that ended by themselves: %d; pods with the mark of an election that is gone: %d")
                .formatted(
                        failovers,
                        options.elections(),
                        figures.rounds(),
                        figures.took().toSeconds(),
                        figures.revisions(),
                        breaches.size(),
                        needless.size(),
                        seconds(figures.worstCalm()),
                        figures.endedByThemselves(),
                        figures.relics());
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1e3;
    }
}
