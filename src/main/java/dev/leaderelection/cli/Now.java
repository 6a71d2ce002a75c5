package dev.leaderelection.cli;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * What time it is, and who says so.
 *
 * @param instant the time
 * @param byServer whether the API server says so: by a machine whose clock is wrong, every Lease is
 */
record Now(Instant instant, boolean byServer) {

    /**
     * By an answer of the API server, or else by this machine.
     *
     * @param date the answer's header Date, if it has one
     */
    static Now of(Optional<String> date, InstantSource machine) {
        return date.flatMap(Now::parse)
                .map(instant -> new Now(instant, true))
                .orElseGet(() -> new Now(machine.instant(), false));
    }

    private static Optional<Instant> parse(String date) {
        try {
            return Optional.of(ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** What is to be said after a span of time. */
    String qualifier() {
        return byServer ? "" : " by this machine's clock";
    }
}
