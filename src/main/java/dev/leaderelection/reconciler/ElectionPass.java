package dev.leaderelection.reconciler;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.election.ElectionPlanner;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.Plan;
import dev.leaderelection.election.Step;
import dev.leaderelection.kubernetes.Answer;
import dev.leaderelection.kubernetes.Answer.Cause;
import dev.leaderelection.kubernetes.Answer.Done;
import dev.leaderelection.kubernetes.Answer.Refused;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.ElectionStore;
import dev.leaderelection.kubernetes.Primary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;

/** Gather, plan, execute, report: what the operator does with one election when anything happens, or when time is up. */
final class ElectionPass {

    /** How many rounds one pass may take. A first election takes five. */
    private static final int MOST_ROUNDS = 12;

    /** How many refusals in a row any event may have tried again at once. */
    private static final int FREE_REFUSALS = 3;

    /** From how many refusals in a row on a leader that could not be made is told of: some seconds, if the server does not answer. */
    private static final int LASTING = 8;

    private static final Duration LONGEST_HOLD = Duration.ofSeconds(1);

    /** For how long nobody is warned that an election has no leader yet: it is often created before its pods. */
    private static final Duration BEGINNING = Duration.ofSeconds(5);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

    private final Observer observer;
    private final PlanExecutor executor;
    private final StatusStore statuses;
    private final Announcer announcer;
    private final Clocks clocks;
    private final DoubleSupplier jitter;
    private final Chronicle chronicle;

    /** Writes a status whole, if the election still is that revision. */
    interface StatusStore {
        Answer<Primary> write(Election election, Primary copy, LeaderElectionStatus status);
    }

    ElectionPass(
            Caches caches,
            ElectionStore store,
            Detection detection,
            StatusStore statuses,
            Announcer announcer,
            Clocks clocks,
            DoubleSupplier jitter,
            Remit remit,
            Chronicle chronicle) {
        this.observer = new Observer(caches, store, detection, clocks, remit);
        this.executor = new PlanExecutor(store, clocks, jitter, chronicle);
        this.statuses = statuses;
        this.announcer = announcer;
        this.clocks = clocks;
        this.jitter = jitter;
        this.chronicle = chronicle;
    }

    /**
     * Brings an election to where it should be, as far as the world lets us.
     *
     * @return after how long to look again, or nothing if the election is gone
     */
    Optional<Duration> run(LeaderElection resource, ElectionMemory memory) {
        Duration learned = memory.takeWaking(clocks.ticks().get());
        Duration interval = Duration.ofSeconds(resource.getSpec().lease().renewIntervalSeconds());
        for (int round = 0; round < MOST_ROUNDS; round++) {
            Answer<Sight> look = observer.look(resource, memory);
            if (!(look instanceof Done<Sight> done)) {
                return refused(Election.of(resource), ((Refused<Sight>) look).recast(), memory);
            }
            Sight sight = done.value();
            Plan plan = ElectionPlanner.plan(sight.observation());
            Duration began = beganAt(plan, learned, memory);
            if (plan.steps().isEmpty()) {
                return settled(resource, sight, plan, memory);
            }
            Duration pause = pause(plan, memory);
            if (!pause.isZero()) {
                return Optional.of(pause);
            }
            Answer<Boolean> answer = executor.run(sight, plan, interval, memory);
            if (answer instanceof Refused<Boolean> refused) {
                plan.transition().ifPresent(transition -> memory.backlog().began(transition, began));
                Optional<Duration> next = refused(sight.election(), refused, memory);
                reported(resource, sight, plan, refused, memory);
                holdBack(plan, next, memory);
                return plan.transition().isPresent() ? next : noLaterThanRenewal(next, memory);
            }
            memory.refusals().succeeded();
            if (answer.equals(Labelling.UNFINISHED)) {
                plan.transition().ifPresent(transition -> memory.backlog().began(transition, began));
                continue;
            }
            done(sight, plan, began, memory);
            boolean isLetGo = plan.steps().contains(new Step.ReleaseFinalizer());
            if (isLetGo) {
                memory.letGo();
            }
            if (sight.primary().deleting() && isLetGo) {
                // The caches still show the election; its deletion will be told to us, maybe late.
                memory.vitals().left();
                return Optional.empty();
            }
        }
        return Optional.of(Duration.ZERO);
    }

