package dev.leaderelection.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Plays the containers of the Jobs that let elections go: the packaged operator runs in their place, with their environment and the
 * identity of their service account, and the Job hears how it ended.
 */
public final class ReleaseJobs implements AutoCloseable {

    /** Whom the chart has the Job run as, in the namespace that the documentation names. */
    public static final Identity IDENTITY =
            Identity.serviceAccount("leader-election-system", "leader-election-operator-release");

    private static final String SETTING = "LEADER_ELECTION_RELEASE";
    private static final String JOB = "batch.kubernetes.io/job-name";

    private final ControlPlane controlPlane;
    private final FakeKubelet kubelet;
    private final Set<String> begun = ConcurrentHashMap.newKeySet();
    private final List<Outcome> outcomes = new CopyOnWriteArrayList<>();
    private final ExecutorService worker = Executors.newSingleThreadExecutor();
    private final SharedIndexInformer<Pod> pods;

    /**
     * How a Job's container ended.
     *
     * @param exitCode its exit code
     * @param log what it wrote
     */
    public record Outcome(int exitCode, String log) {}

    private ReleaseJobs(ControlPlane controlPlane, FakeKubelet kubelet) {
        this.controlPlane = controlPlane;
        this.kubelet = kubelet;
        this.pods = controlPlane.admin().pods().inAnyNamespace().withLabel(JOB).inform(new Events());
    }

    /** On a control plane that lets {@link #IDENTITY} in, and whose pods this kubelet plays. */
    public static ReleaseJobs play(ControlPlane controlPlane, FakeKubelet kubelet) {
        return new ReleaseJobs(controlPlane, kubelet);
    }

    /** How those ended that have ended so far, in this order. */
    public List<Outcome> outcomes() {
        return List.copyOf(outcomes);
    }

    @Override
    public void close() {
        pods.close();
        worker.shutdownNow();
    }

    private void run(Pod pod) {
        Map<String, String> variables = PodVariables.of(
                pod.getSpec(),
                pod.getMetadata().getNamespace(),
                pod.getMetadata().getName());
        String account = pod.getSpec().getServiceAccountName();
        Identity identity = Identity.serviceAccount(pod.getMetadata().getNamespace(), account);
        variables.put("KUBECONFIG", controlPlane.kubeconfig(identity).toString());
        try (OperatorProcess operator = OperatorProcess.launch(controlPlane, variables, Map.of())) {
            int exitCode = operator.awaitExit();
            outcomes.add(new Outcome(exitCode, operator.log()));
            kubelet.phase(pod, exitCode == 0 ? "Succeeded" : "Failed");
        }
    }

    private final class Events implements ResourceEventHandler<Pod> {

        @Override
        public void onAdd(Pod pod) {
            look(pod);
        }

        @Override
        public void onUpdate(Pod before, Pod pod) {
            look(pod);
        }

        @Override
        public void onDelete(Pod pod, boolean finalStateUnknown) {}

        private void look(Pod pod) {
            boolean releases = pod.getSpec().getContainers().get(0).getEnv().stream()
                    .anyMatch(variable -> SETTING.equals(variable.getName()));
            boolean runs = "Running".equals(pod.getStatus().getPhase());
            if (releases && runs && begun.add(pod.getMetadata().getUid())) {
                worker.execute(() -> run(pod));
            }
        }
    }
}
