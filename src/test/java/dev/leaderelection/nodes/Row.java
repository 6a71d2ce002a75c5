package dev.leaderelection.nodes;

import dev.leaderelection.cluster.Table;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What came of a story.
 *
 * @param story what happened
 * @param requests how many the client sent meanwhile
 * @param errors how many nobody answered
 * @param switches how often leadership moved
 * @param gaps for each new leader that was heard, how long the client heard nobody, in milliseconds
 * @param strays how many were answered by a pod that did not lead, after the switch was done
 * @param fault what is not as it should be; empty if all is
 */
record Row(String story, int requests, int errors, int switches, List<Long> gaps, int strays, String fault) {

    Row {
        gaps = List.copyOf(gaps);
    }

    /** Judged by how often leadership should have moved. */
    static Row of(String story, Passage passage, int least, int most) {
        String fault = "";
        if (passage.switches() < least || passage.switches() > most) {
            fault = "moved %d times, not %d to %d".formatted(passage.switches(), least, most);
        } else if (!passage.strays().isEmpty()) {
            fault = "answered by " + passage.strays().get(0).text();
        }
        return new Row(
                story,
                passage.requests().size(),
                passage.errors().size(),
                passage.switches(),
                passage.gaps().stream().map(Duration::toMillis).toList(),
                passage.strays().size(),
                fault);
    }

    /** Of a story that did not get to its end. */
    static Row brokenOff(String story, RuntimeException cause) {
        return new Row(story, 0, 0, 0, List.of(), 0, "broke off: " + cause.getMessage());
    }

    static Table table(List<Row> rows) {
        Table table = new Table(
                List.of("what happened", "requests", "unanswered", "switches", "gap, ms", "answered by a non-leader"),
                Set.of(0));
        rows.forEach(row -> table.add(
                row.story,
                Integer.toString(row.requests),
                Integer.toString(row.errors),
                Integer.toString(row.switches),
                row.gaps.isEmpty()
                        ? "none"
                        : row.gaps.stream().map(Object::toString).collect(Collectors.joining(", ")),
                Integer.toString(row.strays)));
        return table;
    }
}
