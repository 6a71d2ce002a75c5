package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.leaderelection.monitoring.Dashboard;
import dev.leaderelection.monitoring.Prometheus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the operator tells of itself: at its endpoint, and in its log. */
class MetricsIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Path PAGE = Path.of("src", "site", "markdown", "metrics.md");

    private static final Path CASES = Path.of("src", "test", "resources", "monitoring", "alerts-test.yaml");

    private static Prometheus prometheus;

    private final Stage stage = Stage.shared();

    @BeforeAll
    static void tellsOfSingleElectionsAndInJson() {
        Stage stage = Stage.shared();
        stage.restartOperator(Map.of("LEADER_ELECTION_METRICS_PER_ELECTION", "2", "LEADER_ELECTION_LOG_JSON", "true"));
        prometheus = Prometheus.scraping(
                Map.of("operator-0", stage.operator().url()),
                stage.controlPlane().directory());
    }

    @AfterAll
    static void asBefore() {
        prometheus.close();
        Stage.shared().restartOperator();
    }

    private String scrape() {
        return stage.operator().get("/q/metrics");
    }

    /** The value of the one series that a query brings. */
    private static double value(String query) {
        assertThat(prometheus.ask(query)).as(query).hasSize(1);
        return prometheus.ask(query).get(0).samples().get(0).value();
    }

    private static void electAndFailOver(Scene scene) {
        scene.podsReadyInTurn("orders-a", "orders-b");
        scene.elect("orders", Scene.FAST);
        scene.awaitReadyElection("orders");
        scene.ready("orders-a", false);
        scene.awaitTransition("orders", "orders-a", "orders-b", "LeaderNotReady");
        scene.awaitRenewals("orders", 2);
    }

    private static void failBack(Scene scene) {
        scene.ready("orders-a", true);
        scene.ready("orders-b", false);
        scene.awaitTransition("orders", "orders-b", "orders-a", "LeaderNotReady");
    }

    @Test
    void whatHappensIsCounted() {
        try (Scene scene = stage.scene()) {
            scene.elect("bills", Scene.FAST + "routing: {label: {key: example.com/bills}}\nmode: Observe");
            electAndFailOver(scene);

            String labels = "{reason=\"LeaderNotReady\", strategy=\"Lease\"}";
            await().atMost(Scene.PATIENCE).untilAsserted(() -> {
                double failovers = value("leader_election_failover_seconds_count" + labels);
                assertThat(failovers).isPositive();
                assertThat(value("leader_election_transitions_total" + labels)).isEqualTo(failovers);
                assertThat(value("leader_election_failover_seconds_sum" + labels))
                        .isBetween(0.0001, 60 * failovers);
                assertThat(value("leader_election_renewal_lag_seconds_count")).isPositive();
                assertThat(value("leader_election_acting")).isEqualTo(1);
                assertThat(value("leader_election_lease_age_ratio")).isBetween(0.0, 1.0);
                assertThat(
                                value(
                                        "leader_election_elections{condition=\"Paused\", status=\"True\", reason=\"Observing\"}"))
                        .isPositive();
            });
        }
    }

    @Test
    void everyPanelOfTheDashboardHasData() {
        try (Scene scene = stage.scene()) {
            scene.elect("bills", Scene.FAST + "routing: {label: {key: example.com/bills}}\nmode: Observe");
            scene.electOver("{app: nobody}", "vacancy", Scene.FAST + "routing: {label: {key: example.com/vacancy}}");
            electAndFailOver(scene);
            // A rate needs a series that grows while it is watched.
            failBack(scene);

            assertThat(Dashboard.read().panels())
                    .hasSizeGreaterThan(10)
                    .allSatisfy(panel -> assertThat(panel.queries())
                            .isNotEmpty()
                            .allSatisfy(query -> await(panel.title() + ": " + query.text())
                                    .atMost(Scene.PATIENCE)
                                    .untilAsserted(() -> assertThat(prometheus.ask(query.over(Duration.ofMinutes(1))))
                                            .isNotEmpty()
                                            .allSatisfy(MetricsIT::isNumber))));
        }
    }

    private static void isNumber(Prometheus.Series series) {
        assertThat(series.samples()).extracting(Prometheus.Sample::value).noneMatch(value -> value.isNaN());
    }

    /** With other values of their labels, and of the conditions another one. */
    @Test
    void theCasesOfTheAlertsAreOfSeriesThatTheOperatorTells() throws IOException {
        try (Scene scene = stage.scene()) {
            scene.elect("orders", Scene.FAST);
            scene.awaitCondition("orders", "LeaderElected", "False", "NoCandidate");

            assertThat(ofTheCases())
                    .isNotEmpty()
                    .allSatisfy(series -> await(series)
                            .atMost(Scene.PATIENCE)
                            .untilAsserted(
                                    () -> assertThat(prometheus.ask(series)).isNotEmpty()));
        }
    }

    private static Set<String> ofTheCases() throws IOException {
        return Pattern.compile("series: '(leader_election_[^']+)'")
                .matcher(Files.readString(CASES))
                .results()
                .map(series -> series.group(1).replaceAll("=\"[^\"]*\"", "!=\"\""))
                .collect(Collectors.toSet());
    }

    @Test
    void everyMetricIsDocumentedAndNoOther() throws IOException {
        try (Scene scene = stage.scene()) {
            scene.electOver("{app: bills}", "bills", Scene.FAST + "routing: {label: {key: example.com/bills}}");
            scene.awaitCondition("bills", "LeaderElected", "False", "NoCandidate");
            electAndFailOver(scene);

            assertThat(names(scrape(), "(?m)^(leader_election_[a-z_]+?)(_bucket|_count|_sum|_max)?[ {]"))
                    .isEqualTo(names(Files.readString(PAGE), "(?m)^\\| `(leader_election_[a-z_]+)` ()"));
        }
    }

    @Test
    void queriesOfThePageSayThatEveryReplicaIsReadAndOneActs() throws IOException {
        List<String> queries = Pattern.compile("(?ms)^```text$(.*?)^```$")
                .matcher(Files.readString(PAGE))
                .results()
                .map(block -> block.group(1).strip())
                .filter(block -> block.startsWith("up{"))
                .findFirst()
                .orElseThrow()
                // As the Prometheus Operator names what a PodMonitor finds.
                .replace("leader-election-system/leader-election-operator", "operator")
                .lines()
                .toList();

        assertThat(queries)
                .hasSize(2)
                .allSatisfy(query -> await(query)
                        .atMost(Scene.PATIENCE)
                        .untilAsserted(() -> assertThat(value(query)).isEqualTo(1)));
    }

    private static Set<String> names(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(name -> name.group(1))
                .collect(Collectors.toSet());
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

            assertThat(scrape().lines())
                    .filteredOn(line -> line.startsWith("leader_election_election_led{"))
                    .hasSize(2);
        }
    }

    @Test
    void failoverIsTheThreeObjectsThatTheDocumentationShowsAndASteadyStateIsSilent() throws IOException {
        try (Scene scene = stage.scene()) {
            electAndFailOver(scene);
            String before = stage.operator().log();

            scene.awaitRenewals("orders", 4);

            assertThat(stage.operator().log()).isEqualTo(before);
            assertThat(objects(LogPage.written(before, scene.namespace(), 3))).isEqualTo(objects(LogPage.shown("{")));
            assertThat(before.lines())
                    // The JVM's own words, about its options and its archive.
                    .filteredOn(line -> !line.startsWith("Picked up ") && !line.contains("VM warning"))
                    .allSatisfy(
                            line -> assertThat(JSON.readTree(line).isObject()).isTrue());
        }
    }

    private static List<JsonNode> objects(List<String> lines) throws IOException {
        List<JsonNode> objects = new ArrayList<>();
        for (String line : lines) {
            objects.add(JSON.readTree(line));
        }
        return objects;
    }
}
