package dev.leaderelection.reconciler;

import dev.leaderelection.election.Plan;
import dev.leaderelection.election.Strategy;
import dev.leaderelection.kubernetes.Answer.Cause;
import java.time.Duration;

/** Counts what is done. Told afterwards, never before the last write of what it is told of; called by several threads. */
public interface Telemetry {

    /** Counts nothing. */
    Telemetry NONE = new Telemetry() {

        @Override
        public void moved(Strategy strategy, Plan.Transition transition, Duration took) {}

        @Override
        public void renewed(Duration late) {}

        @Override
        public void refused(Cause cause) {}
    };

    /**
     * A term has begun, and its leader carries the label.
     *
     * @param took from our learning of the cause to the answer to the last write
     */
    void moved(Strategy strategy, Plan.Transition transition, Duration took);

    /**
     * A Lease was renewed.
     *
     * @param late by how much it was sent after it was due; zero if it was not
     */
    void renewed(Duration late);

    /** A pass ended early, for something was not done. */
    void refused(Cause cause);
}