    /**
     * Tells of a refusal that somebody should know of: a denial; or, whatever the server's reason is, that the label has not got to
     * where it belongs for long, or that for lack of renewals the Lease has run out.
     */
    private void reported(
            LeaderElection resource, Sight sight, Plan plan, Refused<Boolean> refused, ElectionMemory memory) {
        List<Report.Change> changes = memory.backlog().unreported();
        boolean isMisplaced = plan.transition().isPresent() || isRepair(plan);
        boolean hasRunOut = sight.observation().renewal().expired();
        if (refused.cause() == Cause.DENIED || (isMisplaced && lasts(memory))) {
            report(resource, new Report(sight, plan, changes, Optional.of(refused)), memory);
        } else if (hasRunOut && lasts(memory)) {
            report(resource, new Report(sight, plan, changes, Optional.empty()), memory);
        }
    }

    private boolean lasts(ElectionMemory memory) {
        return memory.refusals().inARow() >= LASTING
                && memory.refusals().tells(clocks.ticks().get());
    }

    /** When we learned of the cause of what a plan does: a transition that had to wait for a fence began with it. */
    private static Duration beganAt(Plan plan, Duration learned, ElectionMemory memory) {
        Duration began = memory.fencingSince().orElse(learned);
        if (plan.situation() == Plan.Situation.FENCING) {
            memory.fencingSince(Optional.of(began));
        } else if (plan.transition().isEmpty()) {
            memory.fencingSince(Optional.empty());
        }
        return began;
    }

    private Optional<Duration> settled(LeaderElection resource, Sight sight, Plan plan, ElectionMemory memory) {
        if (plan.situation() == Plan.Situation.CLOSING) {
            return sight.primary().deleting() && !sight.primary().isHeld()
                    ? Optional.empty()
                    : Stream.of(plan.nextLook(), LONGEST_PAUSE).min(Duration::compareTo);
        }
        if (plan.situation() == Plan.Situation.LEFT_TO_ANOTHER) {
            memory.vitals().left();
            memory.released();
            return Stream.of(plan.nextLook(), LONGEST_PAUSE).min(Duration::compareTo);
        }
        completed(sight, memory);
        Answer<Boolean> answer =
                report(resource, new Report(sight, plan, memory.backlog().unreported(), Optional.empty()), memory);
        if (answer instanceof Refused<Boolean> refused) {
            memory.refusals().refused(refused.cause(), clocks.ticks().get());
            // What is renewed meanwhile says nothing of a report that is refused without end.
            Optional<Duration> next =
                    lookAgain(sight.election(), refused, memory.backlog().reportRefused(), memory);
            return noLaterThanRenewal(next, memory);
        }
        memory.refusals().settled();
        if (plan.situation() == Plan.Situation.RELEASED || plan.situation() == Plan.Situation.OBSERVED) {
            memory.released();
        }
        List<Duration> looks = new ArrayList<>(List.of(plan.nextLook(), LONGEST_PAUSE));
        sight.nextHearing().ifPresent(looks::add);
        if (memory.backlog().announced().isPresent()) {
            looks.add(memory.backlog().restOfBeginning(BEGINNING, clocks.ticks().get()));
        }
        return looks.stream().min(Duration::compareTo);
    }

    /** How long a plan has to wait, whatever has woken this pass; zero if it may be carried out now. */
    private Duration pause(Plan plan, ElectionMemory memory) {
        Duration now = clocks.ticks().get();
        Duration held = memory.refusals().heldBack(plan.transition(), now);
        return held.isZero() && isRepair(plan) ? memory.repairPace().pause(now) : held;
    }

    /**
     * After some refusals events wake nobody for the same purpose: a write that lands unheard makes one itself. Another transition is
     * not held back.
     */
    private void holdBack(Plan plan, Optional<Duration> next, ElectionMemory memory) {
        if (memory.refusals().inARow() >= FREE_REFUSALS) {
            Duration pause = next.orElse(Duration.ZERO);
            Duration hold = pause.compareTo(LONGEST_HOLD) < 0 ? pause : LONGEST_HOLD;
            memory.refusals().holdBack(plan.transition(), clocks.ticks().get().plus(hold));
        }
    }

    /** Whether a plan only sets right what somebody else has changed. */
    private static boolean isRepair(Plan plan) {
        return plan.transition().isEmpty()
                && plan.steps().stream().anyMatch(step -> step instanceof Step.Strip || step instanceof Step.Promote);
    }

    private void done(Sight sight, Plan plan, Duration learned, ElectionMemory memory) {
        if (isRepair(plan)) {
            memory.repairPace().repaired(clocks.ticks().get());
        }
        plan.transition().ifPresent(transition -> {
            memory.backlog().began(transition, learned);
            changed(sight, transition, memory.backlog().begun().orElseThrow().learned(), memory);
        });
        for (Step step : plan.steps()) {
            if (step instanceof Step.Strip strip) {
                announcer.stripped(sight.election(), strip.pods());
            } else if (step instanceof Step.Withdraw withdraw) {
                chronicle.withdrawn(sight.election(), withdraw.leader().id());
            }
        }
    }

