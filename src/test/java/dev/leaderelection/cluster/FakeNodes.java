package dev.leaderelection.cluster;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeConditionBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ready nodes that send heartbeats through their Leases until they are silenced. */
final class FakeNodes implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FakeNodes.class);
    private static final String LEASE_NAMESPACE = "kube-node-lease";
    private static final Duration HEARTBEAT = Duration.ofSeconds(2);
    private static final int LEASE_SECONDS = 40;

    private final KubernetesClient client;
    private final InstantSource clock;
    private final List<String> names;
    private final Set<String> silent = ConcurrentHashMap.newKeySet();
    private final AtomicInteger turn = new AtomicInteger();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final ScheduledFuture<?> heartbeats;

    /** Creates the nodes; their names are unique, so that several fixtures share a control plane. */
    FakeNodes(KubernetesClient client, InstantSource clock, int count) {
        this.client = client;
        this.clock = clock;
        String prefix = "node-" + UUID.randomUUID().toString().substring(0, 5) + "-";
        this.names = IntStream.range(0, count).mapToObj(index -> prefix + index).toList();
        for (String name : names) {
            Node node = client.nodes().resource(node(name)).create();
            client.leases().inNamespace(LEASE_NAMESPACE).resource(lease(node)).create();
        }
        this.heartbeats = timer.scheduleAtFixedRate(
                this::beat, HEARTBEAT.toMillis(), HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS);
    }

    List<String> names() {
        return names;
    }

    /** The next node in turn that is not silent; the first one when all are. */
    String next() {
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(Math.floorMod(turn.getAndIncrement(), names.size()));
            if (isAlive(name)) {
                return name;
            }
        }
        return names.get(0);
    }

    boolean isAlive(String name) {
        return names.contains(name) && !silent.contains(name);
    }

    void silence(String name) {
        requireKnown(name);
        silent.add(name);
    }

    /** Sends a heartbeat at once and reports the node ready again. */
    void revive(String name) {
        requireKnown(name);
        silent.remove(name);
        beat(name);
        Node status = new NodeBuilder(node(name)).withSpec(null).build();
        client.resource(identity(name))
                .subresource("status")
                .patch(
                        PatchContext.of(PatchType.STRATEGIC_MERGE),
                        client.getKubernetesSerialization().asJson(status));
    }

    /** Deletes the nodes; the garbage collector takes their pods some time later. */
    @Override
    public void close() {
        heartbeats.cancel(false);
        timer.shutdown();
        for (String name : names) {
            client.nodes().withName(name).delete();
            client.leases().inNamespace(LEASE_NAMESPACE).withName(name).delete();
        }
    }

    private void beat() {
        for (String name : names) {
            if (isAlive(name)) {
                beatIfPossible(name);
            }
        }
    }

    /** As with a real kubelet, a heartbeat that fails is lost; the next one is due soon. */
    private void beatIfPossible(String name) {
        try {
            beat(name);
        } catch (KubernetesClientException lost) {
            LOG.debug("lost a heartbeat of {}", name, lost);
        }
    }

    private void beat(String name) {
        Lease beat = new LeaseBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(LEASE_NAMESPACE)
                .endMetadata()
                .withNewSpec()
                .withRenewTime(now())
                .endSpec()
                .build();
        client.resource(beat)
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        client.getKubernetesSerialization().asJson(beat));
    }

    private void requireKnown(String name) {
        if (!names.contains(name)) {
            throw new IllegalArgumentException(name + " is none of " + names);
        }
    }

    private Lease lease(Node node) {
        String name = node.getMetadata().getName();
        return new LeaseBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(LEASE_NAMESPACE)
                .addNewOwnerReference()
                .withApiVersion("v1")
                .withKind("Node")
                .withName(name)
                .withUid(node.getMetadata().getUid())
                .endOwnerReference()
                .endMetadata()
                .withNewSpec()
                .withHolderIdentity(name)
                .withLeaseDurationSeconds(LEASE_SECONDS)
                .withRenewTime(now())
                .endSpec()
                .build();
    }

    private Node node(String name) {
        String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        Map<String, Quantity> capacity =
                Map.of("cpu", new Quantity("1000"), "memory", new Quantity("1000Gi"), "pods", new Quantity("10000"));
        return new NodeBuilder(identity(name))
                .editMetadata()
                .addToLabels("kubernetes.io/hostname", name)
                .addToLabels("kubernetes.io/os", "linux")
                .endMetadata()
                .withNewStatus()
                .withCapacity(capacity)
                .withAllocatable(capacity)
                .addNewAddress("127.0.0.1", "InternalIP")
                .addToConditions(new NodeConditionBuilder()
                        .withType("Ready")
                        .withStatus("True")
                        .withReason("KubeletReady")
                        .withLastHeartbeatTime(now)
                        .withLastTransitionTime(now)
                        .build())
                .endStatus()
                .build();
    }

    private static Node identity(String name) {
        return new NodeBuilder().withNewMetadata().withName(name).endMetadata().build();
    }

    private ZonedDateTime now() {
        return clock.instant().atZone(ZoneOffset.UTC);
    }
}
