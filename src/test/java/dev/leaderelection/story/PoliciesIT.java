package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.leaderelection.cluster.AuditLog;
import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.FakeKubelet;
import dev.leaderelection.cluster.Identity;
import dev.leaderelection.cluster.OperatorProcess;
import dev.leaderelection.policy.PolicedCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The operator at work where the admission policies of {@code deploy/} hold, on a control plane of its own. */
class PoliciesIT {

    private static final String SOMEBODY = "system:serviceaccount:elsewhere:somebody";

    /** A Lease of the operator's own that no policy names. */
    private static final String MISNAMED = "another-operator";

    private static final PolicedCluster CLUSTER = PolicedCluster.installed();
    private static final ControlPlane CONTROL_PLANE = CLUSTER.controlPlane();
    private static final FakeKubelet KUBELET = FakeKubelet.start(CONTROL_PLANE.admin(), 2);
    private static final OperatorProcess OPERATOR =
            OperatorProcess.start(CONTROL_PLANE, Map.of("LEADER_ELECTION_REHEARSALS", "3"), Map.of());

    @BeforeAll
    static void operatorIsReady() {
        assertThat(OPERATOR.isReady()).isTrue();
        assertThat(KUBELET.nodes()).isNotEmpty();
    }

    @AfterAll
    static void stop() {
        OPERATOR.close();
        KUBELET.close();
        CLUSTER.close();
    }

    private static Scene scene() {
        return new Scene(CONTROL_PLANE, KUBELET, CONTROL_PLANE.createNamespace("policies"));
    }

