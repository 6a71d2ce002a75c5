package dev.leaderelection.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.FakeKubelet;
import dev.leaderelection.cluster.Manifests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every YAML block of the documentation is applied with strict validation, every kubectl command is run, page by page in the
 * order in which it stands there, and prints what the page says as far as that does not depend on time, names or a running
 * operator.
 *
 * <p>The control plane is its own, for the pages install and uninstall. Workload controllers are real, pods become ready. The
 * operator does not run, so two outcomes are excused, and only these: an election that does not become ready, and the Lease that
 * the operator would have made.
 */
class DocumentationIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Verbs whose output is the same each time. */
    private static final Set<String> SAYS_WHAT_IT_DID = Set.of("delete", "scale", "annotate", "patch");

    private static final String NOTHING = "No resources found";

    private static final ControlPlane CONTROL_PLANE = ControlPlane.start();
    private static final FakeKubelet KUBELET = FakeKubelet.start(CONTROL_PLANE.admin(), 1);

    @BeforeAll
    static void nodesAreThere() {
        assertThat(KUBELET.nodes()).isNotEmpty();
    }

    @AfterAll
    static void stop() {
        KUBELET.close();
        CONTROL_PLANE.close();
    }

    /** Each page begins with an installed definition; one may end by uninstalling it. */
    @BeforeEach
    void installDefinition() {
        CONTROL_PLANE.kubectl("wait", "--for=delete", "--timeout=60s", "namespace/leader-election-system");
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
                .filter(page -> ConsoleCommand.of(page).stream().anyMatch(ConsoleCommand::isKubectl))
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
        for (ConsoleCommand command : ConsoleCommand.of(page)) {
            if (command.failsAsShown()) {
                assertThatThrownBy(() -> run(command, namespace))
                        .as(command.toString())
                        .hasMessageContaining(command.output().get(0));
            } else if (command.isKubectl()) {
                eventually(command, namespace).ifPresent(printed -> assertIsWhatIsShown(command, printed));
            }
        }
    }

    /** What it prints once it succeeds: a pod that the page speaks of may take a moment to be there. */
    private static Optional<List<String>> eventually(ConsoleCommand command, String namespace) {
        return await(command.toString())
                .atMost(PATIENCE)
                .ignoreExceptionsMatching(failure -> failure instanceof IllegalStateException)
                .until(
                        () -> {
                            try {
                                return Optional.of(run(command, namespace));
                            } catch (IllegalStateException e) {
                                if (excusedWithoutOperator(command, e)) {
                                    return Optional.empty();
                                }
                                throw e;
                            }
                        },
                        outcome -> true);
    }

    private static void assertIsWhatIsShown(ConsoleCommand command, List<String> printed) {
        if (printed.isEmpty() || command.output().isEmpty() || printed.get(0).startsWith(NOTHING)) {
            return;
        }
        if (command.verb().equals("apply")) {
            // Created, configured or unchanged: that depends on what ran before.
            assertThat(objects(printed)).as(command.toString()).isEqualTo(objects(command.output()));
        } else if (SAYS_WHAT_IT_DID.contains(command.verb())) {
            assertThat(printed).as(command.toString()).isEqualTo(command.output());
        } else if (isTable(command)) {
            assertThat(columns(printed)).as(command.toString()).isEqualTo(columns(command.output()));
        }
    }

    private static List<String> objects(List<String> applied) {
        return applied.stream().map(line -> line.split(" ", 2)[0]).toList();
    }

    private static boolean excusedWithoutOperator(ConsoleCommand command, Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        boolean electionNotReady = command.verb().equals("wait")
                && message.contains("timed out waiting for the condition on leaderelections/");
        boolean leaseNotMade = message.contains("leases.coordination.k8s.io") && message.contains("not found");
        return electionNotReady || leaseNotMade;
    }

    private static List<String> run(ConsoleCommand command, String namespace) {
        List<String> arguments = new ArrayList<>();
        for (String argument : command.arguments()) {
            // Without an operator an election is never ready: no use in waiting long for it.
            arguments.add(argument.startsWith("--timeout=") && isOfAnElection(command) ? "--timeout=1s" : argument);
        }
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

    private static boolean isOfAnElection(ConsoleCommand command) {
        return command.arguments().stream().anyMatch(argument -> argument.startsWith("leaderelection/"));
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
