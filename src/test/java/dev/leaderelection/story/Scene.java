package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.api.LeaderElectionStatus.Member;
import dev.leaderelection.api.LeaderElectionStatus.MemberState;
import dev.leaderelection.api.LeaderElectionStatus.Transition;
import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.api.LeadershipTransferSpec;
import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.FakeKubelet;
import dev.leaderelection.cluster.PlainPod;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** One test's namespace: its pods, its elections, and what can be seen of them. Every revision of its pods is checked. */
final class Scene implements AutoCloseable {

    static final String KEY = "leaderelection.dev/role";
    static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Why a deleted leader is replaced: whether it is seen on its way or only when it is gone is a matter of chance. */
    static final String VANISHED = "Leader(Gone|Terminating)";

    /** Renewed every second, so that a test need not wait long for anything that is due. */
    static final String FAST = "lease: {durationSeconds: 3, renewIntervalSeconds: 1}\n";

    private final ControlPlane controlPlane;
    private final FakeKubelet kubelet;
    private final String namespace;
    private LabelHistory history;

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

    /** Checks every revision so far, lets something happen that no watch survives, and looks at every revision after it. */
    void unwatched(Runnable happening) {
        leave();
        happening.run();
        history = new LabelHistory(client(), namespace);
    }

    /** Checks every revision so far, for the last time: the namespace may go now. */
    void leave() {
        history.close();
        assertOneLabel();
    }

    private void assertOneLabel() {
        assertThat(history.violations())
                .as("revisions at which more than one pod carried a label")
                .isEmpty();
    }

    /** Creates a pod with label {@code app=orders}. */
    Pod pod(String name) {
        return pod(name, Map.of(), Map.of());
    }

    /** Creates a pod with label {@code app=orders} and more. */
    Pod pod(String name, Map<String, String> labels, Map<String, String> annotations) {
        return client().pods()
                .inNamespace(namespace)
                .resource(PlainPod.of(name, Map.of("app", "orders"))
                        .editMetadata()
                        .addToLabels(labels)
                        .withAnnotations(annotations)
                        .endMetadata()
                        .editSpec()
                        .withTerminationGracePeriodSeconds(0L)
                        .endSpec()
                        .build())
                .create();
    }

    /** Creates ready pods. Which of them is the longest ready is not said. */
    void readyPods(String... names) {
        for (String name : names) {
            pod(name);
        }
        for (String name : names) {
            awaitReady(name);
        }
    }

    /** Creates pods, each ready at least a second, which is what the API can tell apart, after the one before it. */
    void podsReadyInTurn(String... names) {
        readyPods(names);
        for (int i = 1; i < names.length; i++) {
            readyAfter(names[i], names[i - 1]);
        }
    }

    /** Makes a pod ready later than another one by the API's coarse time. */
    void readyAfter(String later, String earlier) {
        await(later + " is ready later than " + earlier).atMost(PATIENCE).until(() -> {
            ready(later, false);
            ready(later, true);
            return readySince(later).isAfter(readySince(earlier));
        });
    }

    private Instant readySince(String name) {
        return getPod(name).getStatus().getConditions().stream()
                .filter(condition -> "Ready".equals(condition.getType()))
                .map(condition -> Instant.parse(condition.getLastTransitionTime()))
                .findFirst()
                .orElseThrow();
    }

    /** Creates a ready pod with a priority. */
    void readyPodWithPriority(String name, int priority) {
        pod(name, Map.of(), Map.of(LeaderElection.PRIORITY_ANNOTATION, Integer.toString(priority)));
        awaitReady(name);
    }

    /** Keeps a pod's object, once its deletion is asked for, until {@link #release}. */
    void hold(String pod) {
        controlPlane.kubectl(
                "patch", "-n", namespace, "pod", pod, "-p", "{\"metadata\":{\"finalizers\":[\"example.com/held\"]}}");
    }

    void release(String pod) {
        controlPlane.kubectl(
                "patch", "-n", namespace, "pod", pod, "--type=merge", "-p", "{\"metadata\":{\"finalizers\":null}}");
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

    /** Takes a pod out of every election, or lets it stand again. */
    void exclude(String pod, boolean excluded) {
        client().pods()
                .inNamespace(namespace)
                .withName(pod)
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"metadata\":{\"annotations\":{\"%s\":%s}}}"
                                .formatted(LeaderElection.CANDIDATE_ANNOTATION, excluded ? "\"false\"" : "null"));
    }

    void label(String pod, String keyValue) {
        controlPlane.kubectl("label", "--overwrite", "-n", namespace, "pod", pod, keyValue);
    }

