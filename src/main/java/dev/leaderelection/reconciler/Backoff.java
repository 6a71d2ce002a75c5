package dev.leaderelection.reconciler;

import dev.leaderelection.kubernetes.Answer.Cause;
import java.time.Duration;

/** How long to wait before looking again after a refusal. */
final class Backoff {

    private Backoff() {}

    /**
     * Doubles with each refusal in a row, up to a bound.
     *
     * @param cause what was refused
     * @param streak how many refusals in a row, from 1
     * @param jitter from 0 to 1
     */
    static Duration pause(Cause cause, int streak, double jitter) {
        long first;
        long most;
        switch (cause) {
            case UNAVAILABLE -> {
                first = 50;
                most = 2_000;
            }
            case DENIED -> {
                first = 250;
                most = 10_000;
            }
            default -> {
                first = 2;
                most = 1_000;
            }
        }
        long doubled = Math.min(most, first << Math.min(streak - 1, 20));
        return Duration.ofMillis(Math.max(1, Math.round(doubled * (0.8 + 0.2 * jitter))));
    }
}
