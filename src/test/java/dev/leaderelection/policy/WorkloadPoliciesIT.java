package dev.leaderelection.policy;

import static dev.leaderelection.policy.PolicedCluster.KEY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.leaderelection.cluster.Identity;
import dev.leaderelection.policy.Caller.Reply;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The routing label in the template or the selector of a workload, with real workload controllers and without the operator. */
class WorkloadPoliciesIT {

    private static final PolicedCluster CLUSTER = PolicedCluster.installed();

    private String namespace = "";

    @BeforeEach
    void election() {
        namespace = CLUSTER.controlPlane().createNamespace("workloads");
        CLUSTER.elect(namespace, "orders", KEY);
        CLUSTER.pod(namespace, "orders-a", Map.of());
        CLUSTER.awaitPolicies(Identity.OPERATOR, namespace, KEY);
    }

    @AfterAll
    static void stop() {
        CLUSTER.close();
    }

    private Reply create(String kind, String selector) {
        return CLUSTER.admin()
                .send(
                        "POST",
                        "/apis/apps/v1/namespaces/" + namespace + "/" + kind.toLowerCase(Locale.ROOT) + "s",
                        Caller.JSON,
                        """
                        {"apiVersion": "apps/v1", "kind": "%s", "metadata": {"name": "more"},
                         "spec": {
                           "replicas": 2, "podManagementPolicy": "Parallel",
                           "selector": {"matchLabels": {"part": "more"%s}},
                           "template": {
                             "metadata": {"labels": {"part": "more", "%3$s": "leader"},
                                          "annotations": {"%3$s.term": "9", "%3$s.fence": "9", "example.com/note": "x"}},
                             "spec": {"containers": [{"name": "app", "image": "app"}]}}}}""".formatted(kind, selector, KEY));
    }

    private List<Pod> awaitPods(int count) {
        await(count + " pods")
                .atMost(PolicedCluster.PATIENCE)
                .until(() -> CLUSTER.pods(namespace, "part", "more").size() == count);
        return CLUSTER.pods(namespace, "part", "more");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Deployment", "StatefulSet", "ReplicaSet"})
    void workloadWithTheLabelInItsTemplateIsMadeWithWarningAndScales(String kind) {
        Reply reply = create(kind, "");

        assertThat(reply.isSuccess()).as(reply.text()).isTrue();
        assertThat(reply.warnings())
                .anySatisfy(warning -> assertThat(warning)
                        .contains("the pod template carries " + KEY + ", which LeaderElection " + namespace
                                + "/orders uses and which is taken off each pod: remove it from the template"));
        awaitPods(2);
        CLUSTER.controlPlane().kubectl("scale", "--namespace=" + namespace, kind, "more", "--replicas=3");
        awaitPods(3);
    }

    @Test
    void whatComesFromTemplateIsStrippedOnItsWayInWhereTheServerCan() {
        CLUSTER.controlPlane().kubectl("apply", "--server-side", "-k", "deploy/policy/strip");
        try {
            create("Deployment", "");
            awaitPods(2);
            // The policy takes a moment to be in force: what a Deployment makes from then on is stripped.
            await("pods without the label").atMost(PolicedCluster.PATIENCE).until(() -> {
                CLUSTER.controlPlane().kubectl("delete", "pods", "--namespace=" + namespace, "-l", KEY, "--wait=false");
                return awaitPods(2).stream()
                        .noneMatch(pod -> pod.getMetadata().getLabels().containsKey(KEY));
            });

            assertThat(awaitPods(2))
                    .allSatisfy(pod -> assertThat(pod.getMetadata().getLabels()).containsKey("pod-template-hash"))
                    .allSatisfy(pod ->
                            assertThat(pod.getMetadata().getAnnotations()).containsOnlyKeys("example.com/note"));
            Reply single = CLUSTER.admin().send("POST", Caller.podsPath(namespace), Caller.JSON, """
                    {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "single", "labels": {"%s": "leader"}},
                     "spec": {"containers": [{"name": "app", "image": "app"}]}}""".formatted(KEY));
            assertThat(single.code()).as(single.text()).isEqualTo(403);
        } finally {
            CLUSTER.controlPlane().kubectl("delete", "-k", "deploy/policy/strip");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Deployment", "StatefulSet", "ReplicaSet"})
    void workloadThatSelectsItsPodsByTheLabelIsRefusedForItWouldMakePodsWithoutEnd(String kind) {
        Reply reply = create(kind, ", \"" + KEY + "\": \"leader\"");

        assertThat(reply.code()).as(reply.text()).isEqualTo(403);
        assertThat(reply.message())
                .contains("the selector names " + KEY + ", which LeaderElection " + namespace
                        + "/orders sets and removes: select the pods by a label of their own");
    }
}
