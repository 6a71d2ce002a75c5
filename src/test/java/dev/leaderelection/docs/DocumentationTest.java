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
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the documentation shows can be read by the machine that it is shown for. */
class DocumentationTest {

    /** What runs a command: a file of the project, and the text in it that does. */
    private record Runner(String file, String text) {}

    private static final Runner BUILD = new Runner(".ci/run", "\nmvn -B -ntp verify\n");

    /** Commands that are not kubectl's or Helm's, whole, and what runs them. A build that verifies tests and packages on its way. */
    private static final Map<String, Runner> RUN_ELSEWHERE = Map.of(
            "mvn verify",
            BUILD,
            "mvn test",
            BUILD,
            "mvn -q package -DskipTests",
            BUILD,
            "mvn -Pimage,local-base package -DskipTests",
            new Runner(".ci/run", "mvn -B -ntp -Pimage,local-base,nodes verify\n"),
            "examples/demo.sh",
            new Runner(".ci/run", "\nexamples/demo.sh\n"),
            "java -jar target/quarkus-app/quarkus-run.jar",
            new Runner("src/test/java/dev/leaderelection/cluster/OperatorProcess.java", "\"quarkus-run.jar\""));

    /** Those that nothing runs, and why; README.md says that there are such. */
    private static final Map<String, String> NOT_RUN = Map.ofEntries(
            Map.entry("mvn -Pimage package -DskipTests", "its base image comes from a registry"),
            Map.entry(
                    "mvn -Pmutation process-test-classes",
                    "every unit test hundreds of times: minutes, for what changes with the decisions alone"),
            Map.entry(
                    "mvn verify -Dit.test=LeaderElectionFixturesIT",
                    "a build within the build, of nothing but what it tests anyhow"),
            Map.entry("mvn spotless:apply", "writes the sources; the build wants it to have nothing to do"),
            Map.entry(
                    "mvn test -Dtest=CrdDriftTest -Dcrds.write=true",
                    "writes crds/; the build wants it to have nothing to do"),
            Map.entry("src/test/bench/failover.sh", "a measurement of a quarter of an hour"),
            Map.entry(
                    "src/test/bench/failover.sh --image --only memory --elections 1,100,1000",
                    "a measurement of minutes"),
            Map.entry("src/test/soak/run.sh", "a measurement of half an hour"),
            Map.entry(
                    "src/test/soak/run.sh --minutes 5 --elections 20 --picture src/site/resources/images/dashboard.svg",
                    "writes a picture that is kept"),
            Map.entry("src/test/chaos/run.sh", "five hundred failovers; ChaosIT is its short version"),
            Map.entry("src/test/nodes/run.sh", "needs root; RealNodesIT plays its stories where it may"),
            Map.entry("src/test/simulation/run.sh", "a million schedules; SimulationTest is its short version"),
            Map.entry(
                    "src/test/simulation/run.sh --without GUARD",
                    "one of many; SimulationGuardsTest takes each guard away"));

    private static final Runner COMMANDS_OF_THE_MANUAL = new Runner(
            "src/test/java/dev/leaderelection/story/ChartIT.java",
            "linesOf(INSTALL, \" | kubectl patch \").forEach(ChartIT::shell)");

    private static final Runner STEP_BACK = new Runner(
            "src/test/java/dev/leaderelection/story/ChartIT.java",
            "linesOf(UPGRADE, \"rollout undo\").forEach(ChartIT::shell)");

    private static final Runner UNINSTALLATIONS =
            new Runner("src/test/java/dev/leaderelection/policy/InstallationsIT.java", "uninstallByThePage(");

