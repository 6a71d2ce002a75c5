package dev.leaderelection.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Prometheus makes of the rules and the dashboard's queries. */
class AlertRulesIT {

    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Path CASES = Path.of("src", "test", "resources", "monitoring", "alerts-test.yaml");

    @TempDir
    private static Path folder;

    private static Promtool promtool;

    @BeforeAll
    static void writeRulesAsPrometheusReadsThem() throws IOException {
        promtool = Promtool.locate();
        YAML.writeValue(
                folder.resolve("rules.yaml").toFile(), Query.read("rules.yaml").path("spec"));
    }

    @Test
    void rulesAreWellFormed() throws IOException {
        assertThat(promtool.run("check", "rules", folder.resolve("rules.yaml").toString()))
                .contains(Query.alerts().size() + " rules found");
    }

    @Test
    void alertsFireWhenTheyShouldAndNotBefore() throws IOException {
        Path cases = Files.copy(CASES, folder.resolve("alerts-test.yaml"));

        assertThat(promtool.run("test", "rules", cases.toString())).contains("SUCCESS");
    }

    @Test
    void everyAlertFiresInSomeCase() throws IOException {
        String cases = Files.readString(CASES);

        assertThat(Query.alerts())
                .allSatisfy(alert ->
                        assertThat(cases).contains("alertname=\"" + alert.where() + "\", alertstate=\"firing\""));
    }

    /** As rules that record them, which is how a query is checked without a server. */
    @Test
    void panelsAskWhatPrometheusUnderstands() throws IOException {
        ObjectNode file = YAML.createObjectNode();
        ArrayNode rules =
                file.putArray("groups").addObject().put("name", "panels").putArray("rules");
        int number = 0;
        for (Query panel : Query.panels()) {
            rules.addObject().put("record", "panel_" + number++).put("expr", panel.filledIn());
        }
        Path panels = folder.resolve("panels.yaml");
        YAML.writeValue(panels.toFile(), file);

        assertThat(promtool.run("check", "rules", panels.toString())).contains(number + " rules found");
    }
}
