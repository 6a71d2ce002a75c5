package dev.leaderelection.detection;

import java.time.Duration;

/**
 * How the probes of one pod have gone.
 *
 * @param last what came of the last one
 * @param usual how long the last success took, {@link #NEVER} if there was none
 * @param failures how many have failed in a row
 * @param silentSince when the first of those should have been answered
 * @param witnessed when another candidate had answered that was asked after that, {@link #NEVER} if none has
 * @param condemned whether it failed often enough, and once more after a witness had shown that the fault is not ours
 */
record Course(Outcome last, Duration usual, int failures, Duration silentSince, Duration witnessed, boolean condemned) {

    private static final Duration NEVER = Duration.ofDays(365_000);

    /** Not probed yet. */
    static final Course NONE = new Course(Outcome.ANSWERED, NEVER, 0, Duration.ZERO, NEVER, false);

    /**
     * The next probe.
     *
     * @param probe what came of it, and when
     * @param threshold how many have to fail
     */
    Course next(Sample probe, int threshold) {
        if (probe.outcome().isSuccess()) {
            return new Course(probe.outcome(), probe.ended().minus(probe.began()), 0, Duration.ZERO, NEVER, false);
        }
        if (failures == 0) {
            Duration due = probe.began().plus(usual.multipliedBy(2));
            Duration silent = due.compareTo(probe.ended()) < 0 ? due : probe.ended();
            return new Course(probe.outcome(), usual, 1, silent, NEVER, false);
        }
        boolean guilty = failures + 1 >= threshold && witnessed.compareTo(probe.began()) <= 0;
        return new Course(probe.outcome(), usual, failures + 1, silentSince, witnessed, condemned || guilty);
    }

    /** Takes note that another candidate has answered. */
    Course witness(Sample other) {
        boolean first = failures > 0 && witnessed.equals(NEVER) && other.began().compareTo(silentSince) >= 0;
        return first ? new Course(last, usual, failures, silentSince, other.ended(), condemned) : this;
    }

    boolean hasFailed(Target target) {
        return failures >= target.probe().timing().failureThreshold();
    }

    /**
     * One probe.
     *
     * @param began when it began
     * @param ended when its outcome was known
     * @param outcome what came of it
     */
    record Sample(Duration began, Duration ended, Outcome outcome) {}
}
