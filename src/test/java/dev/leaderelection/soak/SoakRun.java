package dev.leaderelection.soak;

import dev.leaderelection.cluster.AuditLog;
import dev.leaderelection.cluster.AuditLog.Request;
import dev.leaderelection.cluster.Machine;
import dev.leaderelection.cluster.OperatorProcess;
import dev.leaderelection.cluster.Renewals;
import dev.leaderelection.cluster.Renewals.Gap;
import dev.leaderelection.monitoring.Picture;
import dev.leaderelection.monitoring.Prometheus;
import dev.leaderelection.soak.Findings.Deeds;
import dev.leaderelection.soak.Findings.Requests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** A quiet time, a long one in which something is done each second, and a quiet one again. */
final class SoakRun implements AutoCloseable {

    private static final Path FOLDER = Path.of("target", "soak");
    private static final int VITALS_SECONDS = 5;
    private static final int HEAP_SECONDS = 60;
    private static final int PROGRESS_SECONDS = 30;
    private static final int SETTLING_SECONDS = 15;

    /** Spread over the busy time; every third one is a restart of the API server, the others cut watches. */
    private static final int OUTAGES = 15;

    private final Options options;
    private final Consumer<String> out;
    private final Site site;
    private final Electorate electorate;
    private final AuditLog audit;
    private final Optional<Prometheus> prometheus;
    private final Renewals renewals = new Renewals();
    private final ExecutorService outages = Executors.newSingleThreadExecutor();
    private final List<Future<Duration>> struck = new ArrayList<>();
    private final List<Vitals> vitals = new ArrayList<>();
    private final List<Heap> heaps = new ArrayList<>();
    private Gap longest = new Gap("none", Duration.ZERO);
    private long start;
    private long second;

    SoakRun(Options options, Consumer<String> out) throws IOException {
        this.options = options;
        this.out = out;
        out.accept("starting a control plane and the operator; seed " + options.seed());
        site = Site.open();
        electorate = new Electorate(site, options.elections(), new SplittableRandom(options.seed()));
        audit = new AuditLog(site.controlPlane());
        prometheus = options.picture()
                .map(file -> Prometheus.scraping(
                        Map.of("leader-election-operator-0", site.operator().url()),
                        site.controlPlane().directory()));
        site.namespaces()
                .forEach(namespace -> renewals.watch(site.controlPlane().admin(), namespace));
    }

    /** Takes as long as the options say, and a little to settle before each quiet time. */
    Report run() throws IOException, InterruptedException {
        out.accept("creating " + electorate.size() + " elections of three pods");
        electorate.settle();
        Instant began = Instant.now();
        start = System.nanoTime();
        pass(Duration.ofSeconds(SETTLING_SECONDS), now -> {});
        Requests first = during(options.quiet(), now -> {});
        Requests busy = during(options.busy(), this::disturb);
        Duration outage = join();
        electorate.rest(out);
        electorate.settle();
        pass(Duration.ofSeconds(SETTLING_SECONDS), now -> {});
        Requests last = during(options.quiet(), now -> {});
        look();
        weigh();
        if (options.picture().isPresent() && prometheus.isPresent()) {
            Files.writeString(options.picture().get(), Picture.of(prometheus.get(), began, Instant.now()));
        }
        Report report = new Report(
                options,
                Machine.describe(site.controlPlane(), OperatorProcess.deployedFlags()),
                new Findings(
                        electorate.size(),
                        vitals,
                        heaps,
                        longest,
                        outage,
                        List.of(first, last),
                        busy,
                        new Deeds(
                                electorate.done(),
                                electorate.disturbances(),
                                electorate.stuckOnes(),
                                electorate.unsound())));
        report.write(FOLDER.resolve("soak.json"));
        Files.writeString(FOLDER.resolve("operator.log"), site.operator().log());
        return report;
    }

    /** Does what is due in a second of the busy time. */
    private void disturb(int now) {
        electorate.churn();
        int between = Math.max(1, (int) options.busy().toSeconds() / OUTAGES);
        if (now % between != between / 2) {
            return;
        }
        boolean restarts = now / between % 3 == 1;
        struck.add(outages.submit(() -> restarts ? restart() : cut()));
    }

