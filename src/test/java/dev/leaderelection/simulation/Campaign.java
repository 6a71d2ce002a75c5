package dev.leaderelection.simulation;

import dev.leaderelection.api.LeaderElectionSpec.Fencing;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Runs schedules, one seed after the other, on threads that are kept. */
final class Campaign implements AutoCloseable {

    /** Every refusal would be told of. */
    private static final Logger PASSES = Logger.getLogger("dev.leaderelection.reconciler.ElectionPass");

    private static final int MOST_REPLICAS = 3;

    private final Baton baton = new Baton(MOST_REPLICAS);
    private final Level before = Optional.ofNullable(PASSES.getLevel()).orElse(Level.INFO);
    private final Set<Guard> off;
    private final Set<Violation.Kind> ignored;
    private final Set<Fault> focus;
    private final Fencing fencing;
    private final Tally tally = new Tally();

    /**
     * What became of a seed.
     *
     * @param seed the seed
     * @param violation what was found, if anything
     * @param trace what happened, if it was asked for
     */
    record Outcome(long seed, Optional<Violation> violation, List<String> trace) {}

    /**
     * @param off the guards that are left out
     * @param ignored what is not looked for
     */
    Campaign(Set<Guard> off, Set<Violation.Kind> ignored) {
        this(off, ignored, Set.of(), Fencing.NONE);
    }

    /**
     * @param focus the kinds of faults to search with, none for all
     * @param fencing what an election asks for that is searched with
     */
    Campaign(Set<Guard> off, Set<Violation.Kind> ignored, Set<Fault> focus, Fencing fencing) {
        this.fencing = fencing;
        this.focus = Set.copyOf(focus);
        this.off = Set.copyOf(off);
        this.ignored = Set.copyOf(ignored);
        PASSES.setLevel(Level.OFF);
    }

    Tally tally() {
        return tally;
    }

    Outcome run(long seed) {
        return run(seed, false);
    }

    /** The same once more, written down. */
    Outcome replay(long seed) {
        return run(seed, true);
    }

    private Outcome run(long seed, boolean traces) {
        SplittableRandom random = new SplittableRandom(seed);
        Profile profile =
                focus.isEmpty() ? Profile.of(random) : Profile.focusedOn(new TreeSet<>(focus), fencing, random);
        Simulation simulation =
                new Simulation(baton, new Simulation.Setting(profile.spec(), profile.replicas(), off, ignored, traces));
        Storm storm = new Storm(simulation, profile, random, tally);
        Optional<Violation> violation = simulation.run(storm);
        tally.ran(storm.steps());
        violation.ifPresentOrElse(found -> tally.violated(found.kind()), () -> tally.recovered(seed, storm.recovery()));
        return new Outcome(seed, violation, simulation.trace());
    }

    @Override
    public void close() {
        baton.close();
        PASSES.setLevel(before);
    }
}
