package dev.leaderelection.soak;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.cluster.FakeKubelet;
import dev.leaderelection.cluster.PlainPod;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;

/** One election with its three pods, and what users do to them. Used by one thread at a time. */
final class Contest {

    private static final String KEY = "leaderelection.dev/role";
    private static final String APP = "app";
    private static final int PODS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final KubernetesClient client;
    private final FakeKubelet kubelet;
    private final String namespace;
    private final String app;
    private final int strategy;
    private int names;
    private int incarnation;
    private boolean edited;

    /**
     * @param app tells its pods from others of the namespace
     * @param strategy its number: 0 for Lease, 1 for Bully, 2 for Ring
     */
    Contest(KubernetesClient client, FakeKubelet kubelet, String namespace, String app, int strategy) {
        this.client = client;
        this.kubelet = kubelet;
        this.namespace = namespace;
        this.app = app;
        this.strategy = strategy;
    }

    /**
     * Does something, and waits until the operator has followed.
     *
     * @throws org.awaitility.core.ConditionTimeoutException when it does not within half a minute
     */
    void suffer(Churn churn) {
        mend();
        switch (churn) {
            case LEADER_DELETED -> {
                Pod leader = leader();
                client.resource(leader).delete();
                awaitHeir(leader);
                createPod();
            }
            case LEADER_NOT_READY -> {
                Pod leader = leader();
                kubelet.ready(leader, false);
                awaitHeir(leader);
                kubelet.ready(leader, true);
            }
            case LEADER_EXCLUDED -> {
                Pod leader = leader();
                exclude(leader, true);
                awaitHeir(leader);
                exclude(leader, false);
            }
            case ELECTION_EDITED -> {
                edit(!edited);
                await("the election is looked at again", () -> {
                    LeaderElection now = election().get();
                    return now.getMetadata().getGeneration().equals(status().observedGeneration());
                });
            }
            case ELECTION_REPLACED -> {
                election().delete();
                await("the election is gone", () -> election().get() == null);
                incarnation++;
                edited = false;
                createElection();
                awaitSound();
            }
            case POD_ADDED -> {
                Pod added = createPod();
                await("the fourth pod is a candidate", () -> candidates() == PODS + 1);
                client.resource(added).delete();
                await("the fourth pod is none", () -> candidates() == PODS);
            }
            default -> throw new IllegalArgumentException(churn + " is not done to an election");
        }
    }

    /** Takes back everything that was begun and not ended, or edited. */
    void settle() {
        mend();
        if (edited) {
            edit(false);
        }
    }

    /** Puts right what stands in the way: three pods that may lead are there, and the election. */
    void mend() {
        if (election().get() == null) {
            incarnation++;
            edited = false;
            createElection();
        }
        List<Pod> pods = pods().list().getItems().stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .toList();
        pods.stream().skip(PODS).forEach(pod -> client.resource(pod).delete());
        pods.stream().limit(PODS).forEach(this::mend);
        for (int i = pods.size(); i < PODS; i++) {
            createPod();
        }
    }

    private void mend(Pod pod) {
        if (pod.getMetadata().getAnnotations().containsKey(LeaderElection.CANDIDATE_ANNOTATION)) {
            exclude(pod, false);
        }
        if (pod.getSpec().getNodeName() != null) {
            kubelet.ready(pod, true);
        }
    }

    /** Waits until the election says that it has a ready leader, and one pod has the label. */
    void awaitSound() {
        await(namespace + "/" + name() + " is sound", this::isSound);
    }

    boolean isSound() {
        return leaders().size() == 1
                && status().conditions().stream()
                        .anyMatch(condition ->
                                "Ready".equals(condition.getType()) && "True".equals(condition.getStatus()));
    }

    private Pod leader() {
        await("there is a leader", () -> leaders().size() == 1);
        return leaders().get(0);
    }

    private void awaitHeir(Pod leader) {
        String uid = leader.getMetadata().getUid();
        await(
                "another pod leads " + namespace + "/" + name(),
                () -> leaders().stream()
                        .anyMatch(pod -> !uid.equals(pod.getMetadata().getUid())));
    }

    private static void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(100))
                .atMost(PATIENCE)
                .until(condition);
    }

    private int candidates() {
        LeaderElectionStatus.Candidates candidates = status().candidates();
        return candidates == null ? 0 : Math.toIntExact(candidates.total());
    }

    private LeaderElectionStatus status() {
        return Optional.ofNullable(election().get())
                .map(LeaderElection::getStatus)
                .orElse(LeaderElectionStatus.EMPTY);
    }

    private List<Pod> leaders() {
        return pods().withLabel(KEY, "leader").list().getItems();
    }

    private FilterWatchListDeletable<Pod, PodList, PodResource> pods() {
        return client.pods().inNamespace(namespace).withLabel(APP, app);
    }

    private String name() {
        return app + "-" + incarnation;
    }

    private Resource<LeaderElection> election() {
        return client.resources(LeaderElection.class).inNamespace(namespace).withName(name());
    }

    private Pod createPod() {
        return client.pods()
                .inNamespace(namespace)
                .resource(PlainPod.of(app + "-" + names++, Map.of(APP, app))
                        .editSpec()
                        .withTerminationGracePeriodSeconds(5L)
                        .endSpec()
                        .build())
                .create();
    }

    private void createElection() {
        client.resource(client.getKubernetesSerialization()
                        .unmarshal("""
                                apiVersion: leaderelection.dev/v1alpha1
                                kind: LeaderElection
                                metadata: {name: %s, namespace: %s}
                                spec:
                                  selector: {matchLabels: {%s: %s}}
                                  strategy: %s
                                """.formatted(name(), namespace, APP, app, settings()), LeaderElection.class))
                .create();
    }

    private void edit(boolean other) {
        edited = other;
        election()
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"spec\":{\"historyLimit\":%d,\"strategy\":%s}}".formatted(other ? 5 : 10, settings()));
    }

    private String settings() {
        return switch (strategy) {
            case 0 -> "{\"type\":\"Lease\"}";
            case 1 -> "{\"type\":\"Bully\",\"bully\":{\"stabilizationSeconds\":%d}}".formatted(edited ? 3 : 1);
            default -> "{\"type\":\"Ring\",\"ring\":{\"maxTermSeconds\":%d}}".formatted(edited ? 20 : 0);
        };
    }

    private void exclude(Pod pod, boolean excluded) {
        client.resource(pod)
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"metadata\":{\"annotations\":{\"%s\":%s}}}"
                                .formatted(LeaderElection.CANDIDATE_ANNOTATION, excluded ? "\"false\"" : "null"));
    }
}
