package dev.leaderelection.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leaderelection.api.LeaderElectionSpec;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The parts of an example fit together: a selector that misses, or a Service without the label, fails silently in a cluster. */
class ExamplesTest {

    static List<ExampleFolder> examples() {
        return ExampleFolder.all();
    }

    @Test
    void thereAreFour() {
        assertThat(examples()).hasSizeGreaterThanOrEqualTo(4);
    }

    @ParameterizedTest
    @MethodSource("examples")
    void tellsWhatOneSees(ExampleFolder example) {
        assertThat(example.readme()).isNotEmptyFile();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void electionSelectsThePodsOfTheWorkload(ExampleFolder example) {
        LeaderElectionSpec election = election(example);

        assertThat(podLabels(example)).isNotEmpty().allSatisfy(labels -> {
            assertThat(election.selector().matches(labels)).isTrue();
            assertThat(labels).doesNotContainKey(election.routing().label().key());
        });
    }

    @ParameterizedTest
    @MethodSource("examples")
    void oneServiceHasTheLeaderAndOnlyTheLeaderBehindIt(ExampleFolder example) {
        LeaderElectionSpec.Label label = election(example).routing().label();

        List<Map<String, String>> selectors = example.objects("Service").stream()
                .map(service -> strings(service.at("/spec/selector")))
                .filter(selector -> selector.containsKey(label.key()))
                .toList();

        assertThat(selectors).singleElement().satisfies(selector -> {
            assertThat(selector).containsEntry(label.key(), label.leaderValue());
            assertThat(podLabels(example))
                    .allSatisfy(labels -> assertThat(withLabel(labels, label)).containsAllEntriesOf(selector));
        });
    }

    @ParameterizedTest
    @MethodSource("examples")
    void termReachesThePodUnderTheAnnotationThatTheOperatorSets(ExampleFolder example) {
        String annotation = election(example).routing().label().key() + ".term";

        List<String> fields = example.workloads().stream()
                .flatMap(workload -> workload.findValuesAsText("fieldPath").stream())
                .toList();

        assertThat(fields).allMatch(("metadata.annotations['" + annotation + "']")::equals);
    }

    private static LeaderElectionSpec election(ExampleFolder example) {
        List<ObjectNode> elections = example.objects("LeaderElection");
        assertThat(elections).hasSize(1);
        return YamlDocuments.election(elections.get(0));
    }

    private static List<Map<String, String>> podLabels(ExampleFolder example) {
        return example.workloads().stream()
                .map(workload -> strings(workload.at("/spec/template/metadata/labels")))
                .toList();
    }

    private static Map<String, String> withLabel(Map<String, String> labels, LeaderElectionSpec.Label label) {
        return Stream.concat(labels.entrySet().stream(), Stream.of(Map.entry(label.key(), label.leaderValue())))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static Map<String, String> strings(JsonNode object) {
        return object.properties().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().asText()));
    }
}
