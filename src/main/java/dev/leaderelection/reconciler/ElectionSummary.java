package dev.leaderelection.reconciler;

import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How an election stood after its last pass, for whoever counts elections.
 *
 * @param namespace its namespace
 * @param name its name
 * @param conditions those of its status
 * @param isLed whether a pod leads: it holds the seat, is routed to, and may lead
 * @param term its newest term, 0 before the first
 * @param lease how old its Lease is; nothing while it is not renewed on purpose
 * @param vacancy that nobody leads it, and somebody should
 * @param isFlapping whether its leaders were lost again and again
 */
public record ElectionSummary(
        String namespace,
        String name,
        List<Condition> conditions,
        boolean isLed,
        long term,
        Optional<LeaseAge> lease,
        Optional<Vacancy> vacancy,
        boolean isFlapping) {

    /** Copies. */
    public ElectionSummary {
        conditions = List.copyOf(conditions);
    }

    /**
     * That nobody leads.
     *
     * @param reason why, as in the condition Ready
     * @param lasts for how long it has been so, by our clock since we first found it
     */
    public record Vacancy(String reason, Duration lasts) {}

    /**
     * How old a Lease is.
     *
     * @param sinceRenewal for how long it has not changed, by our clock
     * @param duration how long it holds
     */
    public record LeaseAge(Duration sinceRenewal, Duration duration) {

        /** The part of its life that is over; from 1 on it has run out. */
        public double ratio() {
            return (double) sinceRenewal.toNanos() / duration.toNanos();
        }
    }
}
