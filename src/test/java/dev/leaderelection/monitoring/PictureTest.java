package dev.leaderelection.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.monitoring.Dashboard.Panel;
import dev.leaderelection.monitoring.Dashboard.Query;
import dev.leaderelection.monitoring.Prometheus.Sample;
import dev.leaderelection.monitoring.Prometheus.Series;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PictureTest {

    private static final Instant FROM = Instant.parse("2026-01-01T10:00:30Z");
    private static final Instant TO = FROM.plusSeconds(120);

    private static String drawn(String type, String unit, List<Series> answer) {
        Panel panel = new Panel("How & when", type, unit, 0, 0, 12, 8, List.of(new Query("up", "{{pod}} heap")));
        return Picture.of(new Dashboard("Board", List.of(panel)), FROM, TO, query -> answer);
    }

    private static List<Series> answer(double... values) {
        List<Sample> samples = new ArrayList<>();
        for (double value : values) {
            // As close as the picture asks for them.
            samples.add(new Sample(FROM.getEpochSecond() + samples.size() * 0.5, value));
        }
        return List.of(new Series(Map.of("pod", "a"), samples));
    }

    @Test
    void timeSeriesHasAxesWithUnitsTimesAndALegend() {
        assertThat(drawn("timeseries", "s", answer(0.01, 0.02)))
                .contains(">How &amp; when<", ">Board<", ">0 s<", ">20 ms<", ">10:01<", ">10:02<", ">a heap<");
    }

    @Test
    void lineIsBrokenWhereThereIsNoNumber() {
        assertThat(drawn("timeseries", "short", answer(1, 1, Double.NaN, 1, 1)))
                .containsPattern("d=\"M[^ML]+L[^ML]+M[^ML]+L[^ML]+\" fill=\"none\"");
    }

    @Test
    void statIsTheLastValue() {
        assertThat(drawn("stat", "percentunit", answer(0.1, 0.25))).contains(">25 %<");
    }

    @Test
    void tableHasTheLabels() {
        assertThat(drawn("table", "short", answer(1))).contains(">pod<", ">a<");
    }

    @Test
    void panelThatNothingWasAnsweredToSaysSo() {
        assertThat(drawn("timeseries", "short", List.of())).contains(">no data<");
    }
}
