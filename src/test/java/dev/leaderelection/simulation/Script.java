package dev.leaderelection.simulation;

import dev.leaderelection.api.LeaderElectionSpec;
import dev.leaderelection.api.LeaderElectionSpec.Mode;
import dev.leaderelection.kubernetes.LeaseReader;
import dev.leaderelection.simulation.Call.Verb;
import dev.leaderelection.simulation.SimulatedStore.Fate;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A schedule that is written down: who goes on, and up to which call. The strategy is Bully without stabilization, so that the
 * creation of a pod of higher rank, which is the lower name, moves leadership without touching another pod.
 */
final class Script implements Director, AutoCloseable {

    private static final Duration RENEWAL = Duration.ofSeconds(11);

    private final Baton baton;
    private final Simulation simulation;
    private final Set<Verb> lost = EnumSet.noneOf(Verb.class);
    private Predicate<Call> stop = call -> false;

    private Script(Set<Guard> off, Set<Violation.Kind> ignored, LeaderElectionSpec spec, String... pods) {
        baton = new Baton(3);
        simulation = new Simulation(baton, new Simulation.Setting(spec, 3, off, ignored, true));
        simulation.begin(this);
        cluster().createElection(spec, Simulation.EPOCH);
        create(pods);
    }

    /** What is found in a story. */
    static Optional<Violation> play(
            Set<Guard> off,
            Set<Violation.Kind> ignored,
            LeaderElectionSpec spec,
            String[] pods,
            Consumer<Script> story) {
        try (Script script = new Script(off, ignored, spec, pods)) {
            story.accept(script);
            return script.outcome();
        }
    }

    Cluster cluster() {
        return simulation.cluster();
    }

    /** From now on, requests of that kind never arrive. */
    void lose(Verb verb) {
        lost.add(verb);
    }

    /** Somebody creates pods; of a name that was there before, another incarnation. */
    void create(String... pods) {
        for (String pod : pods) {
            cluster().createPod(pod, Map.of(Cluster.SELECTED_BY, Cluster.ELECTION), true, Simulation.EPOCH);
        }
    }

    void ready(String pod, boolean ready) {
        cluster().changePod(pod, is -> is.setStatus(Cluster.status("Running", ready, Simulation.EPOCH.toString())));
    }

    /** A user takes every label from a pod but the one it is selected by. */
    void unlabel(String pod) {
        cluster().changePod(pod, is -> is.getMetadata().setLabels(Map.of(Cluster.SELECTED_BY, Cluster.ELECTION)));
    }

    /** A user lets the Lease last for another time. */
    void leasedFor(int seconds) {
        cluster().changeSpec(was -> Profile.leasedFor(seconds, was));
    }

    void passes(Duration time) {
        simulation.pass(time);
    }

    /** A user empties the Lease's record. */
    void emptyRecord() {
        record("{}");
    }

    /** A user changes the Lease's record and puts it back to the letter. */
    void restoreRecord() {
        String before =
                cluster().leases.get(Cluster.ELECTION).flatMap(Cluster::record).orElseThrow();
        record("{}");
        record(before);
    }

    private void record(String text) {
        cluster().changeLease(lease -> lease.getMetadata().setAnnotations(Map.of(LeaseReader.RECORD_ANNOTATION, text)));
    }

    void recreateElection(long minimumTerm) {
        cluster().createElection(Profile.with(Profile.bullySpec(), Mode.ACTIVE, minimumTerm), Simulation.EPOCH);
    }

    /** A replica's watches tell everything. */
    Script told(int replica) {
        return told(replica, simulation.replica(replica).watch().all());
    }

    Script toldOfPods(int replica) {
        return told(replica, List.of(simulation.replica(replica).watch().pods));
    }

    Script toldOfLeases(int replica) {
        return told(replica, List.of(simulation.replica(replica).watch().leases));
    }

    Script toldOfElections(int replica) {
        return told(replica, List.of(simulation.replica(replica).watch().elections));
    }

    private Script told(int replica, List<Watch.Told<?>> watches) {
        for (Watch.Told<?> told : watches) {
            while (told.isBehind()) {
                simulation.replica(replica).tell(told);
            }
        }
        return this;
    }

    /** A replica goes on until it has nothing to do, told of nothing more. */
    void runs(int replica) {
        stop = call -> false;
        for (int i = 0; i < 20 && simulation.replica(replica).hasWork(); i++) {
            simulation.proceed(replica);
            simulation.pass(Duration.ofSeconds(1));
        }
    }

    /** A replica goes on until it has nothing to do, told of everything that happens. */
    void settles(int replica) {
        for (int i = 0; i < 20 && told(replica).simulation.replica(replica).hasWork(); i++) {
            goesOn(replica);
            simulation.pass(Duration.ofMillis(100));
        }
    }

    /** A replica goes on to its next call of a kind, and stands before it. */
    void runsUntil(int replica, Verb verb) {
        stop = call -> call.verb() == verb;
        simulation.proceed(replica);
        stop = call -> false;
    }

    /** A replica goes on to the end of its pass. */
    void goesOn(int replica) {
        stop = call -> false;
        simulation.proceed(replica);
    }

    /** Time for a renewal passes, and a replica makes it. */
    void renews(int replica) {
        told(replica);
        runs(replica);
        simulation.pass(RENEWAL);
        goesOn(replica);
    }

    /** A process ends where it stands, and another starts. */
    void dies(int replica) {
        simulation.replica(replica).kill();
        simulation.proceed(replica);
    }

    /** What was found, once everybody is told of everything and has done what there is to do. */
    Optional<Violation> outcome() {
        lost.clear();
        for (int round = 0; round < 3; round++) {
            for (Replica replica : simulation.replicas()) {
                cluster().collectGarbage();
                told(replica.number());
                if (simulation.failure().isEmpty()) {
                    runs(replica.number());
                }
            }
        }
        Optional<Violation> found = simulation.failure();
        Optional<String> complaint = new Verdict(simulation).complaint();
        if (found.isEmpty() && complaint.isPresent()) {
            Violation.Kind kind =
                    cluster().elections.all().isEmpty() ? Violation.Kind.TRACES_LEFT : Violation.Kind.NOT_CONVERGED;
            found = Optional.of(new Violation(kind, complaint.get()));
        }
        return found;
    }

    String trace() {
        return String.join("\n", simulation.trace());
    }

    @Override
    public int next(int me, Call call) {
        return call.equals(Simulation.END) || stop.test(call) ? Baton.DRIVER : me;
    }

    @Override
    public Fate fate(Replica replica, Call call) {
        return lost.contains(call.verb()) ? Fate.LOST : Fate.GRANTED;
    }

    @Override
    public double jitter() {
        return 1.0;
    }

    @Override
    public void close() {
        simulation.end();
        baton.close();
    }
}
