package dev.leaderelection.demo;

import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.FakeKubelet;
import dev.leaderelection.cluster.Identity;
import dev.leaderelection.cluster.Manifests;
import dev.leaderelection.cluster.OperatorProcess;
import dev.leaderelection.training.StartupTraining;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;

/**
 * The control plane, the nodes and the packaged operator of one demonstration; all of it ends with {@link #close()}.
 *
 * <p>On Ctrl-C the terminal ends the control plane's processes, too: nothing here may need its answer to end.
 */
final class Theatre implements AutoCloseable {

    static final String NAMESPACE = "demo";

    private static final int LOG_LINES = 15;

    private final Deque<Runnable> open = new ArrayDeque<>();
    private final ControlPlane controlPlane;
    private final FakeKubelet kubelet;
    private Optional<OperatorProcess> operator = Optional.empty();

    /** Starts the control plane and the nodes. */
    Theatre() {
        controlPlane = ControlPlane.builder().withoutAuditLog().start();
        closeLater(controlPlane::close);
        kubelet = FakeKubelet.start(controlPlane.admin(), 2);
    }

    String url() {
        return controlPlane.url();
    }

    KubernetesClient client() {
        return controlPlane.admin();
    }

    FakeKubelet kubelet() {
        return kubelet;
    }

    Path kubeconfig() {
        return controlPlane.kubeconfig(Identity.ADMIN);
    }

    String kubectl(String... arguments) {
        return controlPlane.kubectl(arguments);
    }

    /** Installs what users install, and makes a namespace that kubectl means from then on. */
    void install() {
        Manifests manifests = new Manifests(controlPlane);
        manifests.applyCrds();
        manifests.applyRbac();
        kubectl("create", "namespace", NAMESPACE);
        Awaitility.await("service account of namespace " + NAMESPACE)
                .pollInterval(Duration.ofMillis(20))
                .atMost(Duration.ofSeconds(30))
                .until(() -> client().serviceAccounts()
                                .inNamespace(NAMESPACE)
                                .withName("default")
                                .get()
                        != null);
        kubectl("config", "set-context", "--current", "--namespace=" + NAMESPACE);
    }

    /** Whether the operator has its start-up archive. */
    boolean isTrained() {
        return OperatorProcess.isTrained();
    }

    /** Has the operator's JVM write its start-up archive. */
    void trainOperator() {
        StartupTraining.train(controlPlane);
    }

    /** Starts the operator with the rights that it was given by {@link #install()}, and no others. */
    void startOperator() {
        OperatorProcess started = OperatorProcess.launch(controlPlane, Map.of(), Map.of());
        operator = Optional.of(started);
        closeLater(started::close);
        started.awaitReady();
    }

    /** The last lines that the operator wrote. */
    String endOfOperatorLog() {
        String log = operator.map(OperatorProcess::log).orElse("");
        long skipped = Math.max(0, log.lines().count() - LOG_LINES);
        return String.join("\n", log.lines().skip(skipped).toList());
    }

    /** Ends everything, the newest first. */
    @Override
    public synchronized void close() {
        while (!open.isEmpty()) {
            open.pop().run();
        }
    }

    private synchronized void closeLater(Runnable close) {
        open.push(close);
    }
}
