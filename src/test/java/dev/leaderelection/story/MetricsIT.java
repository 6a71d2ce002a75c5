package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.leaderelection.monitoring.Exposition;
import dev.leaderelection.monitoring.Query;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the operator tells of itself: at its endpoint, and in its log. */
class MetricsIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Path PAGE = Path.of("src", "site", "markdown", "metrics.md");

    /** What Prometheus adds to every series of a scraped pod. */
    private static final Set<String> TARGET = Set.of("namespace", "pod");

    private final Stage stage = Stage.shared();

    @BeforeAll
    static void tellsOfSingleElectionsAndInJson() {
        Stage.shared()
                .restartOperator(
                        Map.of("LEADER_ELECTION_METRICS_PER_ELECTION", "2", "LEADER_ELECTION_LOG_JSON", "true"));
    }

    @AfterAll
    static void asBefore() {
        Stage.shared().restartOperator();
    }

    private Exposition scrape() {
        return new Exposition(stage.operator().get("/q/metrics"));
    }

    private static void electAndFailOver(Scene scene) {
        scene.podsReadyInTurn("orders-a", "orders-b");
        scene.elect("orders", Scene.FAST);
        scene.awaitReadyElection("orders");
        scene.ready("orders-a", false);
        scene.awaitTransition("orders", "orders-a", "orders-b", "LeaderNotReady");
        scene.awaitRenewals("orders", 2);
    }

    @Test
    void whatHappensIsCountedAndWhatIsAskedForIsThere() {
        try (Scene scene = stage.scene()) {
            scene.elect("bills", Scene.FAST + "routing: {label: {key: example.com/bills}}\nmode: Observe");
            electAndFailOver(scene);

            Exposition told = scrape();

            String labels = "{reason=\"LeaderNotReady\",strategy=\"Lease\",}";
            assertThat(told.value("leader_election_transitions_total" + labels).orElseThrow())
                    .isPositive();
            assertThat(told.value("leader_election_failover_seconds_count" + labels))
                    .isEqualTo(told.value("leader_election_transitions_total" + labels));
            assertThat(told.value("leader_election_failover_seconds_sum" + labels)
                            .orElseThrow())
                    .isBetween(0.0001, 60.0);
            assertThat(told.value("leader_election_renewal_lag_seconds_count").orElseThrow())
                    .isPositive();
            assertThat(told.value("leader_election_acting")).hasValue(1.0);
            assertThat(told.value(
                                    "leader_election_elections{condition=\"Paused\",status=\"True\",reason=\"Observing\",}")
                            .orElseThrow())
                    .isPositive();
            assertThat(told.value("leader_election_lease_age_ratio").orElseThrow())
                    .isBetween(0.0, 1.0);
            assertAnswers(told, Query.alerts());
            assertAnswers(told, Query.panels());
            assertThat(names(told.text(), "(?m)^(leader_election_[a-z_]+?)(_bucket|_count|_sum|_max)?[ {]"))
                    .as("documented")
                    .isEqualTo(names(Files.readString(PAGE), "(?m)^\\| `(leader_election_[a-z_]+)` ()"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<String> names(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(name -> name.group(1))
                .collect(Collectors.toSet());
    }

    private static void assertAnswers(Exposition told, List<Query> queries) {
        Map<String, Set<String>> metrics = told.metrics();
        assertThat(queries).allSatisfy(query -> {
            assertThat(metrics.keySet()).as(query.toString()).containsAll(query.metrics());
            Set<String> labels = new HashSet<>(TARGET);
            query.metrics().forEach(metric -> labels.addAll(metrics.getOrDefault(metric, Set.of())));
            assertThat(labels).as(query.toString()).containsAll(query.labels());
        });
    }

    @Test
    void noMoreElectionsHaveSeriesOfTheirOwnThanIsAskedFor() {
        try (Scene scene = stage.scene()) {
            scene.readyPods("orders-a");
            scene.elect("orders", Scene.FAST);
            scene.elect("bills", Scene.FAST + "routing: {label: {key: example.com/bills}}");
            scene.elect("notes", Scene.FAST + "routing: {label: {key: example.com/notes}}");
            scene.awaitReadyElection("orders");
            scene.awaitReadyElection("bills");
            scene.awaitReadyElection("notes");

            assertThat(scrape().text().lines())
                    .filteredOn(line -> line.startsWith("leader_election_election_led{"))
                    .hasSize(2);
        }
    }

    @Test
    void aFailoverIsThreeLinesWithTheirFieldsAndASteadyStateIsSilent() {
        try (Scene scene = stage.scene()) {
            electAndFailOver(scene);
            List<JsonNode> lines = lines(scene.namespace());
            String before = stage.operator().log();

            scene.awaitRenewals("orders", 4);

            assertThat(stage.operator().log()).isEqualTo(before);
            assertThat(lines.subList(lines.size() - 3, lines.size()))
                    .extracting(line -> line.path("message").asText() + " "
                            + line.at("/mdc/pod").asText() + " "
                            + line.at("/mdc/term").asText() + " "
                            + line.at("/mdc/reason").asText())
                    .containsExactly(
                            "leader lost orders-a  LeaderNotReady",
                            "heir claimed orders-b 2 ",
                            "leader promoted orders-b 2 LeaderNotReady");
            assertThat(lines.get(lines.size() - 1).at("/mdc/milliseconds").asDouble())
                    .isPositive();
        }
    }

    /** What was logged of the elections of a namespace; every line is JSON. */
    private List<JsonNode> lines(String namespace) {
        await().atMost(Scene.PATIENCE).until(() -> stage.operator().log().endsWith("\n"));
        Stream<JsonNode> lines = stage.operator()
                .log()
                .lines()
                // The JVM's own words, about its options and its archive.
                .filter(line -> !line.startsWith("Picked up ") && !line.contains("VM warning"))
                .map(MetricsIT::parse);
        return lines.filter(line -> line.at("/mdc/namespace").asText().equals(namespace))
                .toList();
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError("no JSON: " + line, e);
        }
    }
}
