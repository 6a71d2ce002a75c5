package dev.leaderelection.reconciler;

import dev.leaderelection.election.Plan;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.election.Strategy;
import dev.leaderelection.kubernetes.Answer.Cause;
import dev.leaderelection.kubernetes.Answer.Refused;
import dev.leaderelection.kubernetes.Election;
import java.time.Duration;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Tells the log and the meters what a pass has done, after it is done: whatever were told while a failover is under way would make
 * it longer.
 */
final class Chronicle {

    private static final Logger log = LoggerFactory.getLogger(Chronicle.class);

    /** From how many refusals in a row on something must be wrong, whatever their cause. */
    private static final int UNUSUAL = 8;

    private final Telemetry telemetry;
    private final Level level;

    /**
     * @param level of what is told of every transition
     */
    Chronicle(Telemetry telemetry, Level level) {
        this.telemetry = telemetry;
        this.level = level;
    }

    /** A term has begun: who was lost, who claimed the seat, who was promoted. */
    void moved(Election election, Strategy strategy, Plan.Transition transition, Duration took) {
        telemetry.moved(strategy, transition, took);
        String reason = transition.reason().text();
        if (transition.isSwitch()) {
            transition
                    .from()
                    .ifPresent(from -> about(election, from)
                            .addKeyValue("reason", reason)
                            .log(transition.reason().isHandover() ? "leader makes room" : "leader lost"));
            about(election, transition.to())
                    .addKeyValue("term", transition.term())
                    .log("heir claimed");
        }
        about(election, transition.to())
                .addKeyValue("term", transition.term())
                .addKeyValue("reason", reason)
                .addKeyValue("milliseconds", String.format(Locale.ROOT, "%.3f", took.toNanos() / 1e6))
                .log(transition.isSwitch() ? "leader promoted" : "leader stays");
    }

    /** A leader that may still be running has lost the label, and nobody has it yet. */
    void withdrawn(Election election, PodIdentity leader) {
        about(election, leader).log("leader lost, and waited for until it has stopped");
    }

    void renewed(Duration late) {
        telemetry.renewed(late);
    }

    /**
     * A pass ended early.
     *
     * @param streak how often in a row, from 1
     */
    void refused(Election election, Refused<Boolean> refused, int streak) {
        telemetry.refused(refused.cause());
        // To be overtaken now and then is nothing to tell of; to be so without end is.
        boolean tells = refused.cause() == Cause.DENIED || refused.cause() == Cause.UNAVAILABLE || streak >= UNUSUAL;
        // Whoever interrupts a pass ends the operator: nobody was at fault, and there will be no other look.
        boolean ending = Thread.currentThread().isInterrupted();
        log.atLevel(tells && !ending && Integer.bitCount(streak) == 1 ? Level.WARN : Level.DEBUG)
                .addKeyValue("namespace", election.namespace())
                .addKeyValue("election", election.name())
                .addKeyValue("reason", refused.cause())
                .addKeyValue("attempt", streak)
                .log("stopped, and will look again: {}", refused.explanation());
    }

    private LoggingEventBuilder about(Election election, PodIdentity pod) {
        return log.atLevel(level)
                .addKeyValue("namespace", election.namespace())
                .addKeyValue("election", election.name())
                .addKeyValue("pod", pod.name());
    }
}
