package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.FakeKubelet;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/** One test's namespace: its pods, its elections, and what can be seen of them. Every revision of its pods is checked. */
final class Scene implements AutoCloseable {

    static final String KEY = "leaderelection.dev/role";
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ControlPlane controlPlane;
    private final FakeKubelet kubelet;
    private final String namespace;
    private final LabelHistory history;

    Scene(ControlPlane controlPlane, FakeKubelet kubelet, String namespace) {
        this.controlPlane = controlPlane;
        this.kubelet = kubelet;
        this.namespace = namespace;
        this.history = new LabelHistory(controlPlane.admin(), namespace);
    }

    String namespace() {
        return namespace;
    }

    KubernetesClient client() {
        return controlPlane.admin();
    }

    FakeKubelet kubelet() {
        return kubelet;
    }

    LabelHistory history() {
        return history;
    }

    /** Creates a pod with label {@code app=orders}. */
    Pod pod(String name) {
        return pod(name, Map.of(), Map.of());
    }

    /** Creates a pod with label {@code app=orders} and more. */
    Pod pod(String name, Map<String, String> labels, Map<String, String> annotations) {
        return client().pods()
                .inNamespace(namespace)
                .resource(new PodBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .addToLabels("app", "orders")
                        .addToLabels(labels)
                        .withAnnotations(annotations)
                        .endMetadata()
                        .withNewSpec()
                        .withTerminationGracePeriodSeconds(0L)
                        .addNewContainer()
                        .withName("app")
                        .withImage("app")
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
    }

    /** Creates pods, each only after the one before it is ready, so that their order of readiness is theirs. */
    void readyPods(String... names) {
        for (String name : names) {
            pod(name);
            awaitReady(name);
        }
    }

    void awaitReady(String name) {
        await("pod " + name + " is ready").atMost(PATIENCE).until(() -> isReady(getPod(name)));
    }

    static boolean isReady(Pod pod) {
        return pod.getStatus() != null
                && pod.getStatus().getConditions().stream()
                        .anyMatch(condition ->
                                "Ready".equals(condition.getType()) && "True".equals(condition.getStatus()));
    }

    Pod getPod(String name) {
        return findPod(name).orElseThrow(() -> new AssertionError("no pod " + name));
    }

    Optional<Pod> findPod(String name) {
        return Optional.ofNullable(
                client().pods().inNamespace(namespace).withName(name).get());
    }

    void deletePod(String name) {
        client().pods().inNamespace(namespace).withName(name).delete();
    }

    void ready(String name, boolean ready) {
        kubelet.ready(getPod(name), ready);
    }

    void annotate(String pod, String key, String value) {
        controlPlane.kubectl("annotate", "--overwrite", "-n", namespace, "pod", pod, key + "=" + value);
    }

    void label(String pod, String keyValue) {
        controlPlane.kubectl("label", "--overwrite", "-n", namespace, "pod", pod, keyValue);
    }

    /** Applies an election over {@code app=orders}; the rest of its spec as indented YAML, or nothing. */
    LeaderElection elect(String name, String spec) {
        String yaml = """
                apiVersion: leaderelection.dev/v1alpha1
                kind: LeaderElection
                metadata: {name: %s, namespace: %s}
                spec:
                  selector: {matchLabels: {app: orders}}
                %s""".formatted(name, namespace, spec.indent(2));
        return client().resource(client().getKubernetesSerialization().unmarshal(yaml, LeaderElection.class))
                .serverSideApply();
    }

    LeaderElection election(String name) {
        return Objects.requireNonNull(client().resources(LeaderElection.class)
                .inNamespace(namespace)
                .withName(name)
                .get());
    }

    LeaderElectionStatus status(String name) {
        LeaderElectionStatus status = election(name).getStatus();
        return status == null ? LeaderElectionStatus.EMPTY : status;
    }

    Optional<Condition> condition(String election, String type) {
        return status(election).conditions().stream()
                .filter(condition -> type.equals(condition.getType()))
                .findFirst();
    }

    /** Waits for a condition with a status and a reason. */
    void awaitCondition(String election, String type, String status, String reason) {
        await(type + "=" + status + " (" + reason + ")")
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(condition(election, type).map(c -> c.getStatus() + " " + c.getReason()))
                        .contains(status + " " + reason));
    }

    /** Waits until a pod carries the label, holds the Lease and stands in the status. */
    void awaitLeader(String election, String pod) {
        await(pod + " leads " + election).atMost(PATIENCE).untilAsserted(() -> {
            assertThat(labelled()).containsExactly(pod);
            assertThat(lease(election).map(lease -> lease.getSpec().getHolderIdentity()))
                    .contains(pod);
            assertThat(status(election).leader())
                    .isNotNull()
                    .matches(leader -> leader.podName().equals(pod));
        });
    }

    void awaitStatus(String election, Predicate<LeaderElectionStatus> wanted) {
        await("status of " + election).atMost(PATIENCE).until(() -> wanted.test(status(election)));
    }

    long term(String election) {
        Long term = status(election).term();
        return term == null ? 0 : term;
    }

    /** The pods that carry the leader's label now. */
    List<String> labelled() {
        return client().pods().inNamespace(namespace).withLabel(KEY, "leader").list().getItems().stream()
                .map(pod -> pod.getMetadata().getName())
                .toList();
    }

    Optional<Lease> lease(String name) {
        return Optional.ofNullable(
                client().leases().inNamespace(namespace).withName(name).get());
    }

    void deleteElection(String name) {
        client().resources(LeaderElection.class)
                .inNamespace(namespace)
                .withName(name)
                .delete();
    }

    void awaitNoElection(String name) {
        await("election " + name + " is gone")
                .atMost(PATIENCE)
                .until(() -> client().resources(LeaderElection.class)
                                .inNamespace(namespace)
                                .withName(name)
                                .get()
                        == null);
    }

    /** Checks every revision of the namespace's pods, then deletes the namespace. */
    @Override
    public void close() {
        history.close();
        client().namespaces().withName(namespace).delete();
        assertThat(history.violations())
                .as("revisions at which more than one pod carried a label")
                .isEmpty();
    }
}