    /** Commands in blocks whose commands nothing reads, and what runs them. */
    private static final Map<String, Runner> RUN_THOUGH_TEXT = Map.ofEntries(
            Map.entry(
                    "kubectl delete validatingadmissionpolicybindings,validatingadmissionpolicies --ignore-not-found leader-election-operator leader-election-routing leader-election-selector leader-election-template",
                    COMMANDS_OF_THE_MANUAL),
            Map.entry(
                    "kubectl get leaderelections -A -o yaml | kubectl patch -f - --type=merge -p '{\"metadata\":{\"finalizers\":null}}'",
                    COMMANDS_OF_THE_MANUAL),
            Map.entry(
                    "kubectl label pods -A -l leaderelection.dev/role leaderelection.dev/role-",
                    COMMANDS_OF_THE_MANUAL),
            Map.entry(
                    "kubectl annotate pods -A --all leaderelection.dev/role.term- leaderelection.dev/role.fence-",
                    COMMANDS_OF_THE_MANUAL),
            Map.entry("kubectl rollout undo deployment/leader-election-operator -n leader-election-system", STEP_BACK),
            Map.entry(
                    "kubectl rollout status deployment/leader-election-operator -n leader-election-system --timeout=120s",
                    STEP_BACK),
            Map.entry(
                    "helm rollback leader-election-operator --namespace leader-election-system",
                    new Runner(
                            "src/test/java/dev/leaderelection/story/ChartIT.java",
                            "linesOf(UPGRADE, \"helm rollback\")")),
            Map.entry("kubectl delete leaderelections --all -n shop", UNINSTALLATIONS),
            Map.entry("kubectl delete -k shop/", UNINSTALLATIONS),
            Map.entry("kubectl delete leaderelections --all -n blue-shop", UNINSTALLATIONS),
            Map.entry("kubectl delete -k blue/", UNINSTALLATIONS),
            Map.entry(
                    "helm upgrade leader-election-operator deploy/helm/leader-election-operator --namespace leader-election-system --reset-then-reuse-values --set image.tag=0.1.0",
                    new Runner(
                            "src/test/java/dev/leaderelection/story/ChartIT.java",
                            "HELM.run(helmCommandOf(\"upgrade.md\"))")),
            Map.entry(
                    "helm upgrade leader-election-operator deploy/helm/leader-election-operator --namespace leader-election-system --reset-then-reuse-values --set resources.limits.memory=1Gi --set 'jvmFlags=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError -Xmx768m'",
                    new Runner(
                            "src/test/java/dev/leaderelection/story/ChartIT.java",
                            "HELM.run(helmCommandOf(\"sizing.md\"))")),
            Map.entry(
                    "$ kubectl label pod orders-1 leaderelection.dev/role=leader",
                    new Runner(
                            "src/test/java/dev/leaderelection/policy/RoutingPolicyIT.java",
                            "create a LeadershipTransfer")),
            Map.entry(
                    "$ kubectl election watch sequence",
                    new Runner(
                            "src/test/java/dev/leaderelection/story/KubectlElectionIT.java",
                            "\"election\", \"watch\", \"orders\"")));

    /** What a line of text begins with that is there to be typed. */
    private static final Pattern COMMAND = Pattern.compile(
            "\\s*(?:[$#] .*|(?:(?:kubectl|helm|kustomize|mvn|java|docker|podman|skopeo|ctr"
                    + "|curl|wget|git|go|sh|bash|sudo|apt-get|export|etcdctl|src/test/\\S+|examples/\\S+|\\./\\S+) .*))");

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

    @Test
    void everyCommandIsRunSomewhereOrHasAReasonNotToBe() {
        Set<String> shown = pages().stream()
                .flatMap(page -> ConsoleCommand.of(page).stream())
                .filter(command -> !command.isKubectl() && !command.isHelm())
                .map(command -> String.join(" ", command.words()))
                .collect(Collectors.toSet());

        assertThat(shown)
                .as("whole commands: what runs one need not run another that begins alike")
                .isEqualTo(union(RUN_ELSEWHERE.keySet(), NOT_RUN.keySet()));
    }

    @Test
    void everyCommandThatStandsInTextIsRunSomewhere() {
        assertThat(pages().stream()
                        .flatMap(page -> page.blocks("text").stream())
                        .flatMap(block -> block.text().lines())
                        .filter(line -> COMMAND.matcher(line).matches()))
                .containsExactlyInAnyOrderElementsOf(RUN_THOUGH_TEXT.keySet());
    }

    @Test
    void whatIsSaidToRunACommandDoes() {
        assertThat(Stream.of(RUN_ELSEWHERE, RUN_THOUGH_TEXT).flatMap(runners -> runners.entrySet().stream()))
                .allSatisfy(entry -> assertThat(Path.of(entry.getValue().file()))
                        .content()
                        .contains(entry.getValue().text()));
    }

    /** It picks one of several replicas, and the one that stands by has nothing to say. */
    @ParameterizedTest
    @MethodSource("pages")
    void logsAreThoseOfAllReplicas(Markdown page) throws IOException {
        assertThat(Files.readString(page.file())).doesNotContainPattern("kubectl logs [^`\\n]*deploy(ment)?/");
    }

    private static Set<String> union(Set<String> some, Set<String> others) {
        return Stream.concat(some.stream(), others.stream()).collect(Collectors.toSet());
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
