package dev.leaderelection.nodes;

import dev.leaderelection.cluster.ControlPlane;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZonedDateTime;
import org.awaitility.Awaitility;

/** The operator's own pods, installed as users do it. */
final class Replicas {

    static final String NAMESPACE = "leader-election-system";

    private static final String NAME = "leader-election-operator";
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private final ControlPlane controlPlane;
    private final KubernetesClient client;

    private Replicas(ControlPlane controlPlane) {
        this.controlPlane = controlPlane;
        this.client = controlPlane.admin();
    }

    /** Applies a kustomization, and waits until all replicas are available. */
    static Replicas install(ControlPlane controlPlane, Path kustomization) {
        Replicas replicas = new Replicas(controlPlane);
        controlPlane.kubectl("apply", "-k", kustomization.toString());
        replicas.awaitRolledOut();
        return replicas;
    }

    void roll() {
        controlPlane.kubectl("rollout", "restart", "deployment/" + NAME, "--namespace=" + NAMESPACE);
        awaitRolledOut();
    }

    void awaitRolledOut() {
        controlPlane.kubectl("rollout", "status", "deployment/" + NAME, "--namespace=" + NAMESPACE, "--timeout=110s");
    }

    /** The replica that acts, by the operator's own Lease. */
    Pod active() {
        String holder = Awaitility.await("an active operator")
                .atMost(PATIENCE)
                .until(() -> lease().getSpec().getHolderIdentity(), name -> name != null && !name.isEmpty());
        return client.pods().inNamespace(NAMESPACE).withName(holder).get();
    }

    /** Has a replica on another node act, if the one that does is on this one. */
    void leave(String node) {
        for (Pod active = active(); active.getSpec().getNodeName().equals(node); active = active()) {
            String name = active.getMetadata().getName();
            client.pods().inNamespace(NAMESPACE).withName(name).delete();
            Awaitility.await("another active operator")
                    .atMost(PATIENCE)
                    .until(() -> !name.equals(lease().getSpec().getHolderIdentity()));
        }
        awaitRolledOut();
    }

    /** Waits until a replica has renewed the operator's own Lease twice from now on. */
    void awaitRenewals() {
        for (int i = 0; i < 2; i++) {
            ZonedDateTime before = lease().getSpec().getRenewTime();
            Awaitility.await("a renewal of the operator's own Lease")
                    .atMost(PATIENCE)
                    .until(() -> !before.equals(lease().getSpec().getRenewTime()));
        }
    }

    private Lease lease() {
        return client.leases().inNamespace(NAMESPACE).withName(NAME).get();
    }
}
