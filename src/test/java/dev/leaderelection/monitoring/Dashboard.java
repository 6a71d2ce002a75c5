package dev.leaderelection.monitoring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The panels of {@code deploy/monitoring/dashboard.json}.
 *
 * @param title what the whole is called
 * @param panels in their order
 */
public record Dashboard(String title, List<Panel> panels) {

    private static final Path FILE = Path.of("deploy", "monitoring", "dashboard.json");

    /** Copies. */
    public Dashboard {
        panels = List.copyOf(panels);
    }

    /**
     * A panel.
     *
     * @param type how it is drawn, such as {@code timeseries}
     * @param unit as Grafana names it
     * @param x where it begins, of 24 columns
     * @param y where it begins, in rows
     * @param width in columns
     * @param height in rows
     */
    public record Panel(
            String title, String type, String unit, int x, int y, int width, int height, List<Query> queries) {

        /** Copies. */
        public Panel {
            queries = List.copyOf(queries);
        }
    }

    /**
     * What a panel asks.
     *
     * @param text in Prometheus' language, with Grafana's variables
     * @param legend how the answer's series are called; labels stand in it in double braces
     */
    public record Query(String text, String legend) {

        /** As Grafana sends it: for all installations, and with rates over that time. */
        public String over(Duration rateInterval) {
            return text.replace("$__rate_interval", rateInterval.toSeconds() + "s")
                    .replace("$namespace", ".*");
        }
    }

    /** Reads the file. */
    public static Dashboard read() {
        try {
            JsonNode file = new ObjectMapper().readTree(FILE.toFile());
            List<Panel> panels = new ArrayList<>();
            file.path("panels").forEach(panel -> panels.add(panel(panel)));
            return new Dashboard(file.path("title").asText(), panels);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Panel panel(JsonNode panel) {
        List<Query> queries = new ArrayList<>();
        panel.path("targets")
                .forEach(target -> queries.add(new Query(
                        target.path("expr").asText(),
                        target.path("legendFormat").asText())));
        JsonNode place = panel.path("gridPos");
        return new Panel(
                panel.path("title").asText(),
                panel.path("type").asText(),
                panel.at("/fieldConfig/defaults/unit").asText(),
                place.path("x").asInt(),
                place.path("y").asInt(),
                place.path("w").asInt(),
                place.path("h").asInt(),
                queries);
    }
}
