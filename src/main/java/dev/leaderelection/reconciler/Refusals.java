package dev.leaderelection.reconciler;

import dev.leaderelection.election.Plan;
import dev.leaderelection.kubernetes.Answer.Cause;
import java.time.Duration;
import java.util.Optional;

/**
 * What the server has refused an election since something succeeded: how often in a row, since when, and what is not to be tried
 * again before its time.
 *
 * <p>Used by one pass at a time; only {@link #isStuck} may be called from other threads.
 */
final class Refusals {

    /** Up to how many are counted: the longest pause has long been reached. */
    static final int MOST = 30;

    /** For how long passes may end early before an election is stuck: an API server that starts takes a while. */
    private static final Duration STUCK = Duration.ofSeconds(30);

    /** How often it is tried to tell of a refusal that lasts: the server may be short of breath. */
    private static final Duration TELLING = Duration.ofSeconds(30);

    private volatile Optional<Duration> since = Optional.empty();
    private int inARow;
    private int denials;
    private Optional<Duration> told = Optional.empty();
    private Optional<Hold> hold = Optional.empty();

    /** Until when what was refused is not tried again, whatever happens. */
    private record Hold(Optional<Plan.Transition> refused, Duration until) {}

    /** How many there were since something succeeded. */
    int inARow() {
        return inARow;
    }

    /**
     * How many refusals in a row count for how long to wait. Of denials none but denials do: an API server that has just started
     * denies everything for a moment, and after the refusals of its absence that would be waited for far too long.
     */
    int streak(Cause cause) {
        return cause == Cause.DENIED ? denials : inARow;
    }

    void refused(Cause cause, Duration ticks) {
        since = since.or(() -> Optional.of(ticks));
        inARow = Math.min(inARow + 1, MOST);
        denials = cause == Cause.DENIED ? Math.min(denials + 1, MOST) : 0;
    }

    void succeeded() {
        inARow = 0;
        denials = 0;
        hold = Optional.empty();
        settled();
    }

    /** Takes note that a pass came to its end, though it may have had nothing to write. */
    void settled() {
        since = Optional.empty();
        told = Optional.empty();
    }

    /** Whether passes have ended early for long. */
    boolean isStuck(Duration ticks) {
        return since.filter(first -> ticks.minus(first).compareTo(STUCK) >= 0).isPresent();
    }

    /** Whether it is time to tell of a refusal that lasts; once in a while. */
    boolean tells(Duration ticks) {
        if (told.filter(at -> ticks.minus(at).compareTo(TELLING) < 0).isPresent()) {
            return false;
        }
        told = Optional.of(ticks);
        return true;
    }

    /** Lets no event have the same transition, or the lack of one, tried again before a tick. */
    void holdBack(Optional<Plan.Transition> transition, Duration until) {
        hold = Optional.of(new Hold(transition, until));
    }

    /** For how long this transition, or the lack of one, is not to be tried again. */
    Duration heldBack(Optional<Plan.Transition> transition, Duration ticks) {
        return hold.filter(any -> any.refused().equals(transition))
                .map(any -> any.until().minus(ticks))
                .filter(rest -> !rest.isNegative())
                .orElse(Duration.ZERO);
    }
}
