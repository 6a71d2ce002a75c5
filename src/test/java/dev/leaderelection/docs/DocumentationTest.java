package dev.leaderelection.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the documentation shows can be read by the machine that it is shown for. */
class DocumentationTest {

    /** Commands that are not kubectl's, and what runs them instead of the documentation's own tests. */
    private static final Map<String, String> RUN_ELSEWHERE = Map.of(
            "mvn", "by the build that runs this test",
            "examples/demo.sh", "by DemoIT",
            "src/test/bench/failover.sh", "by whoever wants to know; a measurement is no test",
            "src/test/soak/run.sh", "by whoever wants to know; half an hour is no test",
            "src/test/chaos/run.sh", "its short version by ChaosIT",
            "src/test/nodes/run.sh", "the same by RealNodesIT",
            "java", "by every integration test of the operator");

    /** A path, if any, and the part of the page, if any; not what leads out of the project. */
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#\\s]*)(?:#([^)\\s]*))?\\)");

    static List<Markdown> pages() {
        return Markdown.all();
    }

    @Test
    void thereAreBlocksAndCommands() {
        assertThat(pages()).anySatisfy(page -> assertThat(page.blocks("yaml")).isNotEmpty());
        assertThat(pages())
                .anySatisfy(page -> assertThat(ConsoleCommand.of(page)).isNotEmpty());
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyYamlBlockIsWholeObjects(Markdown page) {
        for (Markdown.Block block : page.blocks("yaml")) {
            assertThat(YamlDocuments.parse(block.text()))
                    .as("%s:%d", page.file(), block.line())
                    .isNotEmpty()
                    .allSatisfy(object ->
                            assertThat(object.path("apiVersion").asText()).isNotEmpty())
                    .allSatisfy(DocumentationTest::isReadStrictly);
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyCommandIsRunSomewhere(Markdown page) {
        assertThat(ConsoleCommand.of(page)).allSatisfy(command -> {
            if (!command.isKubectl() && !command.isHelm()) {
                assertThat(RUN_ELSEWHERE).containsKey(command.words().get(0));
            }
        });
    }

    @Test
    void everyRightOfTheOperatorIsNamedInTheSecurityModel() throws IOException {
        String page = Files.readString(Path.of("src", "site", "markdown", "security.md"));

        assertThat(YamlDocuments.read(Path.of("deploy", "rbac.yaml")).get(0).path("rules"))
                .isNotEmpty()
                .allSatisfy(rule -> assertThat(page)
                        .containsPattern("(?m)^\\| `" + rule.at("/resources/0").asText() + "` \\| "
                                + StreamSupport.stream(rule.path("verbs").spliterator(), false)
                                        .map(JsonNode::asText)
                                        .collect(Collectors.joining(", "))
                                + " \\|"));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyBlockSaysWhatItIs(Markdown page) {
        assertThat(page.blocks())
                .allSatisfy(block -> assertThat(block.language()).isIn("yaml", "console", "sql", "java", "text"));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyLinkWithinTheProjectLeadsSomewhere(Markdown page) throws IOException {
        Matcher link = LINK.matcher(Files.readString(page.file()));
        while (link.find()) {
            Path target = link.group(1).isEmpty() ? page.file() : page.file().resolveSibling(link.group(1));
            assertThat(target).as("%s: %s", page.file(), link.group()).exists();
            if (link.group(2) != null) {
                assertThat(anchors(target))
                        .as("%s: %s", page.file(), link.group())
                        .contains(link.group(2));
            }
        }
    }

    /** What the headings of a page are linked by, as Git hosts render it. */
    private static List<String> anchors(Path page) throws IOException {
        return Files.readAllLines(page).stream()
                .filter(line -> line.matches("#+ .*"))
                .map(line -> line.replaceFirst("#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .toList();
    }

    private static void isReadStrictly(ObjectNode object) {
        if (YamlDocuments.kind(object).equals("LeaderElection")) {
            assertThat(YamlDocuments.election(object).selector().matchLabels()).isNotNull();
        }
    }
}