    private Duration restart() throws InterruptedException {
        Duration outage = site.restartApiServer();
        electorate.count(Churn.API_SERVER_RESTARTED);
        return outage;
    }

    private Duration cut() throws InterruptedException {
        site.cutWatches();
        electorate.count(Churn.WATCHES_CUT);
        return Duration.ZERO;
    }

    /** Waits until all outages have ended, and tells how long the longest was. */
    private Duration join() throws InterruptedException {
        Duration longestOutage = Duration.ZERO;
        for (Future<Duration> each : struck) {
            try {
                longestOutage = Collections.max(List.of(longestOutage, each.get()));
            } catch (ExecutionException e) {
                throw new IllegalStateException("an outage could not be staged", e.getCause());
            }
        }
        return longestOutage;
    }

    /** Lets time pass, and tells what the operator asked for meanwhile. */
    private Requests during(Duration time, IntConsumer eachSecond) throws IOException, InterruptedException {
        int before = audit.requests().size();
        long began = System.nanoTime();
        pass(time, eachSecond);
        double seconds = (System.nanoTime() - began) / 1e9;
        List<Request> all = audit.requests();
        List<Request> requests = all.subList(before, all.size()).stream()
                .filter(request -> !request.namespace().equals("leader-election-system"))
                .toList();
        long watches = requests.stream().filter(SoakRun::isWatch).count();
        long puts = requests.stream().filter(SoakRun::isReplacement).count();
        return new Requests(seconds, puts, watches, requests.size() - watches - puts);
    }

    private static boolean isWatch(Request request) {
        return request.verb().equals("watch");
    }

    private static boolean isReplacement(Request request) {
        return request.verb().equals("update") && request.resource().equals("coordination.k8s.io/leases");
    }

    /** Lets time pass, second by second, and samples what is due. */
    private void pass(Duration time, IntConsumer eachSecond) throws IOException, InterruptedException {
        long began = System.nanoTime();
        for (int now = 0; now < time.toSeconds(); now++) {
            long due = began + TimeUnit.SECONDS.toNanos(now);
            TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
            eachSecond.accept(now);
            sample();
        }
        TimeUnit.NANOSECONDS.sleep(began + time.toNanos() - System.nanoTime());
    }

    private void sample() throws IOException, InterruptedException {
        keep(renewals.longest());
        keep(renewals.waiting(Instant.now()));
        if (second % HEAP_SECONDS == 0) {
            weigh();
        }
        if (second % VITALS_SECONDS == 0) {
            look();
        }
        if (second % PROGRESS_SECONDS == 0) {
            tell();
        }
        second++;
    }

    private void keep(Gap gap) {
        longest = gap.time().compareTo(longest.time()) > 0 ? gap : longest;
    }

    private void weigh() throws IOException, InterruptedException {
        heaps.add(Heap.of(site.operator().pid(), seconds()));
    }

    private void look() throws IOException {
        vitals.add(Vitals.of(site.operator().pid(), seconds()));
    }

    private double seconds() {
        return (System.nanoTime() - start) / 1e9;
    }

    private void tell() {
        Vitals now = vitals.get(vitals.size() - 1);
        Deeds deeds = new Deeds(electorate.done(), electorate.disturbances(), electorate.stuckOnes(), 0);
        out.accept(
                "%5d s: %5d things done, %d disturbed, %d not followed; heap %.1f MiB, resident %.0f MiB, %d threads, %d descriptors, %d connections; longest without a renewal %.1f s"
                        .formatted(
                                Math.round(now.seconds()),
                                deeds.all(),
                                deeds.disturbed(),
                                deeds.stuck().size(),
                                heaps.get(heaps.size() - 1).mebibytes(),
                                now.residentMebibytes(),
                                now.threads(),
                                now.descriptors(),
                                now.connections(),
                                longest.time().toMillis() / 1e3));
    }

    @Override
    public void close() throws IOException {
        outages.shutdownNow();
        electorate.close();
        renewals.close();
        prometheus.ifPresent(Prometheus::close);
        site.close();
    }
}
