package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.leaderelection.cluster.AuditLog;
import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.FakeKubelet;
import dev.leaderelection.cluster.Identity;
import dev.leaderelection.cluster.Manifests;
import dev.leaderelection.cluster.OperatorProcess;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Surroundings that are not as they should be: an API server that knows no admission policies and no kinds of monitoring, and an
 * operator that has no kubeconfig but, as in a pod, the token of its service account in a file.
 */
class SurroundingsIT {

    private static final String OPERATOR = "leader-election-operator";
    private static final String SYSTEM = "leader-election-system";

    private static final ControlPlane CONTROL_PLANE = ControlPlane.builder()
            .withApiServerFlags(
                    "--runtime-config=" + without("validating") + "," + without("mutating"),
                    "--disable-admission-plugins=ValidatingAdmissionPolicy,MutatingAdmissionPolicy")
            .start();
    private static final FakeKubelet KUBELET = FakeKubelet.start(CONTROL_PLANE.admin(), 1);
    private static final Path TOKEN = CONTROL_PLANE.directory().resolve("token");

    private static OperatorProcess operator;

    @BeforeAll
    static void installWithoutPolicies() throws IOException {
        assertThat(KUBELET.nodes()).isNotEmpty();
        new Manifests(CONTROL_PLANE).applyCrds();
        assertThatThrownBy(() -> CONTROL_PLANE.kubectl("apply", "-k", "deploy/"))
                .hasMessageContaining("no matches for kind \"ValidatingAdmissionPolicy\"");
        Path overlay = Files.createTempDirectory(Path.of("target"), "surroundings-");
        Files.writeString(overlay.resolve("kustomization.yaml"), """
                resources: [../../deploy]
                components: [../../deploy/without-policy]
                """);
        CONTROL_PLANE.kubectl("apply", "--server-side", "--force-conflicts", "-k", overlay.toString());
        Files.writeString(TOKEN, newToken("first"));
        operator = start(Map.of());
    }

    @AfterAll
    static void stop() {
        operator.close();
        KUBELET.close();
        CONTROL_PLANE.close();
    }

    /** The API server cannot do without the whole group: it waits for the webhooks' configurations. */
    private static String without(String policies) {
        return "admissionregistration.k8s.io/v1/%1$sadmissionpolicies=false,admissionregistration.k8s.io/v1/%1$sadmissionpolicybindings=false"
                .formatted(policies);
    }

    private static OperatorProcess start(Map<String, String> settings) {
        URI server = URI.create(CONTROL_PLANE.url());
        Map<String, String> variables = new HashMap<>(Map.of(
                "KUBECONFIG",
                CONTROL_PLANE.directory().resolve("none").toString(),
                "KUBERNETES_SERVICE_HOST",
                server.getHost(),
                "KUBERNETES_SERVICE_PORT",
                Integer.toString(server.getPort()),
                "KUBERNETES_CERTS_CA_FILE",
                CONTROL_PLANE.clientConfig(Identity.ADMIN).getCaCertFile(),
                "KUBERNETES_AUTH_SERVICEACCOUNT_TOKEN",
                TOKEN.toString(),
                "LEADER_ELECTION_REHEARSALS",
                "3"));
        variables.putAll(settings);
        return OperatorProcess.start(CONTROL_PLANE, variables, Map.of());
    }

    /** A token of the operator's account that is good as long as the Secret of this name exists. */
    private static String newToken(String secret) {
        CONTROL_PLANE.kubectl("create", "secret", "generic", secret, "-n", SYSTEM);
        return CONTROL_PLANE
                .kubectl(
                        "create",
                        "token",
                        OPERATOR,
                        "-n",
                        SYSTEM,
                        "--bound-object-kind=Secret",
                        "--bound-object-name=" + secret)
                .strip();
    }

    private static Scene scene() {
        return new Scene(CONTROL_PLANE, KUBELET, CONTROL_PLANE.createNamespace("surroundings"));
    }

