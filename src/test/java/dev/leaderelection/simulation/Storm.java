package dev.leaderelection.simulation;

import dev.leaderelection.simulation.SimulatedStore.Fate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The director that a seed makes: first a storm of faults, in which anybody may go on at any time, then calm, in which everybody
 * goes on and the election must come to where it should be.
 */
final class Storm implements Director {

    /** Once faults have stopped, an election is where it should be within this time. */
    static final Duration BOUND = Duration.ofSeconds(60);

    /** For how long it must stay there: two renewals. One schedule in four waits for that. */
    private static final Duration STAYS = Duration.ofSeconds(21);

    private static final int MOST_CALM_STEPS = 20_000;

    private static final List<Fault> TIME_OUTS =
            List.of(Fault.WRITE_LOST, Fault.WRITE_UNHEARD, Fault.WRITE_LATE, Fault.WRITE_DENIED);

    private final Simulation simulation;
    private final Profile profile;
    private final SplittableRandom random;
    private final Tally tally;
    private final Chaos chaos;
    private final Verdict verdict;
    private final List<Fault> faults;
    private final List<Fault> timeOuts;
    private final boolean stays;
    private int step;
    private boolean opening;
    private boolean calm;
    private Duration calmSince = Duration.ZERO;
    private Optional<Duration> recoveredAt = Optional.empty();

    Storm(Simulation simulation, Profile profile, SplittableRandom random, Tally tally) {
        this.simulation = simulation;
        this.profile = profile;
        this.random = random;
        this.tally = tally;
        this.chaos = new Chaos(simulation, random, profile.spec());
        this.verdict = new Verdict(simulation);
        this.faults = profile.faults().stream().filter(Chaos::isEvent).toList();
        this.timeOuts = TIME_OUTS.stream().filter(profile.faults()::contains).toList();
        this.stays = random.nextInt(4) == 0;
        this.opening = profile.settled();
        chaos.build(profile.pods());
    }

    int steps() {
        return step;
    }

    /** How long it took until everything was as it should be, counted from the last fault. */
    Duration recovery() {
        return recoveredAt.orElse(calmSince).minus(calmSince);
    }

    @Override
    public double jitter() {
        return random.nextDouble();
    }

    @Override
    public int next(int me, Call call) {
        while (true) {
            step++;
            if (opening) {
                Optional<Integer> next = open();
                if (next.isPresent()) {
                    return next.get();
                }
                opening = false;
                step = 0;
            }
            if (calm) {
                Optional<Integer> next = calmly(me);
                if (next.isPresent()) {
                    return next.get();
                }
                continue;
            }
            simulation.pass(Duration.ofNanos(random.nextInt(2_000_000)));
            happen();
            if (step >= profile.steps()) {
                beginCalm();
                continue;
            }
            Optional<Integer> next = choose(me);
            if (next.isPresent()) {
                return next.get();
            }
        }
    }

    /** One replica elects a leader undisturbed; then everybody is told. */
    private Optional<Integer> open() {
        Replica first = simulation.replica(1);
        tellAll();
        if (first.hasWork()) {
            return Optional.of(first.number());
        }
        return Optional.empty();
    }

    private void tellAll() {
        for (Replica replica : simulation.replicas()) {
            for (Watch.Told<?> told : replica.watch().all()) {
                while (told.isBehind()) {
                    replica.tell(told);
                }
            }
        }
    }

    private void happen() {
        for (Replica replica : simulation.replicas()) {
            for (Watch.Told<?> told : replica.watch().all()) {
                while (told.isBehind() && !told.isStalled() && random.nextDouble() < profile.telling()) {
                    replica.tell(told);
                }
            }
        }
        List<Simulation.Flight> underWay = simulation.underWay();
        if (!underWay.isEmpty() && random.nextInt(12) == 0) {
            land(underWay.remove(random.nextInt(underWay.size())));
        }
        if (!faults.isEmpty() && random.nextDouble() < profile.rate()) {
            Fault fault = faults.get(random.nextInt(faults.size()));
            if (chaos.inject(fault, step)) {
                tally.injected(fault);
            }
        }
        if (random.nextInt(10) == 0) {
            chaos.goOn();
        }
    }