    /** Finds a transition that was made, but not in one go: after a refusal, or by a process that has ended since. */
    private void completed(Sight sight, ElectionMemory memory) {
        if (!(sight.observation().lease() instanceof LeaseState.Claimed claimed)) {
            return;
        }
        long term = claimed.lease().term();
        boolean isLabelled = StatusProjection.leader(sight.observation())
                .filter(leader -> leader.isPromotedIn(term))
                .isPresent();
        if (!isLabelled) {
            return;
        }
        Backlog backlog = memory.backlog();
        Optional<Backlog.Begun> begun = backlog.begun()
                .filter(any ->
                        any.transition().term() == term && any.transition().to().equals(claimed.holder()));
        boolean isKnown = backlog.unreported().stream()
                .anyMatch(change -> change.transition().term() == term);
        if (begun.isPresent()) {
            changed(sight, begun.get().transition(), begun.get().learned(), memory);
        } else if (!isKnown) {
            StatusProjection.resumed(sight)
                    .ifPresent(transition ->
                            changed(sight, transition, clocks.ticks().get(), memory));
        }
        // Anything else that was begun has been overtaken.
        backlog.dropBegun();
    }

    private void changed(Sight sight, Plan.Transition transition, Duration learned, ElectionMemory memory) {
        Duration now = clocks.ticks().get();
        Duration took = now.minus(learned);
        memory.backlog()
                .changed(new Report.Change(transition, took, clocks.wall().instant()));
        if (transition.isLoss()) {
            memory.vitals().switched(now);
        }
        chronicle.moved(sight.election(), sight.observation().rules().strategy(), transition, took);
    }

    private Answer<Boolean> report(LeaderElection resource, Report report, ElectionMemory memory) {
        Backlog backlog = memory.backlog();
        LeaderElectionStatus before = report.sight().primary().status();
        LeaderElectionStatus after = StatusProjection.project(
                report,
                resource.getMetadata().getGeneration(),
                resource.getSpec().historyLimit(),
                clocks.wall().instant());
        memory.vitals()
                .found(new Vitals.Found(
                        report.sight().election(),
                        report.plan().situation(),
                        after,
                        clocks.ticks().get()));
        if (!after.equals(before)) {
            Answer<Primary> answer =
                    statuses.write(report.sight().election(), report.sight().primary(), after);
            if (answer instanceof Refused<Primary> refused) {
                memory.overlay().doubtPrimary();
                backlog.notReported(before);
                return refused.recast();
            }
            memory.overlay().wrote(((Done<Primary>) answer).value());
        }
        // A status may have landed without our hearing of it: then there is nothing to write, and still something to
        // tell.
        LeaderElectionStatus told = backlog.announced().orElse(before);
        boolean hasJustBegun =
                !backlog.restOfBeginning(BEGINNING, clocks.ticks().get()).isZero();
        if (hasJustBegun && report.changes().isEmpty() && Announcer.isVacantFromTheStart(told, after)) {
            backlog.reportedSilently(told);
        } else {
            announcer.changed(report, told, after);
            backlog.reported();
        }
        return Answer.OK;
    }

    /** Looks again, later each time: never in a tight loop, never the last time. */
    private Optional<Duration> refused(Election election, Refused<Boolean> refused, ElectionMemory memory) {
        memory.refusals().refused(refused.cause(), clocks.ticks().get());
        return lookAgain(election, refused, memory.refusals().inARow(), memory);
    }

    private Optional<Duration> lookAgain(
            Election election, Refused<Boolean> refused, int streak, ElectionMemory memory) {
        chronicle.refused(election, refused, streak);
        return Optional.of(
                Backoff.pause(refused.cause(), memory.refusals().streak(refused.cause()), jitter.getAsDouble()));
    }

    /** A leader's Lease is renewed in time whatever else is refused; if the renewal itself is, its time is over. */
    private Optional<Duration> noLaterThanRenewal(Optional<Duration> next, ElectionMemory memory) {
        Duration now = clocks.ticks().get();
        Optional<Duration> renewal = memory.renewal()
                .map(last -> last.at().plus(last.next()).minus(now))
                .filter(rest -> rest.compareTo(Duration.ZERO) > 0);
        return Stream.concat(next.stream(), renewal.stream()).min(Duration::compareTo);
    }
}