    /** Labels a pod as the leader although it does not lead; its revisions count again once the label is gone. */
    void stray(String pod) {
        history.exempt(pod);
        label(pod, KEY + "=leader");
    }

    String kubectl(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--namespace=" + namespace);
        return controlPlane.kubectl(all.toArray(String[]::new));
    }

    /** Applies an election over {@code app=orders}; the rest of its spec as indented YAML, or nothing. */
    LeaderElection elect(String name, String spec) {
        return electOver("{app: orders}", name, spec);
    }

    /** Applies an election over the pods with these labels. */
    LeaderElection electOver(String labels, String name, String spec) {
        return electSelecting("{matchLabels: " + labels + "}", name, spec);
    }

    /** Applies an election over the pods that a selector matches. */
    LeaderElection electSelecting(String selector, String name, String spec) {
        String yaml = """
                apiVersion: leaderelection.dev/v1alpha1
                kind: LeaderElection
                metadata: {name: %s, namespace: %s}
                spec:
                  selector: %s
                %s""".formatted(name, namespace, selector, spec.indent(2));
        return client().resource(client().getKubernetesSerialization().unmarshal(yaml, LeaderElection.class))
                .serverSideApply();
    }

    /** A user asks that a pod lead, or with no name the next. */
    void ask(String transfer, String election, String target) {
        ask(transfer, election, target, 20);
    }

    /** The same, to be given up after some seconds. */
    void ask(String transfer, String election, String target, int timeoutSeconds) {
        LeadershipTransfer asked = new LeadershipTransfer();
        asked.getMetadata().setNamespace(namespace);
        asked.getMetadata().setName(transfer);
        asked.setSpec(new LeadershipTransferSpec(election, target, timeoutSeconds));
        client().resource(asked).create();
    }

    LeaderElection election(String name) {
        return Objects.requireNonNull(client().resources(LeaderElection.class)
                .inNamespace(namespace)
                .withName(name)
                .get());
    }

    LeaderElectionStatus status(String name) {
        return Optional.ofNullable(client().resources(LeaderElection.class)
                        .inNamespace(namespace)
                        .withName(name)
                        .get())
                .map(LeaderElection::getStatus)
                .orElse(LeaderElectionStatus.EMPTY);
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

    /** Waits until an election says of itself that a leader is elected, leased, labelled and ready. */
    void awaitReadyElection(String election) {
        awaitCondition(election, "Ready", "True", "LeaderReady");
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

    /** Waits for a transition to a pod, for a reason that matches, and looks at everything that tells of it. */
    void awaitTransition(String election, String from, String to, String reason) {
        awaitLeader(election, to);
        await(from + ">" + to + " " + reason)
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(lastTransition(election)).matches(from + ">" + to + " " + reason));
    }

    void awaitStatus(String election, Predicate<LeaderElectionStatus> wanted) {
        await("status of " + election).atMost(PATIENCE).until(() -> wanted.test(status(election)));
    }

    /** Waits until a Lease has been renewed that many times more: a while in which anything due would have happened. */
    void awaitRenewals(String lease, int renewals) {
        Set<Object> seen = new HashSet<>();
        await(renewals + " renewals of Lease " + lease)
                .atMost(PATIENCE.multipliedBy(2))
                .until(() -> {
                    lease(lease).ifPresent(now -> seen.add(now.getSpec().getRenewTime()));
                    return seen.size() > renewals;
                });
    }

    /** Waits for an Event on an object of this namespace. */
    void awaitEvent(String kind, String name, String reason) {
        await("Event " + reason + " on " + kind + " " + name)
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(events(kind, name)).contains(reason));
    }

    /** The reasons of the Events on an object. */
    List<String> events(String kind, String name) {
        return client().events().v1().events().inNamespace(namespace).list().getItems().stream()
                .filter(event -> kind.equals(event.getRegarding().getKind())
                        && name.equals(event.getRegarding().getName()))
                .map(Event::getReason)
                .toList();
    }

    /** How a candidate stands, if it is listed. */
    Optional<Member> member(String election, String pod) {
        return status(election).members().stream()
                .filter(member -> pod.equals(member.podName()))
                .findFirst();
    }

    void awaitMember(String election, String pod, MemberState state) {
        await(pod + " is " + state)
                .atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(member(election, pod).map(Member::state)).contains(state));
    }

    /** The newest transition, as {@code from>to reason}. */
    String lastTransition(String election) {
        List<Transition> history = status(election).history();
        return history.isEmpty() ? "" : told(history.get(0));
    }

    static String told(Transition transition) {
        return transition.from() + ">" + transition.to() + " " + transition.reason();
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
        client().resources(LeaderElection.class).inNamespace(namespace).delete();
        client().namespaces().withName(namespace).delete();
        assertOneLabel();
    }
}
