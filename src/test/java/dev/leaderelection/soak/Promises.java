package dev.leaderelection.soak;

import dev.leaderelection.soak.Findings.Deeds;
import dev.leaderelection.soak.Findings.Requests;
import dev.leaderelection.soak.Trend.Point;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What is promised of a long time at work, and whether the findings of a run keep it.
 *
 * <p>What is flat is decided by {@link Trend}. A few hundred elections an hour come and go, each with three pods and some hundred KiB
 * in the process: to leave one in eight of them behind would show.
 */
final class Promises {

    /** Those of the elections' Leases, which say nothing about it themselves. */
    static final Duration RENEW_INTERVAL = Duration.ofSeconds(10);

    static final Duration LEASE = Duration.ofSeconds(30);

    private static final double HEAP_PER_HOUR = 8;
    private static final double RESIDENT_PER_HOUR = 24;
    private static final double THREADS_PER_HOUR = 4;
    private static final double DESCRIPTORS_PER_HOUR = 8;
    private static final double CONNECTIONS_PER_HOUR = 4;

    /**
     * The serial collector leaves dead objects where to move what lives behind them is not worth it, and counts them among the
     * living; every fourth full collection leaves none.
     */
    private static final int UNTIL_COMPACTED = 4;

    /** In samples, three minutes: after an outage there are many connections at once, which end when they have been idle for long. */
    private static final int UNTIL_IDLE = 36;

    /** Renewals come after 0.8 to 1.0 intervals. */
    private static final double MOST_RENEWALS = 1 / 0.8;

    private static final double LEAST_BROKEN_LEADERS = 10;
    private static final double MINUTE = 60;

    private Promises() {}

    /** One verdict for each figure, those that nothing is promised of among them. */
    static List<Verdict> judge(Findings findings) {
        Heap end = findings.heaps().get(findings.heaps().size() - 1);
        Vitals last = findings.vitals().get(findings.vitals().size() - 1);
        Deeds deeds = findings.churn();
        Requests first = findings.quiets().get(0);
        Requests second = findings.quiets().get(1);
        Requests busy = findings.busy();
        int elections = findings.elections();
        return List.of(
                Verdict.atMost("heap after a full collection, growth", heapGrowth(findings), "MiB/h", HEAP_PER_HOUR),
                Verdict.told("heap after a full collection, in the end", compacted(findings.heaps()), "MiB"),
                Verdict.atMost(
                        "resident memory, growth",
                        growth(findings, Vitals::residentMebibytes),
                        "MiB/h",
                        RESIDENT_PER_HOUR),
                Verdict.told("resident memory, in the end", last.residentMebibytes(), "MiB"),
                Verdict.atMost("threads, growth", growth(findings, Vitals::threads), "1/h", THREADS_PER_HOUR),
                Verdict.told("threads, in the end", last.threads(), ""),
                Verdict.atMost(
                        "open files and sockets, growth",
                        growthOfTroughs(findings, Vitals::descriptors),
                        "1/h",
                        DESCRIPTORS_PER_HOUR),
                Verdict.told("open files and sockets, in the end", last.descriptors(), ""),
                Verdict.atMost(
                        "TCP connections, growth",
                        growthOfTroughs(findings, Vitals::connections),
                        "1/h",
                        CONNECTIONS_PER_HOUR),
                Verdict.told("TCP connections, in the end", last.connections(), ""),
                Verdict.between(
                        "elections that the operator remembers, in the end",
                        (double) end.memories(),
                        "elections",
                        elections,
                        elections),
                Verdict.between(
                        "elections that its framework remembers, in the end",
                        (double) end.states(),
                        "elections",
                        elections,
                        elections),
                Verdict.atMost(
                        "longest time without a renewal of a Lease",
                        findings.longest().time().toMillis() / 1e3,
                        "s",
                        (double) RENEW_INTERVAL.plus(LEASE.dividedBy(2)).toSeconds()),
                Verdict.told(
                        "longest outage of the API server", findings.outage().toMillis() / 1e3, "s"),
                renewals("first", first, elections),
                others("first", first),
                renewals("last", second, elections),
                others("last", second),
                Verdict.told(
                        "requests for each thing done, renewals and watches aside",
                        (double) (busy.others() + busy.renewals() - dueRenewals(busy, elections)) / deeds.all(),
                        "requests"),
                Verdict.told("watches opened while things were done", (double) busy.watches(), "requests"),
                Verdict.atLeast("the rarest thing was done", rarest(deeds), "times", 1),
                Verdict.atLeast(
                        "leaders broken",
                        deeds.brokenLeaders() / busy.seconds() * MINUTE,
                        "1/min",
                        LEAST_BROKEN_LEADERS),
                Verdict.atMost(
                        "things that were not followed within 30 s",
                        deeds.stuck().size(),
                        "times",
                        0),
                Verdict.atMost("unsound elections, in the end", deeds.unsound(), "elections", 0));
    }

    private static double heapGrowth(Findings findings) {
        return Trend.perHour(Trend.troughs(
                findings.heaps().stream()
                        .map(heap -> new Point(heap.seconds(), heap.mebibytes()))
                        .toList(),
                UNTIL_COMPACTED));
    }

    /** The least of the last collections. */
    private static double compacted(List<Heap> heaps) {
        return heaps.stream()
                .skip(Math.max(0, heaps.size() - UNTIL_COMPACTED))
                .mapToDouble(Heap::mebibytes)
                .min()
                .orElse(Double.NaN);
    }

    private static double growth(Findings findings, ToDoubleFunction<Vitals> of) {
        return Trend.perHour(points(findings, of));
    }

    private static double growthOfTroughs(Findings findings, ToDoubleFunction<Vitals> of) {
        return Trend.perHour(Trend.troughs(points(findings, of), UNTIL_IDLE));
    }

    private static List<Point> points(Findings findings, ToDoubleFunction<Vitals> of) {
        return findings.vitals().stream()
                .map(vitals -> new Point(vitals.seconds(), of.applyAsDouble(vitals)))
                .toList();
    }

    private static Verdict renewals(String which, Requests quiet, int elections) {
        return Verdict.between(
                which + " quiet time, PUTs per election and interval",
                quiet.renewals() * RENEW_INTERVAL.toSeconds() / (elections * quiet.seconds()),
                "requests",
                1,
                MOST_RENEWALS);
    }

    private static Verdict others(String which, Requests quiet) {
        return Verdict.atMost(
                which + " quiet time, requests that renew nothing", (double) quiet.others(), "requests", 0);
    }

    /** With renewals after 0.9 intervals on average. */
    private static long dueRenewals(Requests requests, int elections) {
        return Math.round(elections * requests.seconds() / (0.9 * RENEW_INTERVAL.toSeconds()));
    }

    private static int rarest(Deeds deeds) {
        return Arrays.stream(Churn.values()).mapToInt(deeds::done).min().orElse(0);
    }
}