    private static Scene sceneWithLeader(String leader, String heir) {
        Scene scene = scene();
        scene.podsReadyInTurn(leader, heir);
        scene.elect("orders", Scene.FAST);
        scene.awaitLeader("orders", leader);
        scene.awaitReadyElection("orders");
        return scene;
    }

    private static void restartApiServer() {
        CONTROL_PLANE.stopApiServer();
        CONTROL_PLANE.startApiServer();
    }

    @Test
    void namespaceThatIsDeletedTakesItsElectionsAlong() {
        Scene scene = sceneWithLeader("orders-a", "orders-b");
        try (Scene elsewhere = sceneWithLeader("orders-c", "orders-d")) {
            scene.leave();
            int before = requests(scene).size();

            scene.client().namespaces().withName(scene.namespace()).delete();

            await("the namespace is gone")
                    .atMost(Scene.PATIENCE)
                    .until(() -> scene.client()
                                    .namespaces()
                                    .withName(scene.namespace())
                                    .get()
                            == null);
            int until = requests(scene).size();
            assertThat(until - before).as("requests for it").isLessThan(60);
            elsewhere.awaitRenewals("orders", 2);
            assertThat(requests(scene)).as("requests after it").hasSize(until);
        }
    }

    private static List<AuditLog.Request> requests(Scene scene) {
        return new AuditLog(CONTROL_PLANE).requests(scene.namespace());
    }

    @Test
    void tokenThatIsReplacedInItsFileIsUsedOnceTheOldOneIsRefused() throws IOException {
        try (Scene scene = sceneWithLeader("orders-a", "orders-b")) {
            String old = Files.readString(TOKEN);
            Files.writeString(TOKEN, newToken("second"));

            CONTROL_PLANE.kubectl("delete", "secret", "first", "-n", SYSTEM);

            await("the old token is refused").atMost(Scene.PATIENCE).until(() -> isRefused(old));
            scene.awaitRenewals("orders", 3);
            scene.unwatched(SurroundingsIT::restartApiServer);
            scene.ready("orders-a", false);
            scene.awaitTransition("orders", "orders-a", "orders-b", "LeaderNotReady");
        }
    }

