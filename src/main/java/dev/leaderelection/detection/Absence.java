package dev.leaderelection.detection;

import java.time.Duration;

/** Finds out afterwards that this process was suspended: what should be called all the time was not. */
final class Absence {

    /** Three of the ticks that are promised once a second. */
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(3);

    private Duration last;

    Absence(Duration now) {
        last = now;
    }

    /** Whether an absence ends now; to be asked whenever anything happens. */
    boolean ends(Duration now) {
        boolean away = now.minus(last).compareTo(LONGEST_PAUSE) > 0;
        last = now;
        return away;
    }
}
