package dev.leaderelection.chaos;

import dev.leaderelection.chaos.Fault.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Rounds of chaos: in each, some outages begin and end while users break one thing after the other; then everything is mended, and
 * every election must be sound within a bound.
 */
final class ChaosRun implements AutoCloseable {

    /** How long elections may take, once nobody disturbs them any more, until all are sound. */
    static final Duration BOUND = Duration.ofSeconds(30);

    private static final Path FOLDER = Path.of("target", "chaos");

    /** What users wait at most between two things that they do. */
    private static final Duration HASTE = Duration.ofMillis(300);

    private static final Duration LEAST_ROUND = Duration.ofSeconds(3);
    private static final Duration LATEST_OUTAGE = Duration.ofMillis(1500);
    private static final Duration LATEST_OUTAGE_IN_SHORT = Duration.ofMillis(300);

    /** They work beside each other, each on elections of their own. */
    private static final int USERS = 3;

    private final Options options;
    private final Consumer<String> out;
    private final long start = System.nanoTime();
    private final SplittableRandom random;
    private final Arena arena;
    private final Auditor auditor;
    private final List<String> elections;
    private final List<Users> users = new ArrayList<>();
    private final Outages outages;
    private final Map<Scope, Deck> decks = new EnumMap<>(Scope.class);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<Fault, Integer> breaches = new EnumMap<>(Fault.class);
    private final Set<Fault> ofRound = ConcurrentHashMap.newKeySet();
    private Duration worstCalm = Duration.ZERO;
    private int rounds;
    private boolean isUnsound;

    ChaosRun(Options options, Consumer<String> out) throws IOException {
        this.options = options;
        this.out = out;
        this.random = new SplittableRandom(options.seed());
        out.accept("starting a control plane and two operators that both act; seed " + options.seed());
        arena = Arena.open(FOLDER.resolve("history-" + options.name() + ".jsonl"));
        auditor = arena.auditor();
        elections = IntStream.range(0, options.elections())
                .mapToObj(i -> "orders-" + i)
                .toList();
        for (int i = 0; i < USERS; i++) {
            int user = i;
            users.add(new Users(
                    arena,
                    random.split(),
                    IntStream.range(0, elections.size())
                            .filter(election -> election % USERS == user)
                            .mapToObj(elections::get)
                            .toList()));
        }
        outages = new Outages(arena.controlPlane(), arena.replicas());
        for (Scope scope : Scope.values()) {
            decks.put(scope, Deck.of(scope, random.split()));
        }
    }

    /** Goes on until there were enough failovers and every kind of fault, or a promise was broken. */
    Report run() throws InterruptedException, IOException {
        users.get(0).createStrangers();
        arena.replicas().awaitReady();
        awaitSound();
        while (!isEnough()
                && !isUnsound
                && rounds < options.mostRounds()
                && auditor.breaches().isEmpty()) {
            rounds++;
            round();
            out.accept("round %d after %d s: %d failovers, %d revisions, %d violations; %s"
                    .formatted(
                            rounds,
                            sinceStart().toSeconds(),
                            auditor.failovers(),
                            auditor.revisions(),
                            auditor.breaches().size(),
                            ofRound.stream()
                                    .filter(fault -> fault.scope() != Scope.OBJECTS)
                                    .toList()));
        }
        Report report = report();
        if (!report.remarks().isEmpty()) {
            arena.file().close();
            Files.writeString(
                    history().resolveSibling("operators-" + options.name() + ".log"),
                    arena.replicas().logs());
        } else {
            arena.file().discard();
        }
        return report;
    }

    private Duration sinceStart() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private boolean isEnough() {
        return auditor.failovers() >= options.failovers()
                && Arrays.stream(Fault.values()).allMatch(fault -> auditor.injected(fault) > 0);
    }

