package dev.leaderelection.detection;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Probes pods from one event loop and reports to {@link ProbeResults}. The next probe of a pod starts one period after the last
 * one started, or when that has ended if it takes longer; the first at a random moment of the first period. At most so many are
 * under way at once, and of one namespace at most a quarter of that, fewer the fewer are free; the rest waits its turn.
 *
 * <p>No way into the network for those who write elections: it connects to the pod's own address only, sends nothing but a path or
 * the name of a service, follows nothing, and tells no content.
 */
public final class Prober implements AutoCloseable {

    private static final Duration LAST_WORD = Duration.ofSeconds(1);
    private static final long TICK_MILLIS = 1_000;

    private final Vertx vertx;
    private final Context context;
    private final Supplier<Duration> ticks;
    private final DoubleSupplier jitter;
    private final Predicate<InetAddress> mayBeProbed;
    private final ProbeResults results;
    private final Map<ElectionKey, Set<Target>> wanted = new ConcurrentHashMap<>();
    private volatile Duration ticked;
    private volatile int underWay;

    // Of the event loop alone.
    private final Turns<Watched> turns;
    private final Map<ElectionKey, Map<Target, Watched>> watched = new HashMap<>();
    private final Map<Duration, NetClient> clients = new HashMap<>();
    private final Set<Attempt> attempts = new HashSet<>();
    private long ticking;
    private boolean closed;

    private static final class Watched {
        private final Target target;
        private final InetSocketAddress address;
        private Duration began = Duration.ZERO;
        private long timer;
        private boolean dropped;

        private Watched(Target target, InetSocketAddress address) {
            this.target = target;
            this.address = address;
        }
    }

    /**
     * Starts without targets.
     *
     * @param vertx whose event loops are used; not to be called from one of its worker threads
     * @param ticks a clock that only goes forward, since any fixed instant
     * @param jitter from 0 to 1, at random
     * @param most how many probes may be under way at once
     * @param mayBeProbed which addresses; what else a pod may claim to have is not connected to
     * @param results where it reports
     */
    public Prober(
            Vertx vertx,
            Supplier<Duration> ticks,
            DoubleSupplier jitter,
            int most,
            Predicate<InetAddress> mayBeProbed,
            ProbeResults results) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.ticks = ticks;
        this.jitter = jitter;
        this.turns = new Turns<>(most);
        this.mayBeProbed = mayBeProbed;
        this.results = results;
        this.ticked = ticks.get();
        if (!context.isEventLoopContext()) {
            throw new IllegalStateException("probes run on an event loop");
        }
        context.runOnContext(begin -> ticking = vertx.setPeriodic(TICK_MILLIS, id -> tick()));
    }

    private void tick() {
        ticked = ticks.get();
        results.tick();
    }

    /** For how long its event loop has done nothing, though it should every second. */
    public Duration silence() {
        return ticks.get().minus(ticked);
    }

    /** How many probes are under way. */
    public int underWay() {
        return underWay;
    }

    /** Addresses that are no pod's: those that mean this machine, this link, a group, or nobody. */
    public static boolean isOrdinary(InetAddress address) {
        return !address.isLoopbackAddress()
                && !address.isLinkLocalAddress()
                && !address.isMulticastAddress()
                && !address.isAnyLocalAddress();
    }

    /**
     * Probes these targets of an election from now on, and no others of it. Cheap if they are those of before. Not to be called
     * by two threads at once for the same election.
     *
     * @param targets none ends it
     */
    public void replace(ElectionKey election, Set<Target> targets) {
        Set<Target> copy = Set.copyOf(targets);
        if (copy.stream().anyMatch(target -> !target.election().equals(election))) {
            throw new IllegalArgumentException("targets of another election than " + election);
        }
        Set<Target> before = copy.isEmpty() ? wanted.remove(election) : wanted.put(election, copy);
        if (!copy.equals(before == null ? Set.of() : before)) {
            results.replace(election, copy);
            context.runOnContext(now -> watch(election, copy));
        }
    }

    /** Ends everything; what is under way is cut off. Not to be called from the event loop. */
    @Override
    public void close() {
        CountDownLatch ended = new CountDownLatch(1);
        context.runOnContext(now -> {
            end();
            ended.countDown();
        });
        try {
            var unused = ended.await(LAST_WORD.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void end() {
        closed = true;
        vertx.cancelTimer(ticking);
        Set.copyOf(watched.keySet()).forEach(election -> watch(election, Set.of()));
        Set.copyOf(attempts).forEach(Attempt::abandon);
        clients.values().forEach(NetClient::close);
        clients.clear();
    }

    private void watch(ElectionKey election, Set<Target> targets) {
        Map<Target, Watched> present = watched.computeIfAbsent(election, key -> new HashMap<>());
        present.values().removeIf(each -> {
            boolean gone = closed || !targets.contains(each.target);
            if (gone) {
                each.dropped = true;
                vertx.cancelTimer(each.timer);
            }
            return gone;
        });
        for (Target target : closed ? Set.<Target>of() : targets) {
            if (!present.containsKey(target)) {
                address(target).ifPresent(address -> {
                    Watched fresh = new Watched(target, address);
                    present.put(target, fresh);
                    Duration period = target.probe().timing().period();
                    probeLater(fresh, Math.round(period.toMillis() * jitter.getAsDouble()));
                });
            }
        }
        if (present.isEmpty()) {
            watched.remove(election);
        }
    }

    private Optional<InetSocketAddress> address(Target target) {
        try {
            // A literal, as the target guarantees: nothing is resolved.
            InetAddress address = InetAddress.getByName(target.ip());
            return Optional.of(address)
                    .filter(mayBeProbed)
                    .map(ip -> new InetSocketAddress(ip, target.probe().port()));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    private void probeLater(Watched pod, long millis) {
        pod.timer = vertx.setTimer(Math.max(1, millis), id -> {
            turns.offer(pod.target.election().namespace(), pod);
            takeTurns();
        });
    }

    private void takeTurns() {
        for (Optional<Watched> next = turns.take(); next.isPresent(); next = turns.take()) {
            Watched pod = next.get();
            if (pod.dropped) {
                turns.done(pod.target.election().namespace());
            } else {
                probe(pod);
            }
        }
    }

    private void probe(Watched pod) {
        Probe probe = pod.target.probe();
        Duration began = ticks.get();
        pod.began = began;
        Attempt attempt = new Attempt(
                vertx,
                pod.address,
                probe,
                outcome -> results.report(pod.target, began, outcome),
                self -> ended(pod, self));
        attempts.add(attempt);
        underWay = attempts.size();
        attempt.begin(client(probe.timing().timeout()));
    }

    private void ended(Watched pod, Attempt attempt) {
        attempts.remove(attempt);
        underWay = attempts.size();
        turns.done(pod.target.election().namespace());
        if (!pod.dropped) {
            Duration next = pod.began.plus(pod.target.probe().timing().period());
            probeLater(pod, next.minus(ticks.get()).toMillis());
        }
        takeTurns();
    }

    /** One for each timeout there is: an attempt to connect has its own only by its client. */
    private NetClient client(Duration timeout) {
        // Longer than the probe's own, which so tells of it first.
        int millis = Math.toIntExact(timeout.toMillis()) + 100;
        return clients.computeIfAbsent(
                timeout, key -> vertx.createNetClient(new NetClientOptions().setConnectTimeout(millis)));
    }
}
