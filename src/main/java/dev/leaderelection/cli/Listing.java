package dev.leaderelection.cli;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.api.LeaderElectionStatus.Leader;
import dev.leaderelection.api.LeaderElectionStatus.Transition;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Tables of many. */
final class Listing {

    private Listing() {}

    static String of(List<LeaderElection> elections, boolean everywhere, Instant now) {
        Table table = everywhere
                ? new Table("NAMESPACE", "NAME", "STRATEGY", "LEADER", "TERM", "READY", "CANDIDATES", "LAST SWITCH")
                : new Table("NAME", "STRATEGY", "LEADER", "TERM", "READY", "CANDIDATES", "LAST SWITCH");
        elections.stream()
                .sorted(Comparator.comparing(
                                (LeaderElection one) -> one.getMetadata().getNamespace())
                        .thenComparing(one -> one.getMetadata().getName()))
                .forEach(election -> table.row(row(election, everywhere, now)));
        return table.toString();
    }

    private static String[] row(LeaderElection election, boolean everywhere, Instant now) {
        LeaderElectionStatus status = Snapshot.status(election);
        Optional<Leader> leader = Optional.ofNullable(status.leader());
        String[] cells = {
            election.getMetadata().getNamespace(),
            election.getMetadata().getName(),
            Words.of(election.getSpec().strategy().type()),
            leader.map(Leader::podName).orElse("<none>"),
            leader.map(is -> Long.toString(is.term())).orElse("-"),
            ready(status),
            status.candidates() == null ? "-" : status.candidates().summary(),
            leader.map(is -> Age.since(is.since(), now)).orElse("-")
        };
        return everywhere ? cells : Arrays.copyOfRange(cells, 1, cells.length);
    }

    /** Whether an election is as it should be, and if not, in a word why. */
    static String ready(LeaderElectionStatus status) {
        return status.conditions().stream()
                .filter(condition -> "Ready".equals(condition.getType()))
                .findFirst()
                .map(Listing::word)
                .orElse("Unknown");
    }

    private static String word(Condition condition) {
        return "True".equals(condition.getStatus()) ? "True" : condition.getReason();
    }

    static String history(List<Transition> history, Instant now) {
        Table table = new Table("AGE", "TERM", "FROM", "TO", "REASON", "TOOK");
        history.forEach(transition -> table.row(
                Age.since(transition.time(), now),
                Long.toString(transition.term()),
                transition.from() == null ? "<none>" : transition.from(),
                transition.to(),
                transition.reason(),
                transition.durationMilliseconds() + "ms"));
        return table.isEmpty() ? "No transitions yet" + System.lineSeparator() : table.toString();
    }
}
