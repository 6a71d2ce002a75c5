package dev.leaderelection.nodes;

import dev.leaderelection.cluster.Binary;
import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.ControlPlaneBinaries;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** A cluster of a control plane and real nodes; within the enclosure alone. */
final class Site implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private final ControlPlane controlPlane;
    private final List<Node> nodes;

    private Site(ControlPlane controlPlane, List<Node> nodes) {
        this.controlPlane = controlPlane;
        this.nodes = nodes;
    }

    /**
     * Starts it and waits until the nodes are ready.
     *
     * @param images imported into each node
     * @param folder for what the nodes write
     * @param cgroup below which the nodes' containers are to be
     * @param proxyPace how long each kube-proxy gathers changes after one that it has followed
     */
    static Site start(List<Path> images, Path folder, String cgroup, Duration proxyPace) throws IOException {
        Map<Binary, Path> binaries = ControlPlaneBinaries.ofThisMachine().locate(Binary.NODE);
        Network.lay();
        var builder = ControlPlane.builder()
                .withScheduler()
                .withoutAuditLog()
                .reachableAt(Network.MACHINE)
                .withApiServerFlags("--kubelet-preferred-address-types=InternalIP")
                .withControllerManagerFlags("--node-monitor-period=1s")
                .withIdentity(Node.PROXY);
        List<Node> nodes = new ArrayList<>();
        for (int number = 1; number <= Network.NODES; number++) {
            builder.withIdentity(Node.identity(number));
            String name = Node.name(number);
            nodes.add(new Node(number, binaries, folder.resolve(name), cgroup + "/" + name));
        }
        Site site = new Site(builder.start(), nodes);
        try {
            for (Node node : nodes) {
                node.start(site.controlPlane, proxyPace);
            }
            CompletableFuture.allOf(nodes.stream()
                            .map(node -> CompletableFuture.runAsync(() -> images.forEach(node::importImage)))
                            .toArray(CompletableFuture<?>[]::new))
                    .join();
            site.awaitNodes();
            return site;
        } catch (IOException | RuntimeException e) {
            site.close();
            throw e;
        }
    }

    ControlPlane controlPlane() {
        return controlPlane;
    }

    Node nodeOf(Pod pod) {
        return nodes.stream()
                .filter(node -> node.name().equals(pod.getSpec().getNodeName()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(pod.getMetadata().getName() + " is on no node"));
    }

    void awaitNodes() {
        try {
            Awaitility.await("the nodes")
                    .atMost(PATIENCE)
                    .until(() -> controlPlane.admin().nodes().list().getItems().stream()
                                    .filter(node -> node.getStatus().getConditions().stream()
                                            .anyMatch(condition -> condition
                                                            .getType()
                                                            .equals("Ready")
                                                    && condition.getStatus().equals("True")))
                                    .count()
                            == nodes.size());
        } catch (ConditionTimeoutException e) {
            throw new IllegalStateException(
                    "the nodes do not get ready\n"
                            + String.join(
                                    "\n", nodes.stream().map(Node::describe).toList()),
                    e);
        }
    }

    @Override
    public void close() {
        nodes.forEach(Node::close);
        controlPlane.close();
    }
}
