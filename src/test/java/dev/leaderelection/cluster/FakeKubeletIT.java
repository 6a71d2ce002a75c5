package dev.leaderelection.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class FakeKubeletIT {

    private static final String WORKLOAD = """
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: web}
            spec:
              replicas: 3
              serviceName: web
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec: {containers: [{name: web, image: none}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {selector: {app: web}, ports: [{port: 80}]}
            """;

    /** The one that is shared may have a kubelet already, which takes every pod. */
    private static final ControlPlane CONTROL_PLANE = ControlPlane.start();

    private final KubernetesClient admin = CONTROL_PLANE.admin();
    private final String namespace = CONTROL_PLANE.createNamespace("kubelet");
    private final FakeKubelet kubelet =
            FakeKubelet.builder(admin).nodes(2).inNamespace(namespace).start();

    @AfterAll
    static void close() {
        CONTROL_PLANE.close();
    }

    @AfterEach
    void removeEverything() {
        kubelet.holdDeletions(false);
        admin.apps().statefulSets().inNamespace(namespace).delete();
        admin.pods().inNamespace(namespace).delete();
        await().until(() -> pods().isEmpty());
        admin.namespaces().withName(namespace).delete();
        kubelet.close();
    }

    @Test
    void bringsUpStatefulSetAcrossNodesAndServiceRoutesToIt() {
        applyWorkload();

        await().untilAsserted(() -> assertThat(routedTo()).hasSize(3).doesNotHaveDuplicates());
        assertThat(pods()).hasSize(3).allMatch(Readiness::isPodReady);
        assertThat(pods()).extracting(pod -> pod.getSpec().getNodeName()).containsAll(kubelet.nodes());
    }

    @Test
    void podThatBecomesNotReadyLeavesTheEndpointSlice() {
        applyWorkload();
        await().until(() -> routedTo().size() == 3);

        pods().forEach(pod -> kubelet.ready(pod, false));

        assertThat(pods()).noneMatch(Readiness::isPodReady);
        await().untilAsserted(() -> assertThat(routedTo()).isEmpty());
        pods().forEach(pod -> kubelet.ready(pod, true));
        await().until(() -> routedTo().size() == 3);
    }

    @Test
    void heldDeletionKeepsTerminatingPodUntilReleased() {
        applyWorkload();
        await().until(() -> routedTo().size() == 3);
        kubelet.holdDeletions(true);
        Pod first = pod("web-0");

        admin.resource(first).delete();

        assertThat(kubelet.ready(first, false).getMetadata().getDeletionTimestamp())
                .isNotNull();
        kubelet.holdDeletions(false);
        await().until(() -> isGone(first));
    }

    @Test
    void failedPodIsReplacedByItsStatefulSet() {
        applyWorkload();
        await().until(() -> routedTo().size() == 3);
        Pod first = pod("web-0");

        kubelet.phase(first, "Failed");

        await().until(() -> isGone(first) && routedTo().size() == 3);
        assertThatThrownBy(() -> kubelet.ready(first, true)).isInstanceOf(IllegalStateException.class);
    }

    private void applyWorkload() {
        admin.load(new ByteArrayInputStream(WORKLOAD.getBytes(StandardCharsets.UTF_8)))
                .inNamespace(namespace)
                .create();
    }

    private List<Pod> pods() {
        return admin.pods().inNamespace(namespace).list().getItems();
    }

    private Pod pod(String name) {
        return admin.pods().inNamespace(namespace).withName(name).require();
    }

    private boolean isGone(Pod former) {
        return pods().stream()
                .noneMatch(pod ->
                        pod.getMetadata().getUid().equals(former.getMetadata().getUid()));
    }

    private List<String> routedTo() {
        return admin.discovery().v1().endpointSlices().inNamespace(namespace).list().getItems().stream()
                // The API server writes null for no endpoints.
                .flatMap(slice -> Stream.ofNullable(slice.getEndpoints()).flatMap(List::stream))
                .filter(endpoint -> endpoint.getConditions().getReady())
                .flatMap(endpoint -> endpoint.getAddresses().stream())
                .toList();
    }

    private static ConditionFactory await() {
        return Awaitility.await().pollInterval(Duration.ofMillis(100)).atMost(Duration.ofSeconds(30));
    }
}
