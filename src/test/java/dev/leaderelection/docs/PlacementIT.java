package dev.leaderelection.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.FakeKubelet;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Where kube-scheduler puts the replicas of {@code deploy/}, on two nodes. */
class PlacementIT {

    private static final String NAMESPACE = "leader-election-system";
    private static final String DEPLOYMENT = "deployment/leader-election-operator";

    private static final ControlPlane CONTROL_PLANE =
            ControlPlane.builder().withScheduler().start();
    private static final FakeKubelet KUBELET =
            FakeKubelet.builder(CONTROL_PLANE.admin()).nodes(2).withScheduler().start();

    @AfterAll
    static void stop() {
        KUBELET.close();
        CONTROL_PLANE.close();
    }

    private static void awaitRollout() {
        CONTROL_PLANE.kubectl("rollout", "status", DEPLOYMENT, "--namespace=" + NAMESPACE, "--timeout=90s");
    }

    private static List<Pod> replicas() {
        return CONTROL_PLANE
                .admin()
                .pods()
                .inNamespace(NAMESPACE)
                .withLabel("app.kubernetes.io/name", "leader-election-operator")
                .list()
                .getItems();
    }

    private static BigDecimal memory(Map<String, Quantity> amounts) {
        return Objects.requireNonNull(amounts.get("memory")).getNumericalAmount();
    }

    /** Takes all memory of a node but what its pods have asked for. */
    private static void fill(String node) {
        BigDecimal taken = replicas().stream()
                .filter(replica -> node.equals(replica.getSpec().getNodeName()))
                .map(replica -> replica.getSpec().getContainers().get(0).getResources())
                .map(resources -> memory(resources.getRequests()))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
        BigDecimal all = memory(CONTROL_PLANE
                .admin()
                .nodes()
                .withName(node)
                .require()
                .getStatus()
                .getAllocatable());
        Quantity rest = new Quantity(all.subtract(taken).toBigInteger().toString());
        Pod filler = new PodBuilder()
                .withNewMetadata()
                .withName("filler")
                .endMetadata()
                .withNewSpec()
                .withNodeName(node)
                .addNewContainer()
                .withName("filler")
                .withImage("none")
                .withNewResources()
                .addToRequests("memory", rest)
                .endResources()
                .endContainer()
                .endSpec()
                .build();
        CONTROL_PLANE.admin().pods().inNamespace("default").resource(filler).create();
    }

    @Test
    void replicasAreOnTwoNodesAndARolloutEndsThoughOnlyOneOfThemHasRoomForOneMore() {
        CONTROL_PLANE.kubectl("apply", "--server-side", "-k", "deploy/");
        awaitRollout();
        assertThat(replicas())
                .extracting(replica -> replica.getSpec().getNodeName())
                .containsExactlyInAnyOrderElementsOf(KUBELET.nodes());
        fill(KUBELET.nodes().get(1));

        CONTROL_PLANE.kubectl("rollout", "restart", DEPLOYMENT, "--namespace=" + NAMESPACE);

        awaitRollout();
    }
}
