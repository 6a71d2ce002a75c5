package dev.leaderelection.bench;

import dev.leaderelection.bench.BareWrites.Took;
import dev.leaderelection.bench.Theatre.Failover;
import dev.leaderelection.cluster.OperatorProcess;
import java.io.PrintStream;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Failovers, each right after the bare writes that it is compared with, so that both meet the same machine. */
final class Failovers {

    /** The controllers behind a Service may send 20 requests a second; beyond that it is they who are measured. */
    private static final Duration PACE = Duration.ofMillis(120);

    /** A fresh process is left alone until it idles. */
    private static final Duration SETTLING = Duration.ofSeconds(2);

    private static final double UNNOTICED_MILLISECONDS = 500;

    private final Setting setting;
    private final PrintStream out;
    private final Results results;
    private final Pods pods;
    private final BareWrites limit;
    private final Theatre theatre;
    private boolean led;

    Failovers(Setting setting, PrintStream out, Results results) {
        this.setting = setting;
        this.out = out;
        this.results = results;
        this.pods = setting.pods("failover");
        this.theatre = new Theatre(setting.admin(), pods);
        this.limit = new BareWrites(setting.admin(), setting.operator(), setting.pods("limit"));
    }

    /** Everything that is known of one series of failovers. */
    private static final class Series {
        final Samples inside = new Samples();
        final Samples outside = new Samples();
        final Samples service = new Samples();
        final Samples empty = new Samples();
        final Samples limitInside = new Samples();
        final Samples limitOutside = new Samples();
        final Map<Long, Failover> byTerm = new LinkedHashMap<>();

        void add(Took took) {
            limitInside.addNanos(took.withoutBreaking());
            limitOutside.addNanos(took.withBreaking());
        }

        void add(Failover failover) {
            outside.addNanos(failover.label());
            service.addNanos(failover.service());
            empty.addNanos(failover.empty());
            byTerm.put(failover.term(), failover);
        }

        void addInside(Map<Long, Long> byTermNanos) {
            byTerm.keySet().forEach(term -> {
                Long nanos = byTermNanos.get(term);
                if (nanos != null) {
                    inside.addNanos(nanos);
                }
            });
            byTerm.clear();
        }
    }

    /** In one process that has done it before. */
    void warm(int warmUp, int samples) {
        Map<Breakage, Series> all = new EnumMap<>(Breakage.class);
        try (OperatorProcess operator = setting.startOperator()) {
            awaitLeader();
            for (int i = 0; i < warmUp + samples; i++) {
                if (i == warmUp) {
                    all.clear();
                }
                if (i % 25 == 0) {
                    out.printf("warm: %d of %d rounds%n", i, warmUp + samples);
                }
                for (Breakage breakage : Breakage.values()) {
                    measure(breakage, all.computeIfAbsent(breakage, any -> new Series()));
                }
            }
            Map<Long, Long> inside = FailoverLog.read(operator, pods.namespace());
            all.values().forEach(series -> series.addInside(inside));
        }
        all.forEach((breakage, series) -> {
            String what = "warm, leader " + breakage.text;
            report(what + ", inside", series.inside, series.limitInside, 1.5, 3);
            report(what + ", outside", series.outside, series.limitOutside, 2, 4);
            reportService(what, series);
            keep("warm", breakage, series);
        });
    }

    /** The first one of each of many processes. */
    void first(int starts) {
        Series series = new Series();
        for (int i = 0; i < starts; i++) {
            out.printf("first failover of a process: %d of %d starts%n", i, starts);
            try (OperatorProcess operator = setting.startOperator()) {
                awaitLeader();
                Setting.pause(SETTLING);
                Breakage breakage =
                        List.of(Breakage.NOT_READY, Breakage.TERMINATING).get(i % 2);
                measure(breakage, series);
                // The operator tells of it right after; its status follows, and that is seen by nobody here.
                Setting.pause(PACE);
                series.addInside(FailoverLog.read(operator, pods.namespace()));
                for (int more = 0; more < 4; more++) {
                    series.add(limit.replace(breakage));
                }
            }
        }
        String what = "first of a fresh process";
        results.add(Figure.against(
                what + ", inside, p50", series.inside.size(), "ms", series.inside.p50(), series.limitInside.p50(), 3));
        results.add(Figure.against(
                what + ", outside, p50",
                series.outside.size(),
                "ms",
                series.outside.p50(),
                series.limitOutside.p50(),
                3));
        results.add(Figure.plain(what + ", outside, slowest", series.outside.size(), "ms", series.outside.max()));
        results.add(Figure.plain(what + ", Service, p50", series.service.size(), "ms", series.service.p50()));
        keep("first", Breakage.NOT_READY, series);
    }

    private void awaitLeader() {
        if (!led) {
            theatre.awaitLeader();
            led = true;
        }
    }

    private void measure(Breakage breakage, Series series) {
        series.add(limit.replace(breakage));
        Setting.pause(PACE);
        series.add(theatre.breakLeader(breakage));
        Setting.pause(PACE);
    }

    private void report(String what, Samples figure, Samples bare, double p50, double p99) {
        results.add(Figure.against(what + ", p50", figure.size(), "ms", figure.p50(), bare.p50(), p50));
        results.add(Figure.against(what + ", p99", figure.size(), "ms", figure.p99(), bare.p99(), p99));
    }

    private void reportService(String what, Series series) {
        int size = series.service.size();
        results.add(Figure.plain(what + ", Service, p50", size, "ms", series.service.p50()));
        results.add(Figure.plain(what + ", Service, p99", size, "ms", series.service.p99()));
        results.add(Figure.plain(what + ", Service empty, p50", size, "ms", series.empty.p50()));
        results.add(Figure.plain(
                        what + ", Service empty > 500 ms", size, "%", series.empty.percentAbove(UNNOTICED_MILLISECONDS))
                .atMost(0));
    }

    private void keep(String stage, Breakage breakage, Series series) {
        String name = stage + "." + breakage.name().toLowerCase(Locale.ROOT) + ".";
        results.keep(name + "inside", series.inside);
        results.keep(name + "outside", series.outside);
        results.keep(name + "service", series.service);
        results.keep(name + "empty", series.empty);
        results.keep(name + "limit.inside", series.limitInside);
        results.keep(name + "limit.outside", series.limitOutside);
    }
}
