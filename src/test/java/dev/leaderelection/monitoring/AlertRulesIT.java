package dev.leaderelection.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.leaderelection.cluster.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Prometheus makes of the alert rules. */
class AlertRulesIT {

    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Path RULES = Path.of("deploy", "monitoring", "rules.yaml");
    private static final Path CASES = Path.of("src", "test", "resources", "monitoring", "alerts-test.yaml");

    @TempDir
    private static Path folder;

    private static final List<JsonNode> ALERTS = new ArrayList<>();

    @BeforeAll
    static void writeRulesAsPrometheusReadsThem() throws IOException {
        JsonNode spec = YAML.readTree(RULES.toFile()).path("spec");
        spec.path("groups").forEach(group -> group.path("rules").forEach(ALERTS::add));
        YAML.writeValue(folder.resolve("rules.yaml").toFile(), spec);
    }

    private static String promtool(String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(PrometheusPrograms.locate().promtool().toString()));
        command.addAll(List.of(arguments));
        return Command.run("promtool", Duration.ofMinutes(1), command);
    }

    @Test
    void rulesAreWellFormed() {
        assertThat(promtool("check", "rules", folder.resolve("rules.yaml").toString()))
                .contains(ALERTS.size() + " rules found");
    }

    @Test
    void alertsFireWhenTheyShouldAndNotBefore() throws IOException {
        Path cases = Files.copy(CASES, folder.resolve("alerts-test.yaml"));

        assertThat(promtool("test", "rules", cases.toString())).contains("SUCCESS");
    }

    @Test
    void everyAlertFiresInSomeCase() throws IOException {
        String cases = Files.readString(CASES);

        assertThat(ALERTS)
                .isNotEmpty()
                .allSatisfy(alert -> assertThat(cases)
                        .contains("alertname=\"" + alert.path("alert").asText() + "\", alertstate=\"firing\""));
    }

    @Test
    void everyAlertSaysWhatItMeansAndWhatToLookAt() {
        assertThat(ALERTS).allSatisfy(alert -> {
            assertThat(alert.at("/annotations/summary").asText()).isNotEmpty();
            assertThat(alert.at("/annotations/description").asText()).hasSizeGreaterThan(100);
            assertThat(alert.at("/labels/severity").asText()).isIn("warning", "critical");
        });
    }
}
