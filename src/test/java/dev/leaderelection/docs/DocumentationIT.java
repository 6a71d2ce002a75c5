package dev.leaderelection.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.FakeKubelet;
import dev.leaderelection.cluster.Helm;
import dev.leaderelection.cluster.Manifests;
import dev.leaderelection.cluster.OperatorProcess;
import dev.leaderelection.cluster.ReleaseJobs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every YAML block of the documentation is applied with strict validation, every command of kubectl and Helm is run, page by page in the
 * order in which it stands there, and prints what the page says as far as that does not depend on time or names: something, where it
 * shows something.
 *
 * <p>The control plane is its own, for the pages install and uninstall. Workload controllers are real, pods become ready, and the
 * packaged operator runs beside the commands, under the rights that {@code deploy/} gives it.
 */
class DocumentationIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Verbs whose output is the same each time. */
    private static final Set<String> SAYS_WHAT_IT_DID = Set.of("delete", "scale", "annotate", "patch", "wait");

    /** Commands of the plugin that only tell: what they tell of may take a moment to be so. */
    private static final Set<String> TELLS = Set.of("list", "status", "history", "explain");

    private static final String NOTHING = "No resources found";

    private static final ControlPlane CONTROL_PLANE =
            ControlPlane.builder().withIdentity(ReleaseJobs.IDENTITY).start();
    private static final FakeKubelet KUBELET = FakeKubelet.start(CONTROL_PLANE.admin(), 1);
    private static final ReleaseJobs JOBS = ReleaseJobs.play(CONTROL_PLANE, KUBELET);

    @BeforeAll
    static void nodesAreThere() {
        assertThat(KUBELET.nodes()).isNotEmpty();
    }

    /** What clusters with the Prometheus Operator have. */
    @BeforeAll
    static void monitoringKindsAreThere() {
        new Manifests(CONTROL_PLANE).apply(Path.of("src", "test", "resources", "monitoring", "crds"));
    }

    @AfterAll
    static void stop() {
        JOBS.close();
        KUBELET.close();
        CONTROL_PLANE.close();
    }

    /** Each page begins with an installed definition; one may end by uninstalling it. */
    @BeforeEach
    void installDefinition() {
        new Manifests(CONTROL_PLANE).applyCrds();
    }

    static List<Markdown> pages() {
        return Markdown.all();
    }

    static List<Markdown> pagesWithYaml() {
        return pages().stream().filter(page -> !page.blocks("yaml").isEmpty()).toList();
    }

    static List<Markdown> pagesWithCommands() {
        return pages().stream()
                .filter(page ->
                        ConsoleCommand.of(page).stream().anyMatch(command -> command.isKubectl() || command.isHelm()))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("pagesWithYaml")
    void everyYamlBlockIsAccepted(Markdown page) throws IOException {
        for (Markdown.Block block : page.blocks("yaml")) {
            List<ObjectNode> objects = YamlDocuments.parse(block.text());
            if (objects.stream().anyMatch(object -> YamlDocuments.kind(object).equals("Kustomization"))) {
                assertThat(rendered(block.text()))
                        .as("%s:%d", page.file(), block.line())
                        .contains("kind: Deployment");
            } else {
                String namespace = CONTROL_PLANE.createNamespace("page");
                Path file = Files.writeString(
                        Files.createTempFile(CONTROL_PLANE.directory(), "block", ".yaml"), block.text());
                CONTROL_PLANE.kubectl(
                        "apply",
                        "--server-side",
                        "--validate=strict",
                        "--namespace=" + namespace,
                        "-f",
                        file.toString());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("pagesWithCommands")
    void everyCommandDoesWhatThePageSays(Markdown page) {
        String namespace = CONTROL_PLANE.createNamespace("page");
        new Manifests(CONTROL_PLANE).applyRbac();
        try (RunningOperator operator = new RunningOperator()) {
            assertThat(operator.process().isReady()).isTrue();
            for (ConsoleCommand command : ConsoleCommand.of(page)) {
                if (command.failsAsShown()) {
                    assertThatThrownBy(() -> run(command, namespace))
                            .as(command.toString())
                            .hasMessageContaining(command.output().get(0));
                } else if (isReading(command)) {
                    await(command.toString())
                            .atMost(PATIENCE)
                            .ignoreExceptionsMatching(failure -> failure instanceof IllegalStateException)
                            .untilAsserted(() -> assertIsWhatIsShown(command, run(command, namespace)));
                } else if (command.isKubectl()) {
                    assertIsWhatIsShown(command, eventually(command, namespace));
                } else if (command.isHelm()) {
                    Helm.on(CONTROL_PLANE).run(command.arguments());
                }
            }
        }
    }

    /** The operator, for as long as there are elections that wait for it. */
    private record RunningOperator(OperatorProcess process) implements AutoCloseable {

        RunningOperator() {
            this(OperatorProcess.start(CONTROL_PLANE, Map.of("LEADER_ELECTION_REHEARSALS", "0"), Map.of()));
        }

        @Override
        public void close() {
            // A page may end by uninstalling the definition; then nothing is left to wait for.
            new Manifests(CONTROL_PLANE).applyCrds();
            CONTROL_PLANE.kubectl("delete", "leaderelections", "--all", "-A");
            process.close();
        }
    }

    /** What it prints once it succeeds: a pod that the page speaks of may take a moment to be there. */
    private static List<String> eventually(ConsoleCommand command, String namespace) {
        return await(command.toString())
                .atMost(PATIENCE)
                .ignoreExceptionsMatching(failure -> failure instanceof IllegalStateException)
                .until(() -> run(command, namespace), outcome -> true);
    }

    private static boolean isReading(ConsoleCommand command) {
        return command.isPlugin()
                ? TELLS.contains(command.words().get(2))
                : command.isKubectl() && command.verb().equals("get");
    }

    private static void assertIsWhatIsShown(ConsoleCommand command, List<String> printed) {
        if (command.output().isEmpty()) {
            return;
        }
        if (command.output().get(0).startsWith(NOTHING)) {
            // To delete nothing is told on standard output, to get nothing on standard error.
            assertThat(printed).as(command.toString()).allMatch(line -> line.startsWith(NOTHING));
            return;
        }
        assertThat(printed)
                .as(command + " prints nothing, where the page shows something")
                .isNotEmpty()
                .noneMatch(line -> line.startsWith(NOTHING));
        if (command.isPlugin()) {
            assertThat(withoutNumbers(printed)).as(command.toString()).isEqualTo(withoutNumbers(command.output()));
        } else if (command.verb().equals("apply")) {
            // Created, configured or unchanged: that depends on what ran before.
            assertThat(objects(printed)).as(command.toString()).isEqualTo(objects(command.output()));
        } else if (SAYS_WHAT_IT_DID.contains(command.verb())) {
            assertThat(withoutGeneratedNames(printed))
                    .as(command.toString())
                    .isEqualTo(withoutGeneratedNames(command.output()));
        } else if (isTable(command)) {
            assertThat(columns(printed)).as(command.toString()).isEqualTo(columns(command.output()));
        } else {
            assertThat(printed).as(command.toString()).isEqualTo(command.output());
        }
    }

    /** The pods of a Deployment get another name each time. */
    private static List<String> withoutGeneratedNames(List<String> lines) {
        return lines.stream()
                .map(line -> line.replaceAll("-[a-z0-9]{8,10}-[a-z0-9]{5}\"", "-generated\""))
                .toList();
    }

    /** Which pod leads, in which term and since when, and how wide that makes a column, depends on time. */
    private static List<String> withoutNumbers(List<String> lines) {
        return lines.stream()
                .map(line -> line.replaceAll("-[a-z0-9]{5}\\)", "-#)")
                        .replaceAll("[0-9]+(ms|s|m|h|d)?\\b", "#")
                        .replaceAll(" +", " "))
                .toList();
    }

    private static List<String> objects(List<String> applied) {
        return applied.stream().map(line -> line.split(" ", 2)[0]).toList();
    }

    private static List<String> run(ConsoleCommand command, String namespace) {
        List<String> arguments = new ArrayList<>(command.arguments());
        if (command.arguments().stream()
                .noneMatch(argument -> argument.equals("-n") || argument.equals("-A") || argument.equals("-k"))) {
            arguments.add("--namespace=" + namespace);
        }
        return CONTROL_PLANE
                .kubectl(arguments.toArray(String[]::new))
                .lines()
                .map(line -> line.replace(namespace, "default").stripTrailing())
                .toList();
    }

    private static boolean isTable(ConsoleCommand command) {
        return command.verb().equals("get")
                && command.arguments().stream().noneMatch(argument -> argument.startsWith("jsonpath="));
    }

    private static List<String> columns(List<String> table) {
        return List.of(table.get(0).split("\\s+"));
    }

    /** An overlay beside {@code deploy/}: {@code target/} is such a place. */
    private static String rendered(String kustomization) throws IOException {
        Path file = Path.of("target", "kustomization.yaml");
        Files.writeString(file, kustomization);
        try {
            return CONTROL_PLANE.kubectl("kustomize", "target");
        } finally {
            Files.delete(file);
        }
    }
}
