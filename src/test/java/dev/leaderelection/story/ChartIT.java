package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.cluster.AuditLog;
import dev.leaderelection.cluster.Binary;
import dev.leaderelection.cluster.Command;
import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.ControlPlaneBinaries;
import dev.leaderelection.cluster.FakeKubelet;
import dev.leaderelection.cluster.Helm;
import dev.leaderelection.cluster.Identity;
import dev.leaderelection.cluster.OperatorProcess;
import dev.leaderelection.cluster.ReleaseJobs;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The chart is installed, upgraded and uninstalled while elections are held, on a control plane of its own. */
class ChartIT {

    private static final String RELEASE = "leader-election-operator";
    private static final String OTHER_KEY = "example.com/seat";
    private static final Path INSTALL = Path.of("src", "site", "markdown", "install.md");

    private static final ControlPlane CONTROL_PLANE =
            ControlPlane.builder().withIdentity(ReleaseJobs.IDENTITY).start();
    private static final FakeKubelet KUBELET = FakeKubelet.start(CONTROL_PLANE.admin(), 1);
    private static final ReleaseJobs JOBS = ReleaseJobs.play(CONTROL_PLANE, KUBELET);
    private static final Helm HELM = Helm.on(CONTROL_PLANE);

    @BeforeAll
    static void nodesAreThere() {
        assertThat(KUBELET.nodes()).isNotEmpty();
    }

    @AfterAll
    static void stop() {
        JOBS.close();
        KUBELET.close();
        CONTROL_PLANE.close();
    }

    private static void helm(String command, String... further) {
        List<String> arguments = new ArrayList<>(List.of(command, RELEASE, "--namespace=leader-election-system"));
        arguments.addAll(List.of(further));
        HELM.run(arguments);
    }

    private static Scene scene() {
        return new Scene(CONTROL_PLANE, KUBELET, CONTROL_PLANE.createNamespace("chart"));
    }

    /** The operator as a process, with the rights that the chart has given to its account. */
    private static OperatorProcess operator(Map<String, String> settings) {
        awaitInstallation(settings.getOrDefault("LEADER_ELECTION_NAMESPACE", ""));
        Map<String, String> variables = new HashMap<>(settings);
        variables.put("LEADER_ELECTION_REHEARSALS", "3");
        return OperatorProcess.start(CONTROL_PLANE, variables, Map.of());
    }

    /** What was just created is served, and counts, a moment later; a kubelet would start an operator again that came too early. */
    private static void awaitInstallation(String namespace) {
        String scope = namespace.isEmpty() ? "--all-namespaces" : "--namespace=" + namespace;
        await("what Helm has created counts")
                .atMost(Scene.PATIENCE)
                .ignoreExceptionsInstanceOf(IllegalStateException.class)
                .until(() -> {
                    CONTROL_PLANE.kubectl("get", "leaderelections,leadershiptransfers", scope);
                    for (String resource : List.of("leaderelections", "leadershiptransfers", "pods", "leases")) {
                        CONTROL_PLANE.kubectl(
                                "auth", "can-i", "list", resource, scope, "--as=" + Identity.OPERATOR.user());
                    }
                    return true;
                });
    }

    private static List<AuditLog.Request> refused() {
        return new AuditLog(CONTROL_PLANE)
                .requests().stream().filter(request -> request.code() == 403).toList();
    }

