package dev.leaderelection.reconciler;

import java.time.Duration;

/**
 * Slows repairs down when somebody undoes them as fast as they are made: another controller that fights for the same label must
 * not turn two watches into a loop. The first few repairs are immediate, and a quiet while forgives.
 */
final class RepairPace {

    private static final int FREE = 3;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    private static final Duration FORGIVEN_AFTER = Duration.ofSeconds(10);

    private int streak;
    private Duration last = Duration.ZERO;

    /** How long the next repair has to wait, zero if it may be made now. */
    Duration pause(Duration ticks) {
        if (streak < FREE || ticks.minus(last).compareTo(FORGIVEN_AFTER) >= 0) {
            return Duration.ZERO;
        }
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(streak - FREE, 10));
        Duration capped = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
        Duration rest = last.plus(capped).minus(ticks);
        return rest.isNegative() ? Duration.ZERO : rest;
    }

    /** Takes note of a repair. */
    void repaired(Duration ticks) {
        streak = ticks.minus(last).compareTo(FORGIVEN_AFTER) >= 0 ? 1 : streak + 1;
        last = ticks;
    }
}
