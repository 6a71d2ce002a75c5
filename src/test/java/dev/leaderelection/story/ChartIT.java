package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.cluster.AuditLog;
import dev.leaderelection.cluster.Binary;
import dev.leaderelection.cluster.Command;
import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.ControlPlaneBinaries;
import dev.leaderelection.cluster.DeployedOperator;
import dev.leaderelection.cluster.FakeKubelet;
import dev.leaderelection.cluster.Helm;
import dev.leaderelection.cluster.Identity;
import dev.leaderelection.cluster.OperatorProcess;
import dev.leaderelection.cluster.ReleaseJobs;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.DeploymentSpec;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetStatus;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The chart is installed, upgraded and uninstalled while elections are held, on a control plane of its own. */
class ChartIT {

    private static final String RELEASE = "leader-election-operator";
    private static final String OTHER_KEY = "example.com/seat";
    private static final Path PAGES = Path.of("src", "site", "markdown");
    private static final Path INSTALL = PAGES.resolve("install.md");
    private static final Path UPGRADE = PAGES.resolve("upgrade.md");
    private static final String NAMESPACE = "leader-election-system";
    private static final Duration SHELL_PATIENCE = Duration.ofMinutes(2);
    private static final DeployedOperator PLAIN = new DeployedOperator(NAMESPACE, RELEASE);
    private static final DeployedOperator BLUE = new DeployedOperator(NAMESPACE, "blue-" + RELEASE);

    private static final String LONGEST_PREFIX = "as-long-as-no-other-prefix-may-";
    private static final DeployedOperator LONG = new DeployedOperator(NAMESPACE, LONGEST_PREFIX + RELEASE);

    private static final ControlPlane CONTROL_PLANE = ControlPlane.builder()
            .withIdentity(BLUE.identity())
            .withIdentity(Identity.serviceAccount(NAMESPACE, LONG.name() + "-release"))
            .withIdentity(ReleaseJobs.IDENTITY)
            .start();
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

    /** A test that fails leaves nothing to the next one. */
    @AfterEach
    void takeAwayWhatIsLeft() {
        for (String release : List.of(RELEASE, "blue")) {
            HELM.run(List.of("uninstall", release, "--namespace=" + NAMESPACE, "--ignore-not-found", "--no-hooks"));
        }
    }

    private static void helm(String command, String... further) {
        List<String> arguments = new ArrayList<>(List.of(command, RELEASE, "--namespace=" + NAMESPACE));
        arguments.addAll(List.of(further));
        HELM.run(arguments);
    }

    private static Scene scene() {
        return new Scene(CONTROL_PLANE, KUBELET, CONTROL_PLANE.createNamespace("chart"));
    }

    /** The operator as a process, with the rights that the chart has given to its account. */
    private static OperatorProcess operator(Map<String, String> settings) {
        awaitInstallation(settings.getOrDefault("LEADER_ELECTION_NAMESPACE", ""), Identity.OPERATOR);
        Map<String, String> variables = new HashMap<>(settings);
        variables.put("LEADER_ELECTION_REHEARSALS", "3");
        return OperatorProcess.start(CONTROL_PLANE, variables, Map.of());
    }

