package dev.leaderelection.soak;

import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.FakeKubelet;
import dev.leaderelection.cluster.Identity;
import dev.leaderelection.cluster.Manifests;
import dev.leaderelection.cluster.NetworkProxy;
import dev.leaderelection.cluster.OperatorProcess;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Where it happens: a control plane, a kubelet, and the operator as {@code deploy/} would run it, behind a proxy. */
final class Site implements AutoCloseable {

    private static final int NAMESPACES = 4;
    private static final long OUTAGE_MILLISECONDS = 1000;
    private static final long CUT_MILLISECONDS = 200;

    private final ControlPlane controlPlane;
    private final FakeKubelet kubelet;
    private final NetworkProxy proxy;
    private final OperatorProcess operator;
    private final List<String> namespaces;

    private Site(ControlPlane controlPlane) throws IOException {
        this.controlPlane = controlPlane;
        Manifests manifests = new Manifests(controlPlane);
        manifests.applyCrds();
        manifests.applyRbac();
        this.kubelet = FakeKubelet.start(controlPlane.admin(), 2);
        this.namespaces = IntStream.range(0, NAMESPACES)
                .mapToObj(i -> controlPlane.createNamespace("soak"))
                .toList();
        this.proxy = new NetworkProxy(URI.create(controlPlane.url()).getPort());
        this.operator = OperatorProcess.start(
                controlPlane,
                Map.of(
                        "KUBECONFIG",
                        proxy.kubeconfig(controlPlane, Identity.OPERATOR).toString(),
                        // Costs nothing unless somebody scrapes.
                        "LEADER_ELECTION_METRICS_PER_ELECTION",
                        "4"),
                Map.of());
    }

    /** Starts everything, and waits until the operator is ready. */
    static Site open() throws IOException {
        ControlPlane controlPlane = ControlPlane.start();
        try {
            return new Site(controlPlane);
        } catch (IOException | RuntimeException e) {
            controlPlane.close();
            throw e;
        }
    }

    ControlPlane controlPlane() {
        return controlPlane;
    }

    FakeKubelet kubelet() {
        return kubelet;
    }

    OperatorProcess operator() {
        return operator;
    }

    List<String> namespaces() {
        return namespaces;
    }

    /** Breaks all connections of the operator, and lets none be made for a moment. */
    void cutWatches() throws InterruptedException {
        proxy.cut();
        TimeUnit.MILLISECONDS.sleep(CUT_MILLISECONDS);
        proxy.heal();
    }

    /**
     * Kills the API server, and has another one ready when this returns.
     *
     * @return how long there was none
     */
    Duration restartApiServer() throws InterruptedException {
        long killed = System.nanoTime();
        controlPlane.stopApiServer();
        TimeUnit.MILLISECONDS.sleep(OUTAGE_MILLISECONDS);
        controlPlane.startApiServer();
        return Duration.ofNanos(System.nanoTime() - killed);
    }

    @Override
    public void close() throws IOException {
        operator.close();
        proxy.close();
        kubelet.close();
        controlPlane.close();
    }
}