    private void land(Simulation.Flight flight) {
        if (random.nextInt(8) > 0) {
            flight.landing().run();
            simulation.note(() -> "late, " + flight.what() + " lands: " + Portrait.lease(simulation) + "  "
                    + Portrait.pods(simulation));
        }
    }

    private Optional<Integer> choose(int me) {
        List<Integer> ready = new ArrayList<>();
        boolean mayStay = false;
        for (Replica replica : simulation.replicas()) {
            if (replica.hasWork() && !replica.isResting(step)) {
                ready.add(replica.number());
                mayStay |= replica.number() == me;
            }
        }
        if (ready.isEmpty()) {
            if (random.nextInt(8) == 0) {
                passToNextDue();
            }
            return Optional.empty();
        }
        return Optional.of(
                mayStay && random.nextDouble() < profile.stay() ? me : ready.get(random.nextInt(ready.size())));
    }

    private boolean passToNextDue() {
        Optional<Duration> due = simulation.replicas().stream()
                .flatMap(replica -> replica.due().stream())
                .min(Duration::compareTo);
        due = due.filter(at -> at.compareTo(simulation.now()) > 0);
        due.ifPresent(at -> simulation.pass(at.minus(simulation.now())));
        return due.isPresent();
    }

    private void beginCalm() {
        calm = true;
        simulation.note(() -> "faults stop");
        while (!simulation.underWay().isEmpty()) {
            land(simulation
                    .underWay()
                    .remove(random.nextInt(simulation.underWay().size())));
        }
        chaos.heal();
        calmSince = simulation.now();
    }

    private Optional<Integer> calmly(int me) {
        chaos.endTerminations();
        simulation.cluster().collectGarbage();
        tellAll();
        simulation.pass(Duration.ofNanos(100_000));
        if (step > profile.steps() + MOST_CALM_STEPS) {
            throw new Violation(Violation.Kind.NOT_CONVERGED, "the replicas never come to rest");
        }
        List<Integer> ready = simulation.replicas().stream()
                .filter(Replica::hasWork)
                .map(Replica::number)
                .toList();
        if (!ready.isEmpty()) {
            return Optional.of(ready.contains(me) ? me : ready.get(random.nextInt(ready.size())));
        }
        return judge();
    }

    private Optional<Integer> judge() {
        Optional<String> complaint = verdict.complaint();
        Duration now = simulation.now();
        if (complaint.isPresent()) {
            recoveredAt = Optional.empty();
            if (now.minus(calmSince).compareTo(BOUND) > 0) {
                Violation.Kind kind = simulation.cluster().elections.all().isEmpty()
                        ? Violation.Kind.TRACES_LEFT
                        : Violation.Kind.NOT_CONVERGED;
                simulation.checker().fail(kind, complaint.get() + " " + BOUND.toSeconds() + " s after the last fault");
                return Optional.of(Baton.DRIVER);
            }
        } else {
            recoveredAt = recoveredAt.or(() -> Optional.of(now));
            if (!stays || now.minus(recoveredAt.get()).compareTo(STAYS) > 0) {
                if (stays && !verdict.isSettled()) {
                    simulation
                            .checker()
                            .fail(Violation.Kind.NOT_CONVERGED, "two renewals have not dropped what was to be fenced");
                }
                return Optional.of(Baton.DRIVER);
            }
        }
        if (!passToNextDue()) {
            simulation.pass(Duration.ofSeconds(1));
        }
        return Optional.empty();
    }

    @Override
    public Fate fate(Replica replica, Call call) {
        if (calm || opening || random.nextDouble() >= profile.requestRate()) {
            return Fate.GRANTED;
        }
        Set<Fault> possible = profile.faults();
        if (call.verb().isReading()) {
            if (!possible.contains(Fault.READ_LOST)) {
                return Fate.GRANTED;
            }
            tally.injected(Fault.READ_LOST);
            return Fate.LOST;
        }
        if (timeOuts.isEmpty()) {
            return Fate.GRANTED;
        }
        Fault fault = timeOuts.get(random.nextInt(timeOuts.size()));
        tally.injected(fault);
        return switch (fault) {
            case WRITE_LOST -> Fate.LOST;
            case WRITE_UNHEARD -> Fate.UNHEARD;
            case WRITE_LATE -> Fate.LATE;
            default -> Fate.DENIED;
        };
    }
}
