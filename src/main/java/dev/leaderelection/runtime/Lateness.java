package dev.leaderelection.runtime;

import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheckResponse;

/** What a health check says of something that may be late, but not for longer than a limit. */
final class Lateness {

    private Lateness() {}

    /**
     * @param name of the check
     * @param datum under which it tells how late it is, in milliseconds
     */
    static HealthCheckResponse check(String name, String datum, Duration late, Duration limit) {
        return HealthCheckResponse.named(name)
                .status(late.compareTo(limit) <= 0)
                .withData(datum, late.toMillis())
                .build();
    }
}
