package dev.leaderelection.reconciler;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.election.ElectionPlanner;
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
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Gather, plan, execute, report: what the operator does with one election when anything happens, or when time is up. */
final class ElectionPass {

    private static final Logger log = LoggerFactory.getLogger(ElectionPass.class);

    /** How many rounds one pass may take. A first election takes five. */
    private static final int MOST_ROUNDS = 12;

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

    private final Observer observer;
    private final PlanExecutor executor;
    private final StatusStore statuses;
    private final Announcer announcer;
    private final Clocks clocks;
    private final DoubleSupplier jitter;
    private final Level transitionLevel;

    /** Writes a status whole, if the election still is that revision. */
    interface StatusStore {
        Answer<Primary> write(Election election, Primary copy, LeaderElectionStatus status);
    }

    ElectionPass(
            Caches caches,
            ElectionStore store,
            StatusStore statuses,
            Announcer announcer,
            Clocks clocks,
            DoubleSupplier jitter,
            Set<String> allowedPrefixes,
            Level transitionLevel) {
        this.observer = new Observer(caches, store, clocks, allowedPrefixes);
        this.executor = new PlanExecutor(store, clocks, jitter);
        this.statuses = statuses;
        this.announcer = announcer;
        this.clocks = clocks;
        this.jitter = jitter;
        this.transitionLevel = transitionLevel;
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
            if (plan.steps().isEmpty()) {
                return settled(resource, sight, plan, memory);
            }
            Duration pause =
                    isRepair(plan) ? memory.repairPace().pause(clocks.ticks().get()) : Duration.ZERO;
            if (!pause.isZero()) {
                return Optional.of(pause);
            }
            Answer<Boolean> answer = executor.run(sight, plan, interval, memory);
            if (answer instanceof Refused<Boolean> refused) {
                if (refused.cause() == Cause.DENIED) {
                    report(resource, new Report(sight, plan, memory.unreported(), Optional.of(refused)), memory);
                }
                return refused(sight.election(), refused, memory);
            }
            memory.succeeded();
            done(sight, plan, learned, memory);
            if (sight.primary().deleting() && plan.steps().contains(new Step.ReleaseFinalizer())) {
                // The caches still show the election; its deletion will be told to us.
                return Optional.empty();
            }
        }
        return Optional.of(Duration.ZERO);
    }

    private Optional<Duration> settled(LeaderElection resource, Sight sight, Plan plan, ElectionMemory memory) {
        if (plan.situation() == Plan.Situation.CLOSING) {
            return sight.primary().deleting() && !sight.primary().isHeld()
                    ? Optional.empty()
                    : Optional.of(LONGEST_PAUSE);
        }
        Answer<Boolean> answer =
                report(resource, new Report(sight, plan, memory.unreported(), Optional.empty()), memory);
        if (answer instanceof Refused<Boolean> refused) {
            return refused(sight.election(), refused, memory);
        }
        return Optional.of(plan.nextLook().compareTo(LONGEST_PAUSE) < 0 ? plan.nextLook() : LONGEST_PAUSE);
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
            Duration took = clocks.ticks().get().minus(learned);
            memory.changed(new Report.Change(transition, took));
            log.atLevel(transitionLevel)
                    .addKeyValue("namespace", sight.election().namespace())
                    .addKeyValue("election", sight.election().name())
                    .addKeyValue("pod", transition.to().name())
                    .addKeyValue("term", transition.term())
                    .addKeyValue("reason", transition.reason().text())
                    .addKeyValue("microseconds", took.toNanos() / 1000)
                    .log("leader promoted");
        });
        for (Step step : plan.steps()) {
            if (step instanceof Step.Strip strip) {
                announcer.stripped(sight.election(), strip.pods());
            }
        }
    }

    private Answer<Boolean> report(LeaderElection resource, Report report, ElectionMemory memory) {
        LeaderElectionStatus before = report.sight().primary().status();
        LeaderElectionStatus after = StatusProjection.project(
                report,
                resource.getMetadata().getGeneration(),
                resource.getSpec().historyLimit(),
                clocks.wall().instant());
        if (!after.equals(before)) {
            Answer<Primary> answer =
                    statuses.write(report.sight().election(), report.sight().primary(), after);
            if (answer instanceof Refused<Primary> refused) {
                memory.doubtPrimary();
                return refused.recast();
            }
            memory.wrote(((Done<Primary>) answer).value());
            announcer.changed(report, before, after);
        }
        memory.reported();
        return Answer.OK;
    }

    /** Looks again, later each time: never in a tight loop, never the last time. */
    private Optional<Duration> refused(Election election, Refused<Boolean> refused, ElectionMemory memory) {
        memory.refused();
        int streak = memory.refusals();
        boolean tells = refused.cause() == Cause.DENIED || refused.cause() == Cause.UNAVAILABLE;
        log.atLevel(tells && Integer.bitCount(streak) == 1 ? Level.WARN : Level.DEBUG)
                .addKeyValue("namespace", election.namespace())
                .addKeyValue("election", election.name())
                .addKeyValue("reason", refused.cause())
                .addKeyValue("attempt", streak)
                .log("stopped, and will look again: {}", refused.explanation());
        return Optional.of(Backoff.pause(refused.cause(), streak, jitter.getAsDouble()));
    }
}
