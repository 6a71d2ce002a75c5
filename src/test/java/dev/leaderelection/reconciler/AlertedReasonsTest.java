package dev.leaderelection.reconciler;

import static dev.leaderelection.election.PodFixture.healthy;
import static dev.leaderelection.election.PodFixture.id;
import static dev.leaderelection.election.PodFixture.leading;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.leaderelection.election.Observation.Obstacle;
import dev.leaderelection.election.World;
import dev.leaderelection.kubernetes.Answer.Cause;
import dev.leaderelection.monitoring.Dashboard;
import io.fabric8.kubernetes.api.model.Condition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The conditions and reasons by which alerts and dashboard tell elections apart, against those that elections can have. */
class AlertedReasonsTest {

    private static final Path RULES = Path.of("deploy", "monitoring", "rules.yaml");
    private static final String BY_CONDITION = "leader_election_elections";
    private static final String BY_VACANCY = "leader_election_leaderless_longest_seconds";

    private static final Pattern SELECTOR = Pattern.compile("(" + BY_CONDITION + "|" + BY_VACANCY + ")\\s*\\{([^}]*)}");
    private static final Pattern MATCHER = Pattern.compile("(\\w+)\\s*(=~|!~|!=|=)\\s*\"([^\"]*)\"");

    private static final List<Standing> STANDINGS = new ArrayList<>();

    private static final List<Selector> OF_ALERTS = new ArrayList<>();

    /** One way in which an election can stand. */
    private record Standing(String name, Vitals.Found found) {

        /** The labels of the series of a metric in which it is counted. */
        Set<Map<String, String>> series(String metric) {
            if (metric.equals(BY_CONDITION)) {
                return found.status().conditions().stream()
                        .map(AlertedReasonsTest::labels)
                        .collect(Collectors.toSet());
            }
            return found.isLeaderless() ? Set.of(Map.of("reason", found.reason())) : Set.of();
        }

        boolean isIn(List<Selector> selectors) {
            return selectors.stream()
                    .anyMatch(selector -> series(selector.metric()).stream().anyMatch(selector::matches));
        }
    }

    /** What is asked for in braces, but for the installation. */
    private record Selector(String metric, List<Matcher> matchers) {

        static Stream<Selector> in(String query) {
            return SELECTOR.matcher(query)
                    .results()
                    .map(found -> new Selector(
                            found.group(1),
                            MATCHER.matcher(found.group(2))
                                    .results()
                                    .map(Matcher::of)
                                    .filter(matcher -> !matcher.label().equals("namespace"))
                                    .toList()));
        }

        boolean matches(Map<String, String> series) {
            return matchers.stream().allMatch(matcher -> matcher.matches(series));
        }
    }

    private record Matcher(String label, boolean wanted, List<String> values) {

        static Matcher of(MatchResult found) {
            return new Matcher(
                    found.group(1),
                    found.group(2).startsWith("="),
                    List.of(found.group(3).split("\\|")));
        }

        boolean matches(Map<String, String> series) {
            return values.contains(series.get(label)) == wanted;
        }
    }

    @BeforeAll
    static void collect() throws IOException {
        FindingTest.situations()
                .forEach(arguments -> note((String) arguments.get()[0], Reports.of((World)
                        arguments.get()[1])));
        for (Obstacle.Kind kind : Obstacle.Kind.values()) {
            note(kind.name(), Reports.of(World.of(healthy("a")).obstacle(kind)));
        }
        for (Cause cause : List.of(Cause.DENIED, Cause.UNAVAILABLE)) {
            note(cause + " without a leader", Reports.refused(Reports.of(World.of(healthy("a"))), cause, "no"));
            note(
                    cause + " under a leader",
                    Reports.refused(Reports.of(World.of(leading("a", 1)).claimedBy(id("a"), 1)), cause, "no"));
        }
        JsonNode groups = new YAMLMapper().readTree(RULES.toFile()).at("/spec/groups");
        for (JsonNode group : groups) {
            for (JsonNode rule : group.path("rules")) {
                Selector.in(rule.path("expr").asText()).forEach(OF_ALERTS::add);
            }
        }
    }

    private static void note(String name, Report report) {
        STANDINGS.add(new Standing(name, ElectionSummaryTest.found(report, Duration.ZERO)));
    }

    private static Map<String, String> labels(Condition condition) {
        return Map.of(
                "condition", condition.getType(),
                "status", condition.getStatus(),
                "reason", condition.getReason());
    }

