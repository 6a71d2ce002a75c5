package dev.leaderelection.chaos;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.cluster.FakeKubelet;
import dev.leaderelection.cluster.PlainPod;
import dev.leaderelection.kubernetes.LeaseReader;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Users, controllers and kubelets, who break what belongs to elections, and mend it again. */
final class Users {

    /** The pods of an election carry its name under this label. */
    static final String APP = "app";

    private static final Logger LOG = LoggerFactory.getLogger(Users.class);
    private static final List<String> PODS = List.of("a", "b", "c");
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String STRANGER = "stranger";

    private final KubernetesClient client;
    private final FakeKubelet kubelet;
    private final String namespace;
    private final Auditor auditor;
    private final SplittableRandom random;
    private final List<String> elections;

    /**
     * @param random what they do, and to whom
     * @param elections those that are theirs to break and to mend
     */
    Users(Arena arena, SplittableRandom random, List<String> elections) {
        this.client = arena.controlPlane().admin();
        this.kubelet = arena.kubelet();
        this.namespace = arena.namespace();
        this.auditor = arena.auditor();
        this.random = random;
        this.elections = List.copyOf(elections);
    }

    /** Does something, unless the API server is away or somebody else is faster. */
    void tries(Runnable act) {
        try {
            act.run();
        } catch (KubernetesClientException | IllegalStateException | ConditionTimeoutException e) {
            LOG.debug("not done: {}", e.toString());
        }
    }

    void mendAll() {
        elections.forEach(election -> tries(() -> mend(election)));
    }

    /** Creates a pod and a Lease that no election has anything to do with. */
    void createStrangers() {
        create(pod(STRANGER, STRANGER));
        create(foreignLease(STRANGER));
    }

    String pick() {
        return elections.get(random.nextInt(elections.size()));
    }

    /**
     * Does something to an election.
     *
     * @return whether there was something to do it to
     */
    boolean act(Fault fault, String election) {
        return switch (fault) {
            case POD_DELETED, POD_REPLACED, READINESS_FLIPPED, READINESS_FLICKERED, PRIORITY_EDITED ->
                target(election).filter(pod -> act(fault, pod)).isPresent();
            case LABEL_ADDED, LABEL_REMOVED -> relabel(election, fault == Fault.LABEL_ADDED);
            case LEASE_DELETED, LEASE_EDITED, LEASE_TAKEN -> {
                Optional<Lease> lease = auditor.lease(election);
                lease.ifPresent(is -> act(fault, election, is));
                yield lease.isPresent();
            }
            case STRATEGY_EDITED -> {
                patch(
                        election(election),
                        "{\"metadata\":%s,\"spec\":{\"strategy\":%s}}"
                                .formatted(marked(), strategy(random.nextInt(3))));
                yield true;
            }
            case ELECTION_RECREATED -> {
                election(election).delete();
                Awaitility.await()
                        .pollInterval(Duration.ofMillis(50))
                        .atMost(PATIENCE)
                        .until(() -> election(election).get() == null);
                create(newElection(election));
                yield true;
            }
            default -> throw new IllegalArgumentException(fault + " is nothing that users do");
        };
    }

    private boolean act(Fault fault, Pod pod) {
        String name = pod.getMetadata().getName();
        switch (fault) {
            case POD_DELETED -> client.resource(pod).delete();
            case POD_REPLACED -> {
                client.resource(pod).withGracePeriod(0).delete();
                create(pod(name, pod.getMetadata().getLabels().getOrDefault(APP, "")));
            }
            case READINESS_FLIPPED -> kubelet.ready(pod, false);
            case READINESS_FLICKERED -> {
                kubelet.ready(pod, false);
                kubelet.ready(pod, true);
            }
            default ->
                patch(
                        client.resource(pod),
                        "{\"metadata\":{\"annotations\":{\"%s\":\"%d\",\"%s\":\"%s\"}}}"
                                .formatted(
                                        LeaderElection.PRIORITY_ANNOTATION,
                                        random.nextInt(10),
                                        Tampering.MARK,
                                        Tampering.next()));
        }
        return true;
    }

    private boolean relabel(String election, boolean add) {
        Auditor.Crew crew = auditor.crew(election);
        List<Pod> targets = add
                ? crew.all().stream()
                        .filter(pod -> !PodTraces.of(pod).isLabelled())
                        .toList()
                : crew.labelled();
        if (targets.isEmpty() || crew.labelled().isEmpty()) {
            return false;
        }
        label(targets.get(random.nextInt(targets.size())), add);
        return true;
    }

    private void label(Pod pod, boolean add) {
        patch(
                client.resource(pod),
                "{\"metadata\":{\"labels\":{\"%s\":%s},\"annotations\":{\"%s\":\"%s\"}}}"
                        .formatted(
                                PodTraces.KEY,
                                add ? "\"" + PodTraces.LEADER + "\"" : "null",
                                Tampering.MARK,
                                Tampering.next()));
    }

    private void act(Fault fault, String election, Lease lease) {
        switch (fault) {
            case LEASE_DELETED -> lease(election).delete();
            case LEASE_EDITED -> patch(lease(election), edit(election));
            default -> {
                if (random.nextBoolean()) {
                    patch(
                            client.resource(lease),
                            "{\"metadata\":{\"ownerReferences\":null,\"annotations\":{\"%s\":\"%s\"}}}"
                                    .formatted(Tampering.MARK, Tampering.next()));
                } else {
                    lease(election).delete();
                    create(foreignLease(election));
                }
            }
        }
    }

