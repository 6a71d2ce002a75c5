package dev.leaderelection.reconciler;

import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.election.Plan;
import dev.leaderelection.kubernetes.Election;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How an election fares, for gauges and health: how its last pass has found it, since when nobody leads it, when leaders were lost,
 * and since when its Lease has not changed.
 *
 * <p>Written by one pass at a time; {@link #summary} may be called from other threads. It reads each field once, and what it puts
 * together may be of two passes: the next look sets that right.
 */
final class Vitals {

    /** So many leaders lost within so long a time are more than a rollout costs. */
    private static final int MANY_SWITCHES = 4;

    private static final Duration SHORTLY = Duration.ofMinutes(10);

    private volatile Optional<Found> found = Optional.empty();
    private volatile Optional<Duration> leaderlessSince = Optional.empty();
    private volatile Optional<SeenLease> seenLease = Optional.empty();
    private volatile List<Duration> switches = List.of();

    /** What a pass has found, what it said of it, and when, by our clock. */
    record Found(Election election, Plan.Situation situation, LeaderElectionStatus status, Duration at) {

        private static final Set<Plan.Situation> SEEKING =
                Set.of(Plan.Situation.LED, Plan.Situation.LAPSING, Plan.Situation.FENCING, Plan.Situation.VACANT);

        /** Why it is ready, or not. */
        String reason() {
            return status.conditions().stream()
                    .filter(condition -> Finding.READY.equals(condition.getType()))
                    .map(Condition::getReason)
                    .findFirst()
                    .orElse("");
        }

        /** Whether a pod holds the seat, is routed to and may lead. */
        boolean isLed() {
            return status.leader() != null && !Finding.IDLE.contains(reason());
        }

        /** Whether nobody leads, and somebody should. */
        boolean isLeaderless() {
            return !isLed() && SEEKING.contains(situation) && !reason().equals(Finding.NOBODY_WHILE_PAUSED);
        }
    }

    /** A revision of the Lease, or its absence, and when we first saw it. */
    private record SeenLease(String revision, Duration at) {}

    void found(Found now) {
        leaderlessSince = now.isLeaderless() ? Optional.of(leaderlessSince.orElse(now.at())) : Optional.empty();
        found = Optional.of(now);
    }

    /** Takes note that a leader was lost, and another pod leads now. */
    void switched(Duration ticks) {
        List<Duration> newest = new ArrayList<>(switches);
        newest.add(ticks);
        switches = List.copyOf(newest.subList(Math.max(0, newest.size() - MANY_SWITCHES), newest.size()));
    }

    /** Takes note that we have let the election go, or leave it to another operator: it stands in no way any more. */
    void left() {
        found = Optional.empty();
        leaderlessSince = Optional.empty();
    }

    /** How the election stood after its last pass; nothing before the first, nor after the last. */
    Optional<ElectionSummary> summary(Duration ticks) {
        return found.map(last -> {
            LeaderElectionStatus status = last.status();
            Long term = status.term();
            boolean isRenewed = last.situation() == Plan.Situation.LED && status.leader() != null;
            List<Duration> recent = switches;
            return new ElectionSummary(
                    last.election().namespace(),
                    last.election().name(),
                    status.conditions(),
                    last.isLed(),
                    term == null ? 0 : term,
                    seenLease
                            .filter(any -> isRenewed)
                            .map(lease -> new ElectionSummary.LeaseAge(
                                    ticks.minus(lease.at()), last.election().leaseDuration())),
                    leaderlessSince.map(since -> new ElectionSummary.Vacancy(last.reason(), ticks.minus(since))),
                    recent.size() == MANY_SWITCHES && ticks.minus(recent.get(0)).compareTo(SHORTLY) <= 0);
        });
    }

    /**
     * For how long the Lease has stood as it is: counted from when we first saw it so, which is never before it was written.
     *
     * @param revision which revision is seen now, or that there is none
     */
    Duration leaseUnchangedFor(String revision, Duration ticks) {
        SeenLease seen = seenLease
                .filter(any -> any.revision().equals(revision))
                .orElseGet(() -> new SeenLease(revision, ticks));
        seenLease = Optional.of(seen);
        return ticks.minus(seen.at());
    }
}
