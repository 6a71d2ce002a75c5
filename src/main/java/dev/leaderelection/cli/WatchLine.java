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

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssXXX");

    static WatchLine of(LeaderElectionStatus status) {
        Optional<Leader> leader = Optional.ofNullable(status.leader());
        return new WatchLine(
                leader.map(Leader::podName).orElse("<none>"),
                leader.map(is -> Long.toString(is.term())).orElse("-"),
                Listing.ready(status),
                status.candidates() == null ? "-" : status.candidates().summary(),
                status.history().isEmpty() ? "-" : status.history().get(0).reason());
    }

    /** One line after the other: what comes is not known, so a column grows when it has to, and keeps that width. */
    static final class Columns {

        private static final String GAP = "  ";
        private static final String[] HEADER = {"TIME", "LEADER", "TERM", "READY", "CANDIDATES", "LAST REASON"};

        private final ZoneId zone;
        private final int[] widths = {20, 30, 6, 18, 10, 0};
        private boolean begun;

        Columns(ZoneId zone) {
            this.zone = zone;
        }

        /** The line, after the header if it is the first. */
        String text(WatchLine line, Instant now) {
            String[] cells = {
                TIME.format(now.atZone(zone)), line.leader, line.term, line.ready, line.candidates, line.reason
            };
            for (int i = 0; i < cells.length; i++) {
                widths[i] = Math.max(widths[i], cells[i].length());
            }
            String header = begun ? "" : aligned(HEADER);
            begun = true;
            return header + aligned(cells);
        }

        private String aligned(String[] cells) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < cells.length; i++) {
                line.append(cells[i])
                        .append(" ".repeat(widths[i] - Math.min(widths[i], cells[i].length())))
                        .append(GAP);
            }
            return line.toString().stripTrailing() + System.lineSeparator();
        }
    }
}