    private String edit(String election) {
        String pod = election + "-" + PODS.get(random.nextInt(PODS.size()));
        String record = "{\\\"holder\\\":{\\\"name\\\":\\\"%s\\\",\\\"uid\\\":\\\"forged\\\"},\\\"term\\\":%d}"
                .formatted(pod, random.nextInt(30));
        return switch (random.nextInt(3)) {
            case 0 -> "{\"metadata\":%s,\"spec\":{\"holderIdentity\":\"%s\"}}".formatted(marked(), pod);
            case 1 -> edited("null");
            default -> edited("\"" + record + "\"");
        };
    }

    private static String edited(String record) {
        return "{\"metadata\":{\"annotations\":{\"%s\":\"%s\",\"%s\":%s}}}"
                .formatted(Tampering.MARK, Tampering.next(), LeaseReader.RECORD_ANNOTATION, record);
    }

    /** Most often the leader: what happens to it is what matters. */
    private Optional<Pod> target(String election) {
        Auditor.Crew crew = auditor.crew(election);
        List<Pod> from = crew.labelled().isEmpty() || random.nextInt(4) == 0 ? crew.all() : crew.labelled();
        return from.isEmpty() ? Optional.empty() : Optional.of(from.get(random.nextInt(from.size())));
    }

    /** Puts an election right, as far as users can: all its pods are there and ready, and what stands in its way is gone. */
    void mend(String election) {
        if (!auditor.exists(election)) {
            create(newElection(election));
        }
        auditor.lease(election)
                .filter(lease -> lease.getMetadata().getOwnerReferences().isEmpty() || isOrphan(lease, election))
                .ifPresent(this::giveBack);
        List<Pod> pods = auditor.crew(election).all();
        pods.forEach(this::mend);
        PODS.stream()
                .map(name -> election + "-" + name)
                .filter(name -> pods.stream()
                        .noneMatch(pod -> name.equals(pod.getMetadata().getName())))
                .forEach(name -> create(pod(name, election)));
    }

    /** No controller manager runs here: its garbage collector would delete what a late request made for an election that is gone. */
    private boolean isOrphan(Lease lease, String election) {
        return Optional.ofNullable(election(election).get())
                .filter(is -> lease.getMetadata().getOwnerReferences().stream()
                        .noneMatch(owner -> is.getMetadata().getUid().equals(owner.getUid())))
                .isPresent();
    }

    private void giveBack(Lease lease) {
        patch(
                client.resource(lease),
                "{\"metadata\":{\"annotations\":{\"%s\":\"%s\"}}}".formatted(Tampering.MARK, Tampering.nextFarewell()));
        client.resource(lease).delete();
    }

    private void mend(Pod pod) {
        if (PodTraces.of(pod).isLabelled() && PodTraces.of(pod).mark().isEmpty()) {
            // To an election that begins, a label that nobody knows of is a conflict, and a user's to resolve.
            label(pod, false);
        }
        boolean isUnready = pod.getSpec().getNodeName() != null
                && pod.getMetadata().getDeletionTimestamp() == null
                && !isReady(pod);
        if (isUnready) {
            kubelet.ready(pod, true);
        }
    }

    private static boolean isReady(Pod pod) {
        return pod.getStatus().getConditions().stream()
                .anyMatch(condition -> condition.getType().equals("Ready")
                        && condition.getStatus().equals("True"));
    }

    private void create(HasMetadata object) {
        client.resource(object).inNamespace(namespace).create();
    }

    private static Pod pod(String name, String app) {
        return PlainPod.of(name, Map.of(APP, app))
                .editSpec()
                .withTerminationGracePeriodSeconds(5L)
                .endSpec()
                .build();
    }

    private static Lease foreignLease(String name) {
        return new LeaseBuilder()
                .withNewMetadata()
                .withName(name)
                .addToAnnotations(Tampering.MARK, Tampering.next())
                .endMetadata()
                .withNewSpec()
                .withHolderIdentity("somebody-else")
                .endSpec()
                .build();
    }

    private LeaderElection newElection(String name) {
        return client.getKubernetesSerialization()
                .unmarshal(
                        """
                        apiVersion: leaderelection.dev/v1alpha1
                        kind: LeaderElection
                        metadata: {name: %s}
                        spec:
                          selector: {matchLabels: {%s: %s}}
                          strategy: %s
                          lease: {durationSeconds: %d, renewIntervalSeconds: 1}
                        """.formatted(
                                        name,
                                        APP,
                                        name,
                                        strategy(Math.floorMod(name.hashCode(), 3)),
                                        Outages.LEASE.toSeconds()),
                        LeaderElection.class);
    }

    private String strategy(int type) {
        return switch (type) {
            case 0 -> "{\"type\":\"Lease\",\"bully\":null,\"ring\":null}";
            case 1 ->
                "{\"type\":\"Bully\",\"bully\":{\"stabilizationSeconds\":%d},\"ring\":null}"
                        .formatted(random.nextInt(2));
            default ->
                "{\"type\":\"Ring\",\"bully\":null,\"ring\":{\"maxTermSeconds\":%d}}".formatted(random.nextInt(2) * 5);
        };
    }

    private static String marked() {
        return "{\"annotations\":{\"%s\":\"%s\"}}".formatted(Tampering.MARK, Tampering.next());
    }

    private static void patch(Resource<?> resource, String patch) {
        resource.patch(PatchContext.of(PatchType.JSON_MERGE), patch);
    }

    private Resource<Lease> lease(String name) {
        return client.leases().inNamespace(namespace).withName(name);
    }

    private Resource<LeaderElection> election(String name) {
        return client.resources(LeaderElection.class).inNamespace(namespace).withName(name);
    }
}