    private void round() throws InterruptedException {
        ofRound.clear();
        int before = auditor.breaches().size();
        Duration latest = options.isShort() ? LATEST_OUTAGE_IN_SHORT : LATEST_OUTAGE;
        List<Future<?>> outage = new ArrayList<>();
        for (Fault fault : outagesOfRound()) {
            SplittableRandom its = random.split();
            outage.add(threads.submit(() -> {
                TimeUnit.MILLISECONDS.sleep(its.nextInt((int) latest.toMillis()));
                outages.strike(fault, its);
                ended(fault, elections);
                return fault;
            }));
        }
        long end = System.nanoTime() + LEAST_ROUND.toNanos();
        List<Future<?>> breaking = new ArrayList<>();
        for (Users each : users) {
            SplittableRandom its = random.split();
            breaking.add(threads.submit(() -> {
                while (System.nanoTime() < end || !outage.stream().allMatch(Future::isDone)) {
                    disturb(each);
                    TimeUnit.MILLISECONDS.sleep(its.nextInt((int) HASTE.toMillis()));
                }
                return each;
            }));
        }
        join(outage);
        join(breaking);
        calm();
        int found = auditor.breaches().size() - before;
        ofRound.forEach(fault -> breaches.merge(fault, found, Integer::sum));
    }

    private static void join(List<Future<?>> all) throws InterruptedException {
        for (Future<?> each : all) {
            try {
                var unused = each.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("what was planned could not be staged", e.getCause());
            }
        }
    }

    /** At most one of a scope: more would undo each other. */
    private List<Fault> outagesOfRound() {
        List<Fault> chosen = new ArrayList<>();
        for (Scope scope : List.of(Scope.OPERATOR, Scope.CONTROL_PLANE, Scope.NETWORK)) {
            if (options.isShort() || random.nextInt(3) > 0) {
                chosen.add(deck(scope).next());
            }
        }
        return chosen;
    }

    private Deck deck(Scope scope) {
        return Objects.requireNonNull(decks.get(scope));
    }

    /** Users whose requests fail, because the API server is away or somebody else was faster, let it be. */
    private void disturb(Users users) {
        String election = users.pick();
        users.tries(() -> users.mend(election));
        Fault fault = deck(Scope.OBJECTS).next();
        users.tries(() -> {
            if (users.act(fault, election)) {
                ended(fault, List.of(election));
            }
        });
    }

    private void ended(Fault fault, List<String> touched) {
        ofRound.add(fault);
        auditor.ended(fault, touched, arena.watch().revision());
    }

    /** Everything is mended; then every election must become sound. */
    private void calm() {
        arena.replicas().awaitReady();
        long since = System.nanoTime();
        awaitSound();
        Duration took = Duration.ofNanos(System.nanoTime() - since);
        worstCalm = took.compareTo(worstCalm) > 0 ? took : worstCalm;
    }

    private void awaitSound() {
        try {
            Awaitility.await()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(100))
                    .atMost(BOUND)
                    .until(() -> {
                        users.forEach(Users::mendAll);
                        arena.watch().awaitNow();
                        return auditor.complaints(elections).isEmpty();
                    });
        } catch (ConditionTimeoutException e) {
            isUnsound = true;
        }
    }

    private Report report() {
        arena.watch().awaitNow();
        List<Report.Row> rows = new ArrayList<>();
        for (Fault fault : Fault.values()) {
            rows.add(new Report.Row(
                    fault,
                    auditor.injected(fault),
                    breaches.getOrDefault(fault, 0),
                    auditor.worstRecovery(fault).orElse(Duration.ZERO)));
        }
        return new Report(
                options,
                rows,
                auditor.failovers(),
                auditor.breaches(),
                isUnsound ? auditor.complaints(elections) : List.of(),
                auditor.needless(),
                new Report.Figures(
                        rounds,
                        auditor.revisions(),
                        worstCalm,
                        sinceStart(),
                        arena.replicas().endedByThemselves(),
                        auditor.relics()));
    }

    /** Where the history is, if it was kept. */
    Path history() {
        return arena.file().path();
    }

    @Override
    public void close() throws IOException {
        threads.shutdownNow();
        arena.close();
    }
}
