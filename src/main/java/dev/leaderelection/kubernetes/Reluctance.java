package dev.leaderelection.kubernetes;

import dev.leaderelection.election.Durations;
import java.time.Duration;
import java.util.Optional;

/** When to ask again for what may be refused for good: after a second, then twice as late each time, after a minute at most. */
final class Reluctance {

    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration MOST = Duration.ofMinutes(1);

    private Duration pause = FIRST;
    private Optional<Duration> next = Optional.empty();

    /** Whether somebody may ask now; if so, nobody else may until a pause is over. */
    boolean takeTurn(Duration now) {
        if (!rest(now).isZero()) {
            return false;
        }
        next = Optional.of(now.plus(pause));
        pause = pause.multipliedBy(2).compareTo(MOST) < 0 ? pause.multipliedBy(2) : MOST;
        return true;
    }

    /** How long nobody may ask; zero if somebody may. */
    Duration rest(Duration now) {
        return next.map(at -> Durations.rest(at, now)).orElse(Duration.ZERO);
    }

    /** What was asked for was granted: a later refusal is the first again. */
    void granted() {
        pause = FIRST;
        next = Optional.empty();
    }
}
