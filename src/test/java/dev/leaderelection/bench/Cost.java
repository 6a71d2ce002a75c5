package dev.leaderelection.bench;

import dev.leaderelection.cluster.Machine;
import dev.leaderelection.cluster.OperatorProcess;
import dev.leaderelection.soak.Heap;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** What elections cost while nothing happens: requests and memory. */
final class Cost {

    private static final int ELECTIONS = 50;
    private static final int FAILOVERS = 20;
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final Duration SETTLING = Duration.ofSeconds(15);
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Setting setting;
    private final PrintStream out;
    private final Results results;

    Cost(Setting setting, PrintStream out, Results results) {
        this.setting = setting;
        this.out = out;
        this.results = results;
    }

    /** What the API server had counted at one moment. */
    private record Count(long all, long renewals, long operatorsOwn, long operatorsRenewals) {

        Count minus(Count other) {
            return new Count(
                    all - other.all,
                    renewals - other.renewals,
                    operatorsOwn - other.operatorsOwn,
                    operatorsRenewals - other.operatorsRenewals);
        }
    }

    /** Counts requests while the operator renews, and again while it is stopped: the difference is the operator's. */
    void requests(int intervals) {
        Duration time = INTERVAL.multipliedBy(intervals);
        try (OperatorProcess operator = setting.startOperator()) {
            Crowd crowd = new Crowd(
                    setting,
                    out,
                    "steady",
                    "{\"durationSeconds\": 300, \"renewIntervalSeconds\": %d}".formatted(INTERVAL.toSeconds()));
            crowd.growTo(ELECTIONS);
            Setting.pause(SETTLING);
            out.printf("steady: %d elections, %d s with the operator%n", crowd.size(), time.toSeconds());
            Count with = during(time);
            operator.pause();
            out.printf("steady: %d s without it%n", time.toSeconds());
            Count without = during(time);
            operator.resume();
            double renewals = (double) (with.renewals() - without.renewals());
            double all = (double) (with.all() - without.all());
            int n = crowd.size() * intervals;
            results.add(
                    Figure.against("steady, requests per renewal, all verbs", n, "requests", all / renewals, 1, 1.05));
            // Renewals come after 0.8 to 1.0 intervals.
            results.add(
                    Figure.against("steady, requests per election and interval", n, "requests", all / n, 1 / 0.9, 1.1));
            results.add(
                    Figure.plain("steady, operator's requests other than renewals (audit log)", n, "requests", (double)
                                    (with.operatorsOwn() - with.operatorsRenewals()))
                            .atMost(0));
        }
    }

    private Count during(Duration time) {
        Count before = count();
        Setting.pause(time);
        return count().minus(before);
    }

    private Count count() {
        var metrics = setting.controlPlane().metrics();
        List<String> all = audit();
        // What the replicas of the operator say to each other depends on no election.
        List<String> audit = all.stream()
                .filter(line -> !line.contains("\"namespace\":\"leader-election-system\""))
                .toList();
        long amongReplicas = (long) all.size() - audit.size();
        return new Count(
                metrics.requests(Map.of()) - amongReplicas,
                metrics.requests(Map.of("verb", "PUT", "resource", "leases")) - amongReplicas,
                audit.size(),
                audit.stream()
                        .filter(line ->
                                line.contains("\"verb\":\"update\"") && line.contains("\"resource\":\"leases\""))
                        .count());
    }

    private List<String> audit() {
        try {
            return Files.readAllLines(setting.controlPlane().auditLog());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What a fresh process takes that has made all these elections and some failovers of each size; and then what another takes that
     * finds them all when it starts.
     */
    void memory(List<Integer> sizes) {
        Crowd crowd = new Crowd(setting, out, "memory", "{}");
        try (OperatorProcess operator = setting.startOperator()) {
            for (int size : sizes) {
                crowd.growTo(size);
                crowd.failOver(FAILOVERS);
                memory(operator, size + " elections of 3 pods");
            }
        }
        try (OperatorProcess operator = setting.startOperator()) {
            memory(operator, "started among " + crowd.size() + " elections of 3 pods");
        }
    }

    private void memory(OperatorProcess operator, String what) {
        Setting.pause(SETTLING);
        long pid = operator.pid();
        add("resident memory, " + what, Machine.residentMebibytes(pid));
        add("most resident memory so far, " + what, Machine.peakResidentMebibytes(pid));
        add("heap taken, " + what, heapMebibytes(operator));
        add("live objects in the heap, " + what, liveMebibytes(pid));
    }

    private void add(String what, double mebibytes) {
        out.printf("%s: %.0f MiB%n", what, mebibytes);
        results.add(Figure.plain(what, 1, "MiB", mebibytes));
    }

    /** What the JVM has taken for its heap, objects or not, by the operator's own metrics. */
    private static double heapMebibytes(OperatorProcess operator) {
        String metrics = Awaitility.await("the operator's metrics")
                .atMost(PATIENCE)
                .ignoreException(UncheckedIOException.class)
                .until(() -> operator.get("/q/metrics"), text -> !text.isEmpty());
        return metrics.lines()
                        .filter(line -> line.startsWith("jvm_memory_committed_bytes{area=\"heap\""))
                        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                        .sum()
                / (1024 * 1024);
    }

    /** Of four full collections in a row one leaves no dead objects behind. */
    private static double liveMebibytes(long pid) {
        double least = Double.MAX_VALUE;
        try {
            for (int i = 0; i < 4; i++) {
                least = Math.min(least, Heap.of(pid, 0).mebibytes());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        return least;
    }
}
