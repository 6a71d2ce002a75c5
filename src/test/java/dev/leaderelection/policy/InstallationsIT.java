package dev.leaderelection.policy;

import static dev.leaderelection.policy.PolicedCluster.KEY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.leaderelection.cluster.AuditLog;
import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.DeployedOperator;
import dev.leaderelection.cluster.FakeKubelet;
import dev.leaderelection.cluster.Identity;
import dev.leaderelection.cluster.OperatorProcess;
import dev.leaderelection.policy.Caller.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The account that the policies name is that of the installation, whatever it is called, and there may be two. */
class InstallationsIT {

    private static final Path PAGES = Path.of("src", "site", "markdown");
    private static final Path MANUAL = PAGES.resolve("policies.md");
    private static final Path INSTALL = PAGES.resolve("install.md");
    private static final DeployedOperator BLUE =
            new DeployedOperator("elections-blue", "blue-leader-election-operator");
    private static final DeployedOperator GREEN =
            new DeployedOperator("elections-green", "green-leader-election-operator");
    private static final String BLUE_KEY = "blue.example.com/role";
    private static final String GREEN_KEY = "green.example.com/role";

    private PolicedCluster cluster;

    @BeforeEach
    void start() {
        cluster = PolicedCluster.start(BLUE.identity(), GREEN.identity());
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    /** Everybody writes another value: what changes nothing is nobody's business. */
    private Reply label(Identity identity, String namespace, String key) {
        String account = identity.user().substring(identity.user().lastIndexOf(':') + 1);
        try (Caller caller = cluster.caller(identity)) {
            return caller.patchMetadata(namespace, "orders-a", """
                    {"labels": {"%1$s": "by-%2$s"},
                     "annotations": {"%1$s.fence": "1/01234567-89ab-cdef-0123-456789abcdef/%2$s"}}""".formatted(key, account));
        }
    }

    private void assertOnly(DeployedOperator operator, DeployedOperator other, String namespace, String key) {
        assertOnly(operator.identity(), other.identity(), namespace, key);
    }

    private void assertOnly(Identity operator, Identity other, String namespace, String key) {
        Reply refused = label(other, namespace, key);
        Reply granted = label(operator, namespace, key);

        assertThat(refused.code()).as(refused.text()).isEqualTo(403);
        assertThat(refused.message()).contains("only " + operator.user() + " may write it, not " + other.user());
        assertThat(granted.isSuccess()).as(granted.text()).isTrue();
    }

    private String namespaceOf(String name) {
        cluster.apply("default", """
                apiVersion: v1
                kind: Namespace
                metadata: {name: %1$s-shop}
                """.formatted(name));
        return name + "-shop";
    }

    private void elect(String namespace, String key) {
        cluster.elect(namespace, "orders", key);
        cluster.awaitServiceAccount(namespace);
        cluster.pod(namespace, "orders-a", Map.of());
    }

    @Test
    void policiesNameTheAccountThatKustomizeHasRenamed() {
        cluster.applyOverlay("renamed", """
                apiVersion: kustomize.config.k8s.io/v1beta1
                kind: Kustomization
                namespace: elections-blue
                namePrefix: blue-
                resources: [../../deploy]
                """);
        cluster.awaitPolicies(BLUE.identity());
        cluster.grantEverything(GREEN.identity());
        cluster.grantEverything(Identity.OPERATOR);
        String namespace = cluster.controlPlane().createNamespace("shop");
        elect(namespace, KEY);
        cluster.awaitPolicies(BLUE.identity(), namespace, KEY);

        assertOnly(BLUE.identity(), Identity.OPERATOR, namespace, KEY);
        assertOnly(BLUE, GREEN, namespace, KEY);
    }

    @Test
    void overlayOfTheSecurityPageTakesDeletionAndForeignKeysAway() throws IOException {
        String page = Files.readString(Path.of("src", "site", "markdown", "security.md"));
        String overlay = page.substring(page.indexOf("```yaml\n") + 8, page.lastIndexOf("```"));
        cluster.applyOverlay("less", overlay.replace("../deploy", "../../deploy"));
        cluster.awaitPolicies(Identity.OPERATOR);
        String namespace = cluster.controlPlane().createNamespace("shop");
        elect(namespace, KEY);

        Reply own = label(Identity.OPERATOR, namespace, KEY);
        Reply foreign = label(Identity.OPERATOR, namespace, "example.com/team");

        assertThat(own.isSuccess()).as(own.text()).isTrue();
        assertThat(foreign.code()).as(foreign.text()).isEqualTo(403);
        assertThat(foreign.message()).contains("elections of this cluster use labels under leaderelection.dev/ alone");
        try (Caller operator = cluster.caller(Identity.OPERATOR)) {
            Reply deleted = operator.send("DELETE", Caller.podPath(namespace, "orders-a"), Caller.JSON, "{}");
            assertThat(deleted.code()).as(deleted.text()).isEqualTo(403);
            assertThat(deleted.message()).contains("cannot delete resource \"pods\"");
        }
    }

    /** The first block of a page in which something stands. */
    private static String block(Path page, String language, String distinctive) throws IOException {
        return Pattern.compile("(?ms)^```" + language + "$(.*?)^```$")
                .matcher(Files.readString(page))
                .results()
                .map(block -> block.group(1))
                .filter(block -> block.contains(distinctive))
                .findFirst()
                .orElseThrow();
    }

    /** The overlay of a page in which something stands, for a folder two below the project's. */
    private static String overlay(Path page, String distinctive) throws IOException {
        return block(page, "yaml", distinctive).replace("../deploy", "../../deploy");
    }

    /** Installs as blue and as green, by the overlay of the manual in which something stands. */
    private void installTwice(String distinctive) throws IOException {
        String overlay = overlay(MANUAL, distinctive);
        for (String name : List.of("blue", "green")) {
            cluster.applyOverlay(name, overlay.replace("blue", name));
        }
    }

    /** Runs the block of a page that ends with the deletion of an overlay. */
    private void uninstallByThePage(Path page, String overlay) throws IOException {
        List<String> commands =
                block(page, "text", "-k " + overlay + "/").strip().lines().toList();
        for (String command : commands) {
            cluster.controlPlane()
                    .kubectl(command.replace("-k " + overlay + "/", "-k target/overlays-" + overlay)
                            .substring("kubectl ".length())
                            .split(" "));
        }
    }

    private List<String> named(String kinds, String... further) {
        List<String> arguments = new ArrayList<>(List.of("get", kinds, "-o", "name"));
        arguments.addAll(List.of(further));
        return cluster.controlPlane()
                .kubectl(arguments.toArray(String[]::new))
                .lines()
                .toList();
    }

    @Test
    void oneOfTwoInstallationsGoesAndTakesNothingOfTheOther() throws IOException {
        installTwice("LEADER_ELECTION_NAMESPACE");
        for (String name : List.of("blue", "green")) {
            cluster.elect(namespaceOf(name), "orders", KEY);
        }

        uninstallByThePage(MANUAL, "blue");

        assertThat(named("leaderelections", "-A")).containsExactly("leaderelection.leaderelection.dev/orders");
        assertThat(named("leaderelections", "-n", "green-shop")).hasSize(1);
        assertThat(named("deployments", "-A")).containsExactly("deployment.apps/green-leader-election-operator");
        assertThat(named("validatingadmissionpolicies,validatingadmissionpolicybindings,clusterroles"))
                .filteredOn(name -> name.contains("leader-election"))
                .hasSize(4 + 4 + 3)
                .allMatch(name -> name.contains("/green-leader-election"));
    }

    @Test
    void policiesOfOneInstallationAreTakenAwayAndThoseOfTheOtherStay() throws IOException {
        cluster.applyOverlay("blue", overlay(MANUAL, "LEADER_ELECTION_NAMESPACE"));
        cluster.controlPlane().kubectl("apply", "--server-side", "-k", "deploy/");
        String command = Files.readAllLines(MANUAL).stream()
                .filter(line -> line.startsWith("$ kubectl delete validatingadmissionpolicybindings,"))
                .findFirst()
                .orElseThrow();

        cluster.controlPlane().kubectl(command.substring("$ kubectl ".length()).split(" "));

        assertThat(named("validatingadmissionpolicies,validatingadmissionpolicybindings"))
                .hasSize(4 + 4)
                .allMatch(name -> name.contains("/blue-leader-election"));
    }

    @Test
    void installationOfOneNamespaceGoesAndTakesNothingOfTheOthers() throws IOException {
        cluster.controlPlane().kubectl("create", "namespace", "shop");
        cluster.applyOverlay("shop", overlay(INSTALL, "deploy/single-namespace"));
        String elsewhere = cluster.controlPlane().createNamespace("elsewhere");
        for (String namespace : List.of("shop", elsewhere)) {
            cluster.elect(namespace, "orders", KEY);
        }

        uninstallByThePage(INSTALL, "shop");

        assertThat(named("leaderelections", "-n", elsewhere)).hasSize(1);
        assertThat(named("leaderelections,deployments,roles", "-n", "shop")).isEmpty();
        assertThat(cluster.controlPlane().kubectl("get", "namespace", "shop", "-o=jsonpath={.status.phase}"))
                .isEqualTo("Active");
    }

    @Test
    void operatorIsLetIntoATenantsNamespaceThatCountsItsLimits() throws IOException {
        ControlPlane controlPlane = cluster.controlPlane();
        controlPlane.kubectl("create", "namespace", "shop");
        controlPlane.kubectl("label", "namespace", "shop", "pod-security.kubernetes.io/enforce=restricted");
        controlPlane.kubectl("create", "quota", "tenant", "--hard=limits.cpu=4", "-n", "shop");

        cluster.applyOverlay("tenant", overlay(INSTALL, "limits/cpu"));

        controlPlane.kubectl(
                "wait",
                "-n",
                "shop",
                "--timeout=60s",
                "--for=jsonpath={.status.replicas}=2",
                "deployment/leader-election-operator");
    }

    @Test
    void twoInstallationsWithNamespacesOfTheirOwnLeaveEachOtherAlone() throws IOException {
        installTwice("LEADER_ELECTION_NAMESPACE");
        elect(namespaceOf("blue"), KEY);
        elect(namespaceOf("green"), KEY);
        cluster.awaitPolicies(BLUE.identity(), "blue-shop", KEY);
        cluster.awaitPolicies(GREEN.identity(), "green-shop", KEY);

        assertOnly(BLUE, GREEN, "blue-shop", KEY);
        assertOnly(GREEN, BLUE, "green-shop", KEY);
    }

    @Test
    void twoInstallationsWithKeysOfTheirOwnElectSideBySideAndLeaveEachOtherAlone() throws IOException {
        installTwice("LEADER_ELECTION_ALLOWED_LABEL_PREFIXES");
        String namespace = cluster.controlPlane().createNamespace("shop");
        cluster.awaitServiceAccount(namespace);
        cluster.elect(namespace, "blue", BLUE_KEY);
        cluster.elect(namespace, "green", GREEN_KEY);
        cluster.pod(namespace, "orders-a", Map.of());
        cluster.awaitPolicies(BLUE.identity(), namespace, BLUE_KEY);
        cluster.awaitPolicies(GREEN.identity(), namespace, GREEN_KEY);
        assertOnly(BLUE, GREEN, namespace, BLUE_KEY);
        assertOnly(GREEN, BLUE, namespace, GREEN_KEY);
        cluster.controlPlane().kubectl("delete", "pod", "orders-a", "--force", "--namespace=" + namespace);

        try (FakeKubelet kubelet = FakeKubelet.start(cluster.controlPlane().admin(), 1);
                OperatorProcess blue = BLUE.start(cluster.controlPlane(), Map.of("LEADER_ELECTION_REHEARSALS", "0"));
                OperatorProcess green =
                        GREEN.start(cluster.controlPlane(), Map.of("LEADER_ELECTION_REHEARSALS", "0"))) {
            long refused = refused();
            cluster.pod(namespace, "orders-b", Map.of());
            awaitLeader(namespace, "orders-b");
            cluster.pod(namespace, "orders-c", Map.of());
            kubelet.ready(cluster.getPod(namespace, "orders-b"), false);
            awaitLeader(namespace, "orders-c");

            assertThat(refused()).isEqualTo(refused);
            cluster.controlPlane().kubectl("delete", "leaderelections", "--all", "--namespace=" + namespace);
            blue.stop();
            green.stop();
        }
    }

    /** Waits until both elections are ready under a leader, and it carries both labels. */
    private void awaitLeader(String namespace, String pod) {
        await(pod + " leads both").atMost(PolicedCluster.PATIENCE).untilAsserted(() -> {
            for (String election : List.of("blue", "green")) {
                assertThat(
                                cluster.controlPlane()
                                        .kubectl(
                                                "get",
                                                "leaderelection",
                                                election,
                                                "--namespace=" + namespace,
                                                "-o=jsonpath={.status.leader.podName} {.status.conditions[?(@.type=='Ready')].reason}"))
                        .isEqualTo(pod + " LeaderReady");
            }
            assertThat(cluster.getPod(namespace, pod).getMetadata().getLabels())
                    .containsEntry(BLUE_KEY, "leader")
                    .containsEntry(GREEN_KEY, "leader");
        });
    }

    private long refused() {
        return new AuditLog(cluster.controlPlane())
                .requests().stream().filter(request -> request.code() == 403).count();
    }
}
