package dev.leaderelection.chaos;

import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.FakeKubelet;
import dev.leaderelection.cluster.Manifests;
import java.io.IOException;
import java.nio.file.Path;

/** Where it happens: a control plane, a kubelet, the operators, and who writes the history down. */
final class Arena implements AutoCloseable {

    private final ControlPlane controlPlane;
    private final FakeKubelet kubelet;
    private final String namespace;
    private final HistoryFile file;
    private final Auditor auditor;
    private final StoreWatch watch;
    private final Replicas replicas;

    private Arena(ControlPlane controlPlane, Path history) throws IOException {
        this.controlPlane = controlPlane;
        Manifests manifests = new Manifests(controlPlane);
        manifests.applyCrds();
        manifests.applyRbac();
        this.kubelet = FakeKubelet.start(controlPlane.admin(), 2);
        this.namespace = controlPlane.createNamespace("chaos");
        this.file = HistoryFile.create(history);
        this.auditor = new Auditor(file);
        this.watch = StoreWatch.start(controlPlane.storeUrl(), namespace, auditor);
        this.replicas = new Replicas(controlPlane);
    }

    /**
     * Starts everything but waits for no operator.
     *
     * @param history the file that the history is kept in
     */
    static Arena open(Path history) throws IOException {
        // The store's own watch is to be read without the API server's binary format.
        ControlPlane controlPlane = ControlPlane.builder()
                .withoutAuditLog()
                .withApiServerFlags("--storage-media-type=application/json")
                .start();
        try {
            return new Arena(controlPlane, history);
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

    String namespace() {
        return namespace;
    }

    HistoryFile file() {
        return file;
    }

    Auditor auditor() {
        return auditor;
    }

    StoreWatch watch() {
        return watch;
    }

    Replicas replicas() {
        return replicas;
    }

    @Override
    public void close() throws IOException {
        watch.close();
        replicas.close();
        kubelet.close();
        controlPlane.close();
        file.close();
    }
}