    private static boolean isRefused(String token) {
        try (KubernetesClient client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(CONTROL_PLANE.clientConfig(Identity.NOBODY))
                        .withOauthToken(token)
                        .build())
                .build()) {
            client.leases().inNamespace(SYSTEM).list();
            return false;
        } catch (KubernetesClientException e) {
            return e.getCode() == 401;
        }
    }

    @Test
    void operatorWithoutAnyRightMovesNobodyAndGoesOnWhenItHasThemAgain() {
        try (Scene scene = sceneWithLeader("orders-a", "orders-b")) {
            long term = scene.term("orders");
            var bindings = CONTROL_PLANE.admin().rbac().clusterRoleBindings();
            ClusterRoleBinding binding = bindings.withName(OPERATOR).require();
            bindings.withName(OPERATOR).delete();
            // Watches that are there live on without the right to them.
            scene.unwatched(SurroundingsIT::restartApiServer);
            int before = refusals();
            await("it is refused again and again").atMost(Scene.PATIENCE).until(() -> refusals() > before + 10);
            assertThat(scene.labelled()).containsExactly("orders-a");

            binding.getMetadata().setResourceVersion(null);
            bindings.resource(binding).create();

            scene.awaitRenewals("orders", 2);
            scene.awaitLeader("orders", "orders-a");
            assertThat(scene.term("orders")).isEqualTo(term);
            scene.ready("orders-a", false);
            scene.awaitTransition("orders", "orders-a", "orders-b", "LeaderNotReady");
            assertThat(operator.isAlive()).isTrue();
        }
    }

    private static int refusals() {
        return (int) new AuditLog(CONTROL_PLANE)
                .requests().stream().filter(request -> request.code() == 403).count();
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1})
    void leaseOfAnOperatorWhoseClockIsAnHourOffIsRenewedUnderItsTerm(long hours) {
        try (Scene scene = sceneWithLeader("orders-a", "orders-b")) {
            long term = scene.term("orders");

            ZonedDateTime wrong = ZonedDateTime.now(ZoneOffset.UTC).plusHours(hours);
            writeAsOperator(scene, wrong);

            await("the Lease tells our time again")
                    .atMost(Scene.PATIENCE)
                    .untilAsserted(() -> assertThat(Duration.between(renewed(scene), ZonedDateTime.now(ZoneOffset.UTC))
                                    .abs())
                            .isLessThan(Duration.ofMinutes(1)));
            scene.awaitRenewals("orders", 2);
            scene.awaitLeader("orders", "orders-a");
            assertThat(scene.term("orders")).isEqualTo(term);
            assertThat(scene.history().leaders()).containsExactly("orders-a");
        }
    }

    private static ZonedDateTime renewed(Scene scene) {
        return scene.lease("orders").orElseThrow().getSpec().getRenewTime();
    }

    /** As another replica of the operator would have renewed the Lease. */
    private static void writeAsOperator(Scene scene, ZonedDateTime time) {
        PatchContext context = new PatchContext.Builder()
                .withPatchType(PatchType.JSON_MERGE)
                .withFieldManager(OPERATOR)
                .build();
        scene.client()
                .leases()
                .inNamespace(scene.namespace())
                .withName("orders")
                .patch(
                        context,
                        "{\"spec\":{\"renewTime\":\"%1$s\",\"acquireTime\":\"%1$s\"}}"
                                .formatted(time.truncatedTo(ChronoUnit.MICROS)));
    }

    @Test
    void electionWhoseStatusIsOfAnOlderVersionGoesOnAsItWas() {
        try (Scene scene = sceneWithLeader("orders-a", "orders-b")) {
            long term = scene.term("orders");
            operator.stop();
            scene.kubectl("patch", "le", "orders", "--subresource=status", "--type=merge", "-p", """
                    {"status": {"observedGeneration": null, "termReserved": null, "candidates": null, "members": null,
                                "history": null, "conditions": null}}""");

            operator = start(Map.of());

            scene.awaitReadyElection("orders");
            scene.awaitRenewals("orders", 2);
            scene.awaitLeader("orders", "orders-a");
            assertThat(scene.term("orders")).isEqualTo(term);
            assertThat(scene.status("orders").members()).hasSize(2);
            scene.ready("orders-a", false);
            scene.awaitTransition("orders", "orders-a", "orders-b", "LeaderNotReady");
            assertThat(scene.term("orders")).isEqualTo(term + 1);
        }
    }

    @Test
    void twoInstallationsThatLookAfterTheSameElectionNeitherLabelTwoNorWriteWithoutEnd() {
        try (Scene scene = sceneWithLeader("orders-a", "orders-b");
                OperatorProcess second = start(Map.of(
                        "LEADER_ELECTION_REPLICA_LEASE", "another-operator",
                        "LEADER_ELECTION_REPLICA_IDENTITY", "another-operator-0"))) {
            scene.ready("orders-a", false);
            scene.awaitTransition("orders", "orders-a", "orders-b", "LeaderNotReady");
            scene.ready("orders-a", true);
            scene.awaitStatus(
                    "orders",
                    status -> status.candidates() != null
                            && "2/2".equals(status.candidates().summary()));
            scene.awaitRenewals("orders", 3);
            long before = statusWrites(scene);

            scene.awaitRenewals("orders", 6);

            assertThat(statusWrites(scene)).isEqualTo(before);
            assertThat(scene.history().leaders()).containsExactly("orders-a", "orders-b");
            second.stop();
        }
    }

    private static long statusWrites(Scene scene) {
        return requests(scene).stream()
                .filter(request -> request.resource().endsWith("/status"))
                .count();
    }
}
