package dev.leaderelection.bench;

import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.FakeKubelet;
import dev.leaderelection.cluster.Identity;
import dev.leaderelection.cluster.Manifests;
import dev.leaderelection.cluster.OperatorProcess;
import dev.leaderelection.training.StartupTraining;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The control plane of a run, with the nodes that the pods stand on, and the operator as {@code deploy/} would run it. The pods are
 * made, broken and removed by the benchmark alone.
 */
final class Setting implements AutoCloseable {

    private final ControlPlane controlPlane;
    private final boolean image;
    private final FakeKubelet nodes;
    private final Api admin;
    private final Api operator;

    private Setting(ControlPlane controlPlane, boolean image) {
        this.controlPlane = controlPlane;
        this.image = image;
        Manifests manifests = new Manifests(controlPlane);
        manifests.applyCrds();
        manifests.applyRbac();
        this.nodes = FakeKubelet.builder(controlPlane.admin())
                .nodes(2)
                .inNamespace("kube-node-lease")
                .start();
        this.admin = new Api(controlPlane, Identity.ADMIN);
        this.operator = new Api(controlPlane, Identity.OPERATOR);
    }

    /**
     * Starts the control plane.
     *
     * @param image whether the operator is the image's, instead of the packaged one
     */
    static Setting open(boolean image) {
        if (!image && !OperatorProcess.isTrained()) {
            StartupTraining.run();
        }
        ControlPlane controlPlane = ControlPlane.start();
        try {
            return new Setting(controlPlane, image);
        } catch (RuntimeException e) {
            controlPlane.close();
            throw e;
        }
    }

    ControlPlane controlPlane() {
        return controlPlane;
    }

    Api admin() {
        return admin;
    }

    /** Requests with the operator's own rights, and its share of the API server. */
    Api operator() {
        return operator;
    }

    /** A namespace of its own. */
    Pods pods(String prefix) {
        return new Pods(
                admin, controlPlane.createNamespace(prefix), nodes.nodes().get(0));
    }

    /** A fresh operator that says it is ready. */
    OperatorProcess startOperator() {
        return image
                ? OperatorProcess.startImage(controlPlane)
                : OperatorProcess.start(controlPlane, Map.of(), Map.of());
    }

    static void pause(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        nodes.close();
        controlPlane.close();
    }
}