    @Test
    void leaderStaysThroughAnUpgradeToOneNamespaceAndOfThatNothingIsLeftAfterAnUninstallation() {
        helm("install", Helm.CHART, "--create-namespace");
        try (Scene scene = scene();
                Scene other = scene()) {
            try (OperatorProcess operator = operator(Map.of())) {
                scene.podsReadyInTurn("orders-a", "orders-b");
                scene.elect("orders", Scene.FAST);
                scene.awaitReadyElection("orders");
                operator.stop();
            }
            long term = scene.term("orders");

            helm("upgrade", Helm.CHART, "--set=watch.namespace=" + scene.namespace());

            assertThat(CONTROL_PLANE.kubectl("get", "clusterroles,clusterrolebindings", "-o", "name"))
                    .doesNotContain("/" + RELEASE + "\n");
            int refusedBefore = refused().size();
            try (OperatorProcess operator = operator(Map.of("LEADER_ELECTION_NAMESPACE", scene.namespace()))) {
                other.readyPods("orders-c");
                other.elect("orders", Scene.FAST);
                scene.awaitRenewals("orders", 2);
                scene.awaitLeader("orders", "orders-a");
                assertThat(scene.term("orders")).isEqualTo(term);
                scene.ready("orders-a", false);
                scene.awaitTransition("orders", "orders-a", "orders-b", "LeaderNotReady");
                assertThat(other.status("orders")).isEqualTo(LeaderElectionStatus.EMPTY);
                assertThat(refused()).hasSize(refusedBefore);
                assertNodesAreAskedForLessAndLess(scene);

                uninstall();

                assertIsLetGo(scene, term + 1);
                assertNothingIsLeftOfTheRelease();
                assertThat(other.status("orders")).isEqualTo(LeaderElectionStatus.EMPTY);
                operator.stop();
            }
        }
    }

    /** An operator of one namespace has no right to the nodes' heartbeats, unless an administrator grants it. */
    private static void assertNodesAreAskedForLessAndLess(Scene scene) {
        int refusedBefore = refused().size();
        scene.elect("orders", Scene.FAST + "detection: {nodeHeartbeatSeconds: 20}\n");
        awaitReadyMessage(scene, message -> message.contains("kube-node-lease"));
        scene.awaitRenewals("orders", 6);
        assertThat(refused().size() - refusedBefore)
                .as("refusals in the time of six renewals")
                .isLessThan(5);

        helm("upgrade", Helm.CHART, "--set=watch.namespace=" + scene.namespace(), "--set=watch.nodes=true");

        awaitReadyMessage(scene, message -> !message.contains("kube-node-lease"));
        scene.awaitLeader("orders", "orders-b");
    }

    private static void awaitReadyMessage(Scene scene, Predicate<String> wanted) {
        await("what Ready says")
                .atMost(Scene.PATIENCE)
                .until(() -> scene.condition("orders", "Ready")
                        .filter(ready -> wanted.test(ready.getMessage()))
                        .isPresent());
    }

    /** While the operator still runs, but without its rights: as a pod does that takes long to end. */
    private static void uninstall() {
        int before = JOBS.outcomes().size();
        helm("uninstall");
        List<ReleaseJobs.Outcome> outcomes = JOBS.outcomes();
        assertThat(outcomes.subList(before, outcomes.size()))
                .singleElement()
                .satisfies(outcome ->
                        assertThat(outcome.exitCode()).as(outcome.log()).isZero());
    }

    /** The election is there, remembers its terms, and has left nothing anywhere. */
    private static void assertIsLetGo(Scene scene, long term) {
        assertThat(scene.client().pods().inNamespace(scene.namespace()).list().getItems())
                .isNotEmpty()
                .allMatch(ChartIT::bearsNothing);
        assertThat(scene.client().leases().inNamespace(scene.namespace()).list().getItems())
                .isEmpty();
        assertThat(scene.election("orders").getMetadata().getFinalizers()).isEmpty();
        assertThat(scene.term("orders")).isEqualTo(term);
        assertThat(scene.status("orders").leader()).isNull();
        assertThat(scene.condition("orders", "LeaderElected"))
                .get()
                .matches(elected -> "False".equals(elected.getStatus()) && "Released".equals(elected.getReason()));
    }

    private static void assertNothingIsLeftOfTheRelease() {
        assertThat(CONTROL_PLANE.kubectl(
                        "get",
                        "deployments,jobs,leases,serviceaccounts,roles,rolebindings,clusterroles,clusterrolebindings,"
                                + "poddisruptionbudgets,validatingadmissionpolicies,validatingadmissionpolicybindings",
                        "-A",
                        "-l",
                        "app.kubernetes.io/name=" + RELEASE,
                        "-o",
                        "name"))
                .isEmpty();
    }

    private static boolean bearsNothing(Pod pod) {
        return Stream.of(pod.getMetadata().getLabels(), pod.getMetadata().getAnnotations())
                .flatMap(all -> all.keySet().stream())
                .noneMatch(key -> key.startsWith(Scene.KEY) || key.startsWith(OTHER_KEY));
    }

