package dev.leaderelection.election;

import java.time.Duration;

/** How spans of time compare. */
public final class Durations {

    private Durations() {}

    /** What is left of a span after some of it has passed; zero if nothing is. */
    public static Duration rest(Duration whole, Duration passed) {
        Duration rest = whole.minus(passed);
        return rest.isNegative() ? Duration.ZERO : rest;
    }

    /** The longer of two. */
    public static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? other : one;
    }
}
