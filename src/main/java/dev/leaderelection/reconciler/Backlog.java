package dev.leaderelection.reconciler;

import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.election.Durations;
import dev.leaderelection.election.Plan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What has happened to an election and is yet to be told: transitions that no status tells of, one that may yet be found to be
 * made, and a status of which not every Event was sent.
 */
final class Backlog {

    private static final int MOST_UNREPORTED = 100;

    private final List<Report.Change> unreported = new ArrayList<>();
    private Optional<Begun> begun = Optional.empty();
    private Optional<LeaderElectionStatus> announced = Optional.empty();
    private Optional<Duration> firstReport = Optional.empty();
    private int reportRefusals;

    /** A transition that could not be made in one go, and when we learned of its cause. */
    record Begun(Plan.Transition transition, Duration learned) {}

    /** A transition that was refused halfway, or of whose last write no answer came: it may yet be found to be made. */
    Optional<Begun> begun() {
        return begun;
    }

    /** Takes note of a transition that was not seen to its end. A second attempt at it began with the first. */
    void began(Plan.Transition transition, Duration learned) {
        Duration first = begun.filter(earlier -> earlier.transition().to().equals(transition.to())
                        && earlier.transition().reason() == transition.reason())
                .map(Begun::learned)
                .orElse(learned);
        begun = Optional.of(new Begun(transition, first));
    }

    void dropBegun() {
        begun = Optional.empty();
    }

    /** Transitions that no status tells of yet. */
    List<Report.Change> unreported() {
        return List.copyOf(unreported);
    }

    /** Takes note of a transition that was made. No history holds more than the newest hundred. */
    void changed(Report.Change change) {
        if (unreported.size() >= MOST_UNREPORTED) {
            unreported.remove(0);
        }
        unreported.add(change);
        begun = Optional.empty();
    }

    /** The last status of which every Event was sent, if a later one may have been written without our knowing. */
    Optional<LeaderElectionStatus> announced() {
        return announced;
    }

    void notReported(LeaderElectionStatus before) {
        announced = announced.or(() -> Optional.of(before));
    }

    /** Takes note that a status could not be written, and tells for how many times in a row. */
    int reportRefused() {
        reportRefusals = Math.min(reportRefusals + 1, Refusals.MOST);
        return reportRefusals;
    }

    /** For how much longer an election counts as having just begun, by when this process first reported of it. */
    Duration restOfBeginning(Duration beginning, Duration ticks) {
        Duration since = firstReport.orElse(ticks);
        firstReport = Optional.of(since);
        return Durations.rest(beginning, ticks.minus(since));
    }

    /** Takes note that a status was written, and that nobody was told of what differs from that other one yet. */
    void reportedSilently(LeaderElectionStatus told) {
        reported();
        notReported(told);
    }

    void reported() {
        reportRefusals = 0;
        unreported.clear();
        announced = Optional.empty();
    }
}