    private static Stream<Selector> ofTheDashboard() {
        return Dashboard.read().panels().stream()
                .flatMap(panel -> panel.queries().stream())
                .flatMap(query -> Selector.in(query.text()));
    }

    private static boolean exists(String metric, Map<String, String> wanted) {
        return STANDINGS.stream()
                .flatMap(standing -> standing.series(metric).stream())
                .anyMatch(series -> series.entrySet().containsAll(wanted.entrySet()));
    }

    /** A value that is excluded decides as much as one that is wanted: each must occur with the others that are wanted. */
    @Test
    void everyValueThatDecidesIsOneThatElectionsHave() {
        List<Selector> all = Stream.concat(OF_ALERTS.stream(), ofTheDashboard()).toList();

        assertThat(OF_ALERTS).hasSizeGreaterThan(4);
        assertThat(ofTheDashboard()).hasSizeGreaterThan(4);
        assertThat(all).allSatisfy(selector -> {
            Map<String, String> fixed = selector.matchers().stream()
                    .filter(matcher -> matcher.wanted() && matcher.values().size() == 1)
                    .collect(Collectors.toMap(
                            Matcher::label, matcher -> matcher.values().get(0)));
            assertThat(exists(selector.metric(), fixed)).as("%s", fixed).isTrue();
            for (Matcher matcher : selector.matchers()) {
                assertThat(matcher.values()).doesNotHaveDuplicates().allSatisfy(value -> {
                    Map<String, String> labels = new LinkedHashMap<>(fixed);
                    labels.put(matcher.label(), value);
                    assertThat(exists(selector.metric(), labels))
                            .as("%s of %s", labels, selector.metric())
                            .isTrue();
                });
            }
        });
    }

    @Test
    void somebodyIsCalledForEveryElectionThatIsNotReadyUnlessItIsMeantToBeSo() {
        List<Selector> notReady = Selector.in(
                        BY_CONDITION + "{condition=\"Ready\", status=\"False\", reason!~\"Observing|Paused\"}")
                .toList();

        assertThat(STANDINGS)
                .allSatisfy(standing ->
                        assertThat(standing.isIn(OF_ALERTS)).as(standing.name()).isEqualTo(standing.isIn(notReady)));
    }

    @Test
    void thePanelOfTheLeaderlessCountsThoseThatNobodyLeads() {
        List<Selector> panel = Dashboard.read().panels().stream()
                .filter(any -> any.title().equals("Leaderless"))
                .flatMap(any -> any.queries().stream())
                .flatMap(query -> Selector.in(query.text()))
                .toList();

        assertThat(STANDINGS)
                .filteredOn(standing -> standing.found().isLeaderless())
                .hasSizeGreaterThan(5);
        assertThat(STANDINGS)
                .allSatisfy(standing -> assertThat(standing.isIn(panel))
                        .as(standing.name())
                        .isEqualTo(standing.found().isLeaderless()));
    }

    @Test
    void ofThoseThatNobodyLeadsThatHaveALeaderInNameOnlyAnAlertOfTheirOwnTells() {
        List<Matcher> byVacancy = OF_ALERTS.stream()
                .filter(selector -> selector.metric().equals(BY_VACANCY))
                .flatMap(selector -> selector.matchers().stream())
                .toList();

        assertThat(byVacancy)
                .filteredOn(Matcher::wanted)
                .singleElement()
                .satisfies(matcher -> assertThat(matcher.values()).containsExactly(Finding.NO_CANDIDATE));
        assertThat(byVacancy)
                .filteredOn(matcher -> !matcher.wanted())
                .singleElement()
                .satisfies(matcher -> assertThat(matcher.values())
                        .contains(Finding.NO_CANDIDATE)
                        .containsAll(Finding.IDLE)
                        .hasSize(Finding.IDLE.size() + 1));
    }

    @Test
    void everyAlertIsDocumentedAndNoOther() throws IOException {
        Set<String> alerts = new YAMLMapper()
                .readTree(RULES.toFile()).at("/spec/groups").findValuesAsText("alert").stream()
                        .collect(Collectors.toSet());
        Set<String> documented = Pattern.compile("(?m)^\\| `(LeaderElection[A-Za-z]+)` ")
                .matcher(Files.readString(Path.of("src", "site", "markdown", "metrics.md")))
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toSet());

        assertThat(documented).isEqualTo(alerts);
    }
}