    /** What was just created is served, and counts, a moment later; a kubelet would start an operator again that came too early. */
    private static void awaitInstallation(String namespace, Identity operator) {
        String scope = namespace.isEmpty() ? "--all-namespaces" : "--namespace=" + namespace;
        await("what Helm has created counts")
                .atMost(Scene.PATIENCE)
                .ignoreExceptionsInstanceOf(IllegalStateException.class)
                .until(() -> {
                    CONTROL_PLANE.kubectl("get", "leaderelections,leadershiptransfers", scope);
                    for (String resource : List.of("leaderelections", "leadershiptransfers", "pods", "leases")) {
                        CONTROL_PLANE.kubectl("auth", "can-i", "list", resource, scope, "--as=" + operator.user());
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
                assertNodesAreAskedForLessAndLess(scene, operator);

                uninstall();

                assertIsLetGo(scene, term + 1);
                assertNothingIsLeftOfTheRelease();
                assertThat(other.status("orders")).isEqualTo(LeaderElectionStatus.EMPTY);
                operator.stop();
            }
        }
    }

    /** An operator of one namespace has no right to the nodes' heartbeats, unless an administrator grants it. */
    private static void assertNodesAreAskedForLessAndLess(Scene scene, OperatorProcess operator) {
        int refusedBefore = refused().size();
        scene.elect("orders", Scene.FAST + "detection: {nodeHeartbeatSeconds: 20}\n");
        awaitReadyMessage(scene, message -> message.contains("kube-node-lease"));
        scene.awaitRenewals("orders", 6);
        assertThat(refused().size() - refusedBefore)
                .as("refusals in the time of six renewals")
                .isLessThan(5);
        assertThat(operator.get("/q/metrics"))
                .contains("leader_election_elections_unheard 1.0", "leader_election_nodes_held 0.0");

        helm("upgrade", Helm.CHART, "--set=watch.namespace=" + scene.namespace(), "--set=watch.nodes=true");

        awaitReadyMessage(scene, message -> !message.contains("kube-node-lease"));
        assertThat(operator.get("/q/metrics")).contains("leader_election_elections_unheard 0.0");
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
    void releasesWithNamesOfTheirOwnServeTheirElectionsFromOneNamespaceAndDoNotMeet() {
        try (Scene scene = scene();
                Scene blues = scene()) {
            helm("install", Helm.CHART, "--create-namespace", "--set=watch.namespace=" + scene.namespace());
            HELM.run(List.of(
                    "install",
                    "blue",
                    Helm.CHART,
                    "--namespace=" + NAMESPACE,
                    "--set=namePrefix=blue-",
                    "--set=crds.enabled=false",
                    "--set=settings.LEADER_ELECTION_ALLOWED_LABEL_PREFIXES=leaderelection.dev",
                    "--set=watch.namespace=" + blues.namespace()));
            awaitInstallation(scene.namespace(), PLAIN.identity());
            awaitInstallation(blues.namespace(), BLUE.identity());
            int refusedBefore = refused().size();
            try (OperatorProcess plain = PLAIN.start(CONTROL_PLANE, Map.of("LEADER_ELECTION_REHEARSALS", "3"));
                    OperatorProcess blue = BLUE.start(CONTROL_PLANE, Map.of("LEADER_ELECTION_REHEARSALS", "3"))) {
                for (Scene each : List.of(scene, blues)) {
                    each.podsReadyInTurn("orders-a", "orders-b");
                    each.elect("orders", Scene.FAST);
                    each.awaitReadyElection("orders");
                }

                assertThat(List.of(ownLeaseHolder(PLAIN), ownLeaseHolder(BLUE)))
                        .containsExactly(PLAIN.name() + "-0", BLUE.name() + "-0");
                assertThat(refused()).hasSize(refusedBefore);
                awaitNobodyElseMayLabel(scene, PLAIN);
                awaitNobodyElseMayLabel(blues, BLUE);
                for (DeployedOperator each : List.of(PLAIN, BLUE)) {
                    awaitHealthy(each, 2);
                    assertThat(evict(replicas(each).get(0)))
                            .as("a replica of %s, which is in one budget", each.name())
                            .isTrue();
                }
                CONTROL_PLANE.kubectl("delete", "leaderelections", "--all", "-A");
                plain.stop();
                blue.stop();
            }
        }
    }

    /** The API server would refuse the Job, and its pods, whose names are labels as well. */
    @Test
    void releaseWithTheLongestNamePrefixIsInstalledAndUninstalled() {
        assertThat(LONGEST_PREFIX).hasSize(31);
        helm("install", Helm.CHART, "--create-namespace", "--set=namePrefix=" + LONGEST_PREFIX);
        awaitHealthy(LONG, 2);

        uninstall();

        assertThat(CONTROL_PLANE.kubectl("get", "deployments,jobs,serviceaccounts,clusterroles", "-A", "-o", "name"))
                .doesNotContain(LONGEST_PREFIX);
    }

    private static String notes(String... values) {
        List<String> arguments = new ArrayList<>(
                List.of("install", RELEASE, Helm.CHART, "--namespace=" + NAMESPACE, "--dry-run=client"));
        arguments.addAll(List.of(values));
        return HELM.run(arguments).replaceFirst("(?s).*\nNOTES:\n", "");
    }

    @Test
    void notesTellWhatWasInstalledHowToCheckItAndThatNoRegistryIsNamed() {
        assertThat(notes())
                .contains("WARNING: image.repository is not set", "all namespaces", "with admission policies")
                .contains("kubectl get leaderelections -A\n");
        assertThat(notes(
                        "--set=image.repository=images.example.com/operator",
                        "--set=image.tag=1.2.3",
                        "--set=replicas=3",
                        "--set=namePrefix=blue-",
                        "--set=watch.namespace=shop",
                        "--set=policy.enabled=false"))
                .doesNotContain("WARNING")
                .contains(
                        "3 of images.example.com/operator:1.2.3",
                        "LeaderElections of shop",
                        "without admission policies")
                .contains("deployment/blue-" + RELEASE + " -n " + NAMESPACE, "kubectl get leaderelections -n shop\n");
    }

    private static String ownLeaseHolder(DeployedOperator operator) {
        return CONTROL_PLANE
                .admin()
                .leases()
                .inNamespace(operator.namespace())
                .withName(operator.name())
                .require()
                .getSpec()
                .getHolderIdentity();
    }

    private static void awaitNobodyElseMayLabel(Scene scene, DeployedOperator operator) {
        await("the policies of " + operator.name())
                .atMost(Scene.PATIENCE)
                .untilAsserted(() -> assertThatThrownBy(() -> scene.kubectl(
                                "label", "pod", "orders-a", Scene.KEY + "=probe", "--overwrite", "--dry-run=server"))
                        .hasMessageContaining("only " + operator.identity().user() + " may write it"));
    }

    private static List<Pod> replicas(DeployedOperator operator) {
        return CONTROL_PLANE
                .admin()
                .pods()
                .inNamespace(operator.namespace())
                .withLabel("app.kubernetes.io/name", operator.name())
                .list()
                .getItems();
    }

    /** Waits until the budget of an operator's pods knows of two, and of so many that are ready. */
    private static void awaitHealthy(DeployedOperator operator, int healthy) {
        await("the budget of " + operator.name())
                .atMost(Scene.PATIENCE)
                .untilAsserted(() -> assertThat(CONTROL_PLANE
                                .admin()
                                .policy()
                                .v1()
                                .podDisruptionBudget()
                                .inNamespace(operator.namespace())
                                .withName(operator.name())
                                .require()
                                .getStatus())
                        .returns(2, PodDisruptionBudgetStatus::getExpectedPods)
                        .returns(healthy, PodDisruptionBudgetStatus::getCurrentHealthy));
    }

    private static boolean evict(Pod pod) {
        return CONTROL_PLANE.admin().pods().resource(pod).evict();
    }

    @Test
    void replicasThatAreNotReadyKeepNoNodeFromBeingDrained() {
        helm("install", Helm.CHART, "--create-namespace");
        awaitHealthy(PLAIN, 2);
        List<Pod> replicas = replicas(PLAIN);
        replicas.forEach(replica -> KUBELET.ready(replica, false));
        awaitHealthy(PLAIN, 0);

        assertThat(replicas).hasSize(2).allMatch(ChartIT::evict);
    }

    @Test
    void chartThatHasMoreValuesKeepsThoseThatWereSetByTheCommandsOfTheManual() throws IOException {
        helm(
                "install",
                chartWithoutMonitoring().toString(),
                "--create-namespace",
                "--set=image.repository=images.example.com/operator",
                "--set=image.tag=0.0.9",
                "--set=replicas=3");

        HELM.run(helmCommandOf("upgrade.md"));

        DeploymentSpec upgraded = deployed();
        assertThat(upgraded.getReplicas()).isEqualTo(3);
        assertThat(upgraded.getTemplate().getSpec().getContainers().get(0).getImage())
                .isEqualTo("images.example.com/operator:0.1.0");

        HELM.run(helmCommandOf("sizing.md"));

        Container container = deployed().getTemplate().getSpec().getContainers().get(0);
        assertThat(container.getResources().getLimits()).containsEntry("memory", new Quantity("1Gi"));
        assertThat(container.getResources().getRequests()).containsEntry("memory", new Quantity("400Mi"));
        assertThat(container.getEnv())
                .filteredOn(variable -> variable.getName().equals("JAVA_TOOL_OPTIONS"))
                .singleElement()
                .satisfies(flags -> assertThat(withoutHeap(flags.getValue()))
                        .as("all but the heap is as in deploy/")
                        .isEqualTo(withoutHeap(OperatorProcess.deployedFlags())));
    }

    private static String withoutHeap(String flags) {
        return flags.replaceAll("-Xmx[0-9]+m", "-Xmx");
    }

    private static DeploymentSpec deployed() {
        return CONTROL_PLANE
                .admin()
                .apps()
                .deployments()
                .inNamespace(NAMESPACE)
                .withName(RELEASE)
                .require()
                .getSpec();
    }

    @Test
    void operatorStepsBackByTheCommandsOfTheManualBeforeEverythingElse() throws IOException {
        helm("install", Helm.CHART, "--create-namespace", "--set=image.tag=0.0.9");
        helm("upgrade", Helm.CHART, "--set=image.tag=0.1.0", "--set=policy.enabled=false");
        assertThat(image()).endsWith(":0.1.0");

        linesOf(UPGRADE, "rollout undo").forEach(ChartIT::shell);

        assertThat(image()).endsWith(":0.0.9");
        assertThat(policies()).isEmpty();

        linesOf(UPGRADE, "helm rollback").forEach(line -> HELM.run(words(line)));

        assertThat(image()).endsWith(":0.0.9");
        assertThat(policies()).hasSize(4);
    }

    private static String image() {
        return deployed().getTemplate().getSpec().getContainers().get(0).getImage();
    }

    private static List<String> policies() {
        return CONTROL_PLANE
                .kubectl("get", "validatingadmissionpolicies", "-o", "name")
                .lines()
                .toList();
    }

    /** The chart as it would have been before there was anything to monitor. */
    private static Path chartWithoutMonitoring() throws IOException {
        Path chart = Path.of(Helm.CHART);
        Path copy = CONTROL_PLANE.directory().resolve("earlier-chart");
        try (Stream<Path> files = Files.walk(chart, FileVisitOption.FOLLOW_LINKS)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = copy.resolve(chart.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
        Files.delete(copy.resolve("templates").resolve("monitoring.yaml"));
        Path values = copy.resolve("values.yaml");
        String all = Files.readString(values);
        String fewer = all.replaceFirst("(?m)^monitoring:\\R(?: .*\\R)+", "");
        assertThat(fewer).isNotEqualTo(all);
        Files.writeString(values, fewer);
        return copy;
    }

    /** The first command of Helm on a page, without the program's name. */
    private static List<String> helmCommandOf(String page) throws IOException {
        String command = Files.readAllLines(PAGES.resolve(page)).stream()
                .filter(line -> line.startsWith("helm "))
                .findFirst()
                .orElseThrow();
        return words(command);
    }

    /** A command without the program's name. */
    private static List<String> words(String command) {
        return Pattern.compile("'[^']*'|[^ ]+")
                .matcher(command)
                .results()
                .skip(1)
                .map(word -> word.group().replace("'", ""))
                .toList();
    }

    /** How an operator may go: wholly, or so that its policies stay. */
    private enum Loss {
        UNINSTALLATION {
            @Override
            void happen() {
                helm("uninstall");
            }
        },
        DELETION_OF_THE_DEPLOYMENT {
            @Override
            void happen() {
                CONTROL_PLANE.kubectl("delete", "deployment", RELEASE, "-n", NAMESPACE);
            }
        };

        abstract void happen();
    }

    @ParameterizedTest
    @EnumSource
    void electionsThatHaveLostTheirOperatorAreFreedByTheCommandsOfTheManual(Loss loss) throws IOException {
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
            awaitNobodyElseMayLabel(kept, PLAIN);

            loss.happen();

            assertThat(kept.labelled()).as("the Service still has its leader").containsExactly("orders-a");
            deleted.leave();
            CONTROL_PLANE.kubectl("delete", "namespace", deleted.namespace(), "--wait=false");
            await("the namespace cannot go")
                    .atMost(Scene.PATIENCE)
                    .until(() -> CONTROL_PLANE
                            .kubectl("get", "namespace", deleted.namespace(), "-o", "jsonpath={.status.conditions}")
                            .contains("NamespaceFinalizersRemaining\""));
            linesOf(INSTALL, " | kubectl patch ").forEach(ChartIT::shell);
            awaitNoNamespace(deleted.namespace());
            assertThat(kept.election("orders").getMetadata().getFinalizers()).isEmpty();
            assertThat(kept.getPod("orders-a")).matches(ChartIT::bearsNothing);
        }
    }

    /** Those of the block of a page in which something stands, each a command. */
    private static List<String> linesOf(Path page, String distinctive) throws IOException {
        return Pattern.compile("(?ms)^```text$(.*?)^```$")
                .matcher(Files.readString(page))
                .results()
                .map(block -> block.group(1).strip())
                .filter(block -> block.contains(distinctive))
                .findFirst()
                .orElseThrow()
                .lines()
                .toList();
    }

    /** Once more, where it is refused by a policy that the API server has not forgotten yet, as the manual says. */
    private static void shell(String command) {
        Path kubectl = ControlPlaneBinaries.ofThisMachine().locate(Binary.KUBECTL);
        await(command)
                .atMost(SHELL_PATIENCE)
                .ignoreExceptionsMatching(failure -> failure.toString().contains("ValidatingAdmissionPolicy"))
                .until(() -> {
                    Command.run(
                            command,
                            SHELL_PATIENCE,
                            Map.of(
                                    "KUBECONFIG",
                                    CONTROL_PLANE.kubeconfig(Identity.ADMIN).toString(),
                                    "PATH",
                                    kubectl.getParent() + ":" + System.getenv("PATH")),
                            List.of("sh", "-ec", command));
                    return true;
                });
    }
}