    private static void apply(Scene scene, String yaml) {
        try {
            Path file = Files.writeString(Files.createTempFile(CONTROL_PLANE.directory(), "object", ".yaml"), yaml);
            scene.kubectl("apply", "-f", file.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void everythingThatTheOperatorDoesIsGranted() {
        try (Scene scene = scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b", "orders-c");
            scene.elect("orders", Scene.FAST + "routing: {label: {followerValue: follower}}");
            scene.elect(
                    "writer",
                    Scene.FAST + "strategy: {type: Bully, bully: {stabilizationSeconds: 0}}\n"
                            + "routing: {label: {key: example.com/writer}}");
            scene.awaitLeader("orders", "orders-a");
            scene.awaitReadyElection("writer");

            scene.ready("orders-a", false);
            scene.awaitTransition("orders", "orders-a", "orders-b", "LeaderNotReady");
            scene.deletePod("orders-b");
            scene.awaitTransition("orders", "orders-b", "orders-c", Scene.VANISHED);
            CONTROL_PLANE
                    .admin()
                    .leases()
                    .inNamespace(scene.namespace())
                    .withName("orders")
                    .delete();
            await("the Lease is made again")
                    .atMost(Scene.PATIENCE)
                    .until(() -> scene.lastTransition("orders").endsWith("LeaseRestored"));
            scene.awaitReadyElection("orders");
            scene.awaitReadyElection("writer");
            scene.deleteElection("orders");
            scene.deleteElection("writer");
            scene.awaitNoElection("orders");
            scene.awaitNoElection("writer");

            assertThat(new AuditLog(CONTROL_PLANE).requests(scene.namespace()))
                    .isNotEmpty()
                    .noneMatch(request -> request.code() == 403 || request.code() == 422);
            assertThat(new AuditLog(CONTROL_PLANE).requests("leader-election-system"))
                    .as("the operator's own Lease, and the rehearsal")
                    .filteredOn(request ->
                            request.verb().equals("create") && !request.name().equals(MISNAMED))
                    .hasSizeGreaterThan(1)
                    .allMatch(request -> request.code() < 300);
            assertThat(scene.getPod("orders-c").getMetadata().getLabels()).containsOnlyKeys("app");
            assertThat(scene.getPod("orders-c").getMetadata().getAnnotations()).isNullOrEmpty();
        }
    }

    @Test
    void leaderThatIsFencedIsDeleted() {
        try (Scene scene = scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect("orders", Scene.FAST + "failover: {fencing: DeletePod}");
            scene.awaitLeader("orders", "orders-a");
            scene.awaitReadyElection("orders");

            scene.ready("orders-a", false);

            scene.awaitLeader("orders", "orders-b");
            assertThat(new AuditLog(CONTROL_PLANE).requests(scene.namespace()))
                    .noneMatch(request -> request.code() == 403 || request.code() == 422);
        }
    }

    @Test
    void leaderThatIsToBeFencedStaysAndIsReportedWhereTheRightToDeletePodsIsLeftOut() {
        try (Scene scene = scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect("orders", Scene.FAST + "failover: {fencing: DeletePod}");
            scene.awaitLeader("orders", "orders-a");
            scene.awaitReadyElection("orders");
            scene.kubectl("patch", "clusterrole", "leader-election-operator", "--type=json", "-p", """
                    [{"op": "test", "path": "/rules/4/verbs/4", "value": "delete"},
                     {"op": "remove", "path": "/rules/4/verbs/4"}]""");
            try {
                await("the right is gone")
                        .atMost(Scene.PATIENCE)
                        .untilAsserted(() -> assertThatThrownBy(() -> scene.kubectl(
                                        "auth", "can-i", "delete", "pods", "--as=" + Identity.OPERATOR.user()))
                                .hasMessageContaining("can-i"));

                scene.ready("orders-a", false);

                scene.awaitCondition("orders", "RoutingConsistent", "False", "WriteDenied");
                assertThat(scene.findPod("orders-a")).isPresent();
                assertThat(scene.labelled()).isEmpty();
            } finally {
                CONTROL_PLANE.kubectl("apply", "--server-side", "--force-conflicts", "-f", "deploy/rbac.yaml");
            }
            scene.awaitLeader("orders", "orders-b");
        }
    }

    @Test
    void workloadWithTheLabelInItsTemplateScalesAndTheOperatorTakesTheLabelOff() {
        try (Scene scene = scene()) {
            scene.podsReadyInTurn("orders-a");
            scene.elect("orders", Scene.FAST);
            scene.awaitLeader("orders", "orders-a");
            List.of("more-0", "more-1", "more-2").forEach(scene.history()::exempt);

            apply(scene, """
                    apiVersion: apps/v1
                    kind: StatefulSet
                    metadata: {name: more}
                    spec:
                      replicas: 1
                      selector: {matchLabels: {app: orders, part: more}}
                      template:
                        metadata: {labels: {app: orders, part: more, leaderelection.dev/role: leader}}
                        spec: {containers: [{name: app, image: app}]}
                    """);
            scene.kubectl("scale", "statefulset", "more", "--replicas=3");

            scene.kubectl("wait", "--for=jsonpath={.status.readyReplicas}=3", "--timeout=30s", "statefulset/more");
            scene.awaitLeader("orders", "orders-a");
            scene.awaitReadyElection("orders");
        }
    }

    @Test
    void labelThatWasThereBeforeTheElectionIsRemovedByHand() {
        try (Scene scene = scene()) {
            scene.pod("orders-a", Map.of(Scene.KEY, "leader"), Map.of());
            scene.awaitReady("orders-a");
            scene.elect("orders", Scene.FAST);
            scene.awaitCondition("orders", "Conflicted", "True", "LabelInUse");

            // The API server has the status before its policies have it.
            await("the label may be removed")
                    .atMost(Scene.PATIENCE)
                    .ignoreExceptions()
                    .until(() -> {
                        scene.label("orders-a", Scene.KEY + "-");
                        return true;
                    });

            scene.awaitLeader("orders", "orders-a");
        }
    }

    @Test
    void policyThatNamesAnotherAccountIsReportedAndNobodyIsPromotedPastIt() {
        try (Scene scene = scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            nameInRoutingPolicy(Identity.OPERATOR.user(), SOMEBODY);
            try {
                CLUSTER.awaitRoutingPolicy(SOMEBODY, scene.namespace(), Scene.KEY);

                scene.ready("orders-a", false);

                scene.awaitCondition("orders", "RoutingConsistent", "False", "WriteDenied");
                assertThat(scene.condition("orders", "RoutingConsistent")
                                .orElseThrow()
                                .getMessage())
                        .contains("only " + SOMEBODY + " may write it")
                        .contains("not " + Identity.OPERATOR.user());
                assertThat(scene.labelled()).containsExactly("orders-a");
            } finally {
                nameInRoutingPolicy(SOMEBODY, Identity.OPERATOR.user());
            }
            scene.awaitLeader("orders", "orders-b");
            scene.awaitCondition("orders", "RoutingConsistent", "True", "Consistent");
        }
    }

    /** Readiness cannot tell: whoever stands by is ready. */
    @ParameterizedTest
    @CsvSource({"LEADER_ELECTION_REPLICA_LEASE, " + MISNAMED, "LEADER_ELECTION_REPLICA_NAMESPACE, default"})
    void operatorWhoseOwnLeaseThePolicyDoesNotNameIsReadyAndNeverActsAsLogAndMetricTell(String variable, String value) {
        Map<String, String> settings = Map.of(
                variable, value, "LEADER_ELECTION_REHEARSALS", "0", "LEADER_ELECTION_REPLICA_IDENTITY", "misnamed-0");
        try (OperatorProcess misnamed = OperatorProcess.start(CONTROL_PLANE, settings, Map.of())) {
            await("the denial is told of")
                    .atMost(Scene.PATIENCE)
                    .until(() -> misnamed.log().contains("the operator's own Lease was not written"));

            assertThat(misnamed.log()).contains("may write no Lease but those").doesNotContain("this replica acts");
            assertThat(misnamed.get("/q/metrics")).contains("leader_election_acting 0.0");
            assertThat(misnamed.isReady()).isTrue();
        }
    }

    private static void nameInRoutingPolicy(String before, String after) {
        try {
            String policy =
                    CONTROL_PLANE.kubectl("get", "validatingadmissionpolicy", "leader-election-routing", "-o", "yaml");
            Path file = Files.createTempFile(CONTROL_PLANE.directory(), "policy", ".yaml");
            Files.writeString(file, policy.replace(before, after));
            CONTROL_PLANE.kubectl("replace", "-f", file.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
