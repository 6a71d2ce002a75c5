package dev.leaderelection.simulation;

import dev.leaderelection.api.LeaderElectionSpec;
import dev.leaderelection.kubernetes.Answer;
import dev.leaderelection.kubernetes.Answer.Refused;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.simulation.SimulatedStore.Fate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** One schedule: a cluster, some replicas, virtual time, and a director that says who goes on. */
final class Simulation {

    /** A pod of another application. It is nobody's business. */
    static final String BYSTANDER = "bystander";

    static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");

    /** A pass that has come to its end. */
    static final Call END = Call.of(Call.Verb.BEGIN, "nothing");

    private final Baton baton;
    private final Set<Guard> off;
    private final Checker checker;
    private final Lens lens;
    private final List<Replica> replicas = new ArrayList<>();
    private final List<Flight> underWay = new ArrayList<>();
    private final Optional<List<String>> trace;
    private Optional<Director> director = Optional.empty();
    private Duration now = Duration.ofHours(1);
    private long nonces;
    private boolean finished;
    private Optional<Violation> failure = Optional.empty();

    /** A request that nobody waits for any more. */
    record Flight(String what, Runnable landing) {}

    /**
     * What a schedule is made of.
     *
     * @param spec of the election
     * @param replicas how many
     * @param off the guards that are left out
     * @param ignored the violations that are not looked for
     * @param traces whether to write down what happens
     */
    record Setting(
            LeaderElectionSpec spec, int replicas, Set<Guard> off, Set<Violation.Kind> ignored, boolean traces) {}

    Simulation(Baton baton, Setting setting) {
        this.baton = baton;
        this.off = setting.off();
        this.trace = setting.traces() ? Optional.of(new ArrayList<>()) : Optional.empty();
        this.checker = new Checker(setting.spec(), setting.ignored(), this::now);
        this.lens = new Lens(off);
        for (int i = 1; i <= setting.replicas(); i++) {
            replicas.add(new Replica(this, i));
        }
    }

    Cluster cluster() {
        return checker.cluster();
    }

    Checker checker() {
        return checker;
    }

    Lens lens() {
        return lens;
    }

    Election election(String uid) {
        return checker.election(uid);
    }

    List<Replica> replicas() {
        return replicas;
    }

    Replica replica(int number) {
        return replicas.get(number - 1);
    }

    List<Flight> underWay() {
        return underWay;
    }

    boolean off(Guard guard) {
        return off.contains(guard);
    }

    Duration now() {
        return now;
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    double jitter() {
        return director().jitter();
    }

    private Director director() {
        return director.orElseThrow();
    }

    String nonce() {
        return "n" + ++nonces;
    }

    boolean traces() {
        return trace.isPresent();
    }

    void note(Supplier<String> line) {
        trace.ifPresent(lines ->
                lines.add(String.format(Locale.ROOT, "%9.3f  %s", (now.toNanos() - 3.6e12) / 1e9, line.get())));
    }

    List<String> trace() {
        return trace.orElse(List.of());
    }

    Fate fate(Replica replica, Call call) {
        return director().fate(replica, call);
    }

    void landLater(Replica replica, Call call, Runnable landing) {
        underWay.add(new Flight("R" + replica.number() + " " + call, landing));
    }

    <T> Answer<T> answered(Replica replica, Call call, Answer<T> answer) {
        note(() -> "R" + replica.number() + " " + call
                + (answer instanceof Refused<T> refused
                        ? "  -> " + refused.cause() + " " + refused.explanation()
                        : "  -> " + outcome(call)));
        return answer;
    }

    private String outcome(Call call) {
        return switch (call.verb()) {
            case READ_LEASE, CREATE_LEASE, CLAIM, RENEW, CLOSE -> Portrait.lease(this);
            case PROMOTE, DEMOTE, CLEAR, LIST_PODS, READ_POD -> Portrait.pods(this);
            default -> "ok";
        };
    }

    /** A replica stands before a call: whoever is chosen goes on first. */
    void point(Replica replica, Call call) {
        int me = replica.number();
        baton.hand(me, finished ? Baton.DRIVER : director().next(me, call));
        if (replica.isKilled()) {
            throw new Replica.Crash();
        }
        if (call.verb().isSeeing()) {
            note(() -> "R" + me + " " + call);
        }
    }

    private int turn(int me) {
        try {
            replica(me).act();
            if (!finished) {
                return director().next(me, END);
            }
        } catch (Violation e) {
            fail(e);
        } catch (RuntimeException | Error e) {
            Violation violation = new Violation(Violation.Kind.EXCEPTION, e.toString());
            violation.initCause(e);
            fail(violation);
        }
        return Baton.DRIVER;
    }

    private void fail(Violation violation) {
        if (failure.isEmpty()) {
            failure = Optional.of(violation);
            note(violation::getMessage);
        }
        finished = true;
    }

    void finish() {
        finished = true;
    }

    /** Runs as the director says, by the thread that drives; returns the violation, if there was one. */
    Optional<Violation> run(Director by) {
        begin(by);
        try {
            proceed(director().next(Baton.DRIVER, END));
        } catch (Violation e) {
            fail(e);
        }
        return end();
    }

    void begin(Director by) {
        director = Optional.of(by);
        baton.each(this::turn);
    }

    /** Lets a replica go on until the driver is asked for. */
    void proceed(int to) {
        baton.hand(Baton.DRIVER, to);
    }

    Optional<Violation> failure() {
        return failure;
    }

    /** Unwinds whoever is still at something. */
    Optional<Violation> end() {
        finished = true;
        for (Replica replica : replicas) {
            if (replica.isInPass()) {
                replica.kill();
                baton.hand(Baton.DRIVER, replica.number());
            }
        }
        return failure;
    }
}