    @Test
    void anUninstallationLeavesTheElectionsAndTheirTermsAndNothingElse() {
        helm("install", Helm.CHART, "--create-namespace");
        Scene deleted = scene();
        try (Scene kept = scene()) {
            try (OperatorProcess operator = operator(Map.of())) {
                deleted.readyPods("orders-a");
                deleted.elect("orders", Scene.FAST);
                kept.podsReadyInTurn("orders-a", "orders-b");
                kept.elect(
                        "orders", Scene.FAST + "routing: {label: {key: " + OTHER_KEY + ", followerValue: standby}}\n");
                for (Scene scene : List.of(deleted, kept)) {
                    scene.awaitReadyElection("orders");
                    assertThat(scene.getPod("orders-a")).matches(pod -> !bearsNothing(pod));
                }
                long term = kept.term("orders");

                uninstall();

                assertIsLetGo(deleted, deleted.term("orders"));
                assertIsLetGo(kept, term);
                assertNothingIsLeftOfTheRelease();
                deleted.leave();
                CONTROL_PLANE.kubectl("delete", "namespace", deleted.namespace(), "--wait=false");
                awaitNoNamespace(deleted.namespace());

                operator.kill();
                helm("install", Helm.CHART);
                try (OperatorProcess next = operator(Map.of())) {
                    kept.awaitReadyElection("orders");
                    assertThat(kept.term("orders")).isGreaterThan(term);
                    next.stop();
                }
                uninstall();
            }
        }
    }

    private static void awaitNoNamespace(String name) {
        await("the namespace is gone")
                .atMost(Scene.PATIENCE)
                .until(() -> CONTROL_PLANE.admin().namespaces().withName(name).get() == null);
    }

    @Test
    void electionsThatHaveLostTheirOperatorAreFreedByTheCommandsOfTheManual() throws IOException {
        helm("install", Helm.CHART, "--create-namespace", "--set=uninstall.release=false");
        Scene deleted = scene();
        try (Scene kept = scene()) {
            try (OperatorProcess operator = operator(Map.of())) {
                for (Scene scene : List.of(deleted, kept)) {
                    scene.readyPods("orders-a");
                    scene.elect("orders", Scene.FAST);
                    scene.awaitReadyElection("orders");
                }
                operator.stop();
            }

            helm("uninstall");

            assertThat(kept.labelled()).as("the Service still has its leader").containsExactly("orders-a");
            deleted.leave();
            CONTROL_PLANE.kubectl("delete", "namespace", deleted.namespace(), "--wait=false");
            await("the namespace cannot go")
                    .atMost(Scene.PATIENCE)
                    .until(() -> CONTROL_PLANE
                            .kubectl("get", "namespace", deleted.namespace(), "-o", "jsonpath={.status.conditions}")
                            .contains("NamespaceFinalizersRemaining\""));
            commandsOfTheManual().forEach(ChartIT::shell);
            awaitNoNamespace(deleted.namespace());
            assertThat(kept.election("orders").getMetadata().getFinalizers()).isEmpty();
            assertThat(kept.getPod("orders-a")).matches(ChartIT::bearsNothing);
        }
    }

    /** Those that stand in one block, the first of which has a pipe. */
    private static List<String> commandsOfTheManual() throws IOException {
        List<String> lines = Files.readAllLines(INSTALL);
        int first = lines.indexOf(lines.stream()
                .filter(line -> line.startsWith("kubectl get leaderelections -A") && line.contains("|"))
                .findFirst()
                .orElseThrow());
        return lines.subList(first, lines.size()).stream()
                .takeWhile(line -> !line.startsWith("```"))
                .toList();
    }

    private static void shell(String command) {
        Path kubectl = ControlPlaneBinaries.ofThisMachine().locate(Binary.KUBECTL);
        Command.run(
                command,
                Duration.ofMinutes(2),
                Map.of(
                        "KUBECONFIG",
                        CONTROL_PLANE.kubeconfig(Identity.ADMIN).toString(),
                        "PATH",
                        kubectl.getParent() + ":" + System.getenv("PATH")),
                List.of("sh", "-ec", command));
    }
}
