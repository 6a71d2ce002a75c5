package dev.leaderelection.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class WatchLineTest {

    private static final WatchLine SHORT = new WatchLine("orders-0", "3", "True", "2/2", "SeatVacant");

    @Test
    void columnsStandApartHoweverLongAPodsNameIs() {
        String pod = "orders-".repeat(9);
        WatchLine.Columns columns = new WatchLine.Columns(ZoneOffset.UTC);

        String text = columns.text(new WatchLine(pod, "3", "True", "2/2", "SeatVacant"), Sketch.NOW);

        assertThat(text.lines().toList().get(1)).startsWith("2026-01-01T12:00:00Z  " + pod + "  3       True  ");
        assertThat(text.lines().map(line -> line.indexOf("TERM") + line.indexOf("3     ")))
                .as("the header stands above the cells")
                .containsExactly(22 + pod.length() + 2 - 1, 22 + pod.length() + 2 - 1);
    }

    @Test
    void aColumnThatGrewStaysAsWide() {
        WatchLine.Columns columns = new WatchLine.Columns(ZoneOffset.UTC);
        columns.text(SHORT, Sketch.NOW);
        String grown = columns.text(new WatchLine("x".repeat(40), "3", "True", "2/2", "LeaderGone"), Sketch.NOW);

        String after = columns.text(SHORT, Sketch.NOW);

        assertThat(after.indexOf("2/2")).isEqualTo(grown.indexOf("2/2"));
        assertThat(after).doesNotContain("LEADER");
    }

    @Test
    void timeHasADateAndAnOffset() {
        assertThat(new WatchLine.Columns(ZoneId.of("Asia/Kolkata"))
                        .text(SHORT, Sketch.NOW)
                        .lines()
                        .toList())
                .element(1)
                .asString()
                .startsWith("2026-01-01T17:30:00+05:30  orders-0  ");
    }
}
