package dev.leaderelection.chaos;

import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.Identity;
import dev.leaderelection.cluster.NetworkProxy;
import dev.leaderelection.cluster.OperatorProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Two operators that both act at any time, for they go by one name: what one does, the other takes for its own. The second one
 * reaches the API server through a proxy.
 */
final class Replicas implements AutoCloseable {

    static final int COUNT = 2;

    private static final int MOST_STARTS = 10;

    private final ControlPlane controlPlane;
    private final NetworkProxy proxy;
    private final Path proxied;
    private final List<OperatorProcess> processes = new ArrayList<>();
    private final List<OperatorProcess> all = new ArrayList<>();
    private int endedByThemselves;

    Replicas(ControlPlane controlPlane) throws IOException {
        this.controlPlane = controlPlane;
        this.proxy = new NetworkProxy(URI.create(controlPlane.url()).getPort());
        this.proxied = proxy.kubeconfig(controlPlane, Identity.OPERATOR);
        for (int i = 0; i < COUNT; i++) {
            processes.add(launch(i));
        }
    }

    private OperatorProcess launch(int index) {
        // What it would rehearse matters to its speed alone.
        Map<String, String> variables = new HashMap<>(Map.of("LEADER_ELECTION_REHEARSALS", "0"));
        if (index > 0) {
            variables.put("KUBECONFIG", proxied.toString());
        }
        OperatorProcess process = OperatorProcess.launch(controlPlane, variables, Map.of());
        all.add(process);
        return process;
    }

    NetworkProxy proxy() {
        return proxy;
    }

    synchronized OperatorProcess get(int index) {
        return processes.get(index);
    }

    /** How often one has ended without being killed, and was started again, as a kubelet would have done. */
    synchronized int endedByThemselves() {
        return endedByThemselves;
    }

    /** What all of them have written, those that were killed too. */
    synchronized String logs() {
        StringBuilder logs = new StringBuilder();
        all.forEach(process ->
                logs.append("--- operator ").append(process.url()).append("\n").append(process.log()));
        return logs.toString();
    }

    /** Starts one again, which is not running. */
    synchronized void restart(int index) {
        processes.set(index, launch(index));
    }

    /** Waits until both are ready; starts those again that have ended. */
    void awaitReady() {
        for (int i = 0; i < COUNT; i++) {
            for (int starts = 0; !isReady(i); starts++) {
                if (starts == MOST_STARTS) {
                    throw new IllegalStateException("an operator does not stay alive\n" + get(i).log());
                }
            }
        }
    }

    private boolean isReady(int index) {
        if (!get(index).isAlive()) {
            synchronized (this) {
                endedByThemselves++;
            }
            restart(index);
        }
        try {
            get(index).awaitReady();
            return true;
        } catch (IllegalStateException e) {
            if (get(index).isAlive()) {
                throw e;
            }
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        processes.forEach(OperatorProcess::close);
        proxy.close();
    }
}
