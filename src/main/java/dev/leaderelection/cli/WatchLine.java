package dev.leaderelection.cli;

import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.api.LeaderElectionStatus.Leader;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/**
 * What of an election is worth a line when it changes.
 *
 * @param leader who leads; {@code <none>} for nobody
 * @param term in which term
 * @param ready whether all is as it should be, or why not
 * @param candidates eligible/total
 * @param reason why leadership moved last
 */
record WatchLine(String leader, String term, String ready, String candidates, String reason) {

    static final String HEADER = line("TIME", "LEADER", "TERM", "READY", "CANDIDATES", "LAST REASON");

    static WatchLine of(LeaderElectionStatus status) {
        Optional<Leader> leader = Optional.ofNullable(status.leader());
        return new WatchLine(
                leader.map(Leader::podName).orElse("<none>"),
                leader.map(is -> Long.toString(is.term())).orElse("-"),
                Listing.ready(status),
                status.candidates() == null ? "-" : status.candidates().summary(),
                status.history().isEmpty() ? "-" : status.history().get(0).reason());
    }

    String text(Instant now) {
        String time = DateTimeFormatter.ofPattern("HH:mm:ss").format(now.atZone(ZoneId.systemDefault()));
        return line(time, leader, term, ready, candidates, reason);
    }

    private static String line(Object... cells) {
        return String.format("%-10s%-32s%-8s%-20s%-12s%s", cells).stripTrailing() + System.lineSeparator();
    }
}
