package dev.leaderelection.runtime;

import dev.leaderelection.detection.NodeTally;
import dev.leaderelection.detection.ProbeTally;
import dev.leaderelection.election.Durations;
import dev.leaderelection.kubernetes.WriteGate;
import dev.leaderelection.reconciler.ElectionSummary;
import dev.leaderelection.reconciler.Feeds;
import dev.leaderelection.reconciler.LeaderElectionReconciler;
import io.fabric8.kubernetes.api.model.Condition;
import io.prometheus.client.Collector;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How things stand at the moment of a scrape, looked at once for all gauges. A replica that stands by says that it does, and nothing of
 * elections: it knows less of them than the one that acts, and the sum over all replicas would be wrong.
 */
final class Gauges extends Collector {

    private final LeaderElectionReconciler reconciler;
    private final Feeds feeds;
    private final WriteGate gate;
    private final int mostElections;
    private final String version;

    /**
     * @param mostElections how many elections have series of their own, at most
     * @param version of the operator
     */
    Gauges(LeaderElectionReconciler reconciler, Feeds feeds, WriteGate gate, int mostElections, String version) {
        this.reconciler = reconciler;
        this.feeds = feeds;
        this.gate = gate;
        this.mostElections = mostElections;
        this.version = version;
    }

    @Override
    public List<MetricFamilySamples> collect() {
        List<MetricFamilySamples> found = new ArrayList<>();
        found.add(new GaugeMetricFamily("leader_election_build_info", "What runs", List.of("version", "java"))
                .addMetric(List.of(version, Runtime.version().toString()), 1));
        boolean acts = gate.isOpen();
        found.add(gauge("leader_election_acting", "1 while this replica acts, 0 while it stands by", acts ? 1 : 0));
        if (acts) {
            List<ElectionSummary> elections = reconciler.summaries().toList();
            found.addAll(elections(elections));
            found.addAll(work());
            found.addAll(detection());
            found.addAll(each(elections));
        }
        return found;
    }

    private static List<MetricFamilySamples> elections(List<ElectionSummary> elections) {
        Map<List<String>, Integer> counts = new HashMap<>();
        for (ElectionSummary election : elections) {
            for (Condition condition : election.conditions()) {
                counts.merge(
                        List.of(condition.getType(), condition.getStatus(), condition.getReason()), 1, Integer::sum);
            }
        }
        GaugeMetricFamily byCondition = new GaugeMetricFamily(
                "leader_election_elections",
                "Elections by how each of their conditions stands",
                List.of("condition", "status", "reason"));
        counts.forEach(byCondition::addMetric);
        double oldest = elections.stream()
                .flatMap(election -> election.lease().stream())
                .mapToDouble(ElectionSummary.LeaseAge::ratio)
                .max()
                .orElse(0);
        Map<String, Duration> vacancies = new HashMap<>();
        elections.stream()
                .flatMap(election -> election.vacancy().stream())
                .forEach(vacancy -> vacancies.merge(vacancy.reason(), vacancy.lasts(), Durations::longer));
        GaugeMetricFamily leaderless = new GaugeMetricFamily(
                "leader_election_leaderless_longest_seconds",
                "For how long nobody has led the election that has been without a leader for longest",
                List.of("reason"));
        vacancies.forEach((reason, longest) -> leaderless.addMetric(List.of(reason), seconds(longest)));
        return List.of(
                byCondition,
                leaderless,
                gauge(
                        "leader_election_elections_flapping",
                        "Elections that have lost four leaders within ten minutes",
                        (double) elections.stream()
                                .filter(ElectionSummary::isFlapping)
                                .count()),
                gauge(
                        "leader_election_lease_age_ratio",
                        "Age of the Lease that is nearest to its end, 1 when it has run out",
                        oldest));
    }

    private List<MetricFamilySamples> work() {
        List<Duration> overdue = reconciler.overdue().toList();
        Duration most = overdue.stream().reduce(Duration.ZERO, Durations::longer);
        return List.of(
                gauge(
                        "leader_election_elections_stuck",
                        "Elections over which no pass has come to its end for half a minute",
                        (double) reconciler.stuck()),
                gauge("leader_election_passes_overdue", "Passes over an election that are due", overdue.size()),
                gauge(
                        "leader_election_passes_overdue_longest_seconds",
                        "How long the longest of them has been due",
                        seconds(most)));
    }

    private List<MetricFamilySamples> detection() {
        NodeTally nodes = feeds.nodes();
        ProbeTally probes = feeds.probes();
        return List.of(
                gauge(
                        "leader_election_elections_unheard",
                        "Elections that ask for heartbeats of nodes, which the operator may not watch",
                        feeds.unheard()),
                gauge("leader_election_nodes_known", "Nodes whose heartbeat was seen", nodes.known()),
                gauge("leader_election_nodes_lost", "Nodes that are silent for too long", (double) nodes.lost()),
                gauge(
                        "leader_election_nodes_held",
                        "1 while so many nodes are silent that none is believed to be lost",
                        nodes.isHeld() ? 1 : 0),
                gauge(
                        "leader_election_elections_unanswered",
                        "Elections no candidate of which answers its probe",
                        probes.unanswered()),
                gauge("leader_election_probe_targets", "Pods that are probed", probes.targets()),
                gauge("leader_election_probe_targets_failed", "Pods that have failed their probe", probes.failed()),
                gauge(
                        "leader_election_probes_held",
                        "1 while so many probes fail that no pod is believed to have failed",
                        probes.isHeld() ? 1 : 0),
                gauge("leader_election_probes_under_way", "Probes under way", feeds.probesUnderWay()),
                new CounterMetricFamily("leader_election_probes", "Probes that ended", List.of("outcome"))
                        .addMetric(List.of("success"), (double) probes.successes())
                        .addMetric(List.of("failure"), (double) probes.failures()));
    }

    /** The first in the order of their names, so that they are the same ones each time. */
    private List<MetricFamilySamples> each(List<ElectionSummary> elections) {
        List<ElectionSummary> shown = elections.stream()
                .sorted(Comparator.comparing(ElectionSummary::namespace).thenComparing(ElectionSummary::name))
                .limit(mostElections)
                .toList();
        List<String> labels = List.of("namespace", "election");
        GaugeMetricFamily led = new GaugeMetricFamily("leader_election_election_led", "1 while a pod leads", labels);
        GaugeMetricFamily term = new GaugeMetricFamily("leader_election_election_term", "The newest term", labels);
        GaugeMetricFamily age = new GaugeMetricFamily(
                "leader_election_election_lease_age_seconds", "Time since the Lease was renewed", labels);
        for (ElectionSummary election : shown) {
            List<String> names = List.of(election.namespace(), election.name());
            led.addMetric(names, election.isLed() ? 1 : 0);
            term.addMetric(names, (double) election.term());
            election.lease().ifPresent(lease -> age.addMetric(names, seconds(lease.sinceRenewal())));
        }
        return List.of(led, term, age);
    }

    private static GaugeMetricFamily gauge(String name, String help, double value) {
        return new GaugeMetricFamily(name, help, value);
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
