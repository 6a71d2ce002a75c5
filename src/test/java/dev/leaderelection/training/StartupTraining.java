package dev.leaderelection.training;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.api.LeadershipTransferSpec;
import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.FakeKubelet;
import dev.leaderelection.cluster.Manifests;
import dev.leaderelection.cluster.OperatorProcess;
import dev.leaderelection.cluster.PlainPod;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.awaitility.Awaitility;

/**
 * Lets the packaged operator start, elect, transfer, fail over and clean up once, so that its JVM writes down which classes that takes: the
 * archive beside its jar, from which it starts in half the time.
 */
public final class StartupTraining {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final KubernetesClient client;
    private final String namespace;

    private StartupTraining(ControlPlane controlPlane) {
        client = controlPlane.admin();
        namespace = controlPlane.createNamespace("training");
    }

    /** As {@link #run}, and ends the JVM, whose clients would keep it alive. Takes no arguments; the working directory is the project's. */
    public static void main(String[] arguments) {
        System.out.println("Training the operator's start-up archive");
        run();
        System.exit(0);
    }

    /** Trains the packaged operator on a control plane of its own. */
    public static void run() {
        run(OperatorProcess::train);
    }

    /**
     * Trains an operator on a control plane of its own.
     *
     * @param start starts it, and waits until it is ready
     */
    static void run(Function<ControlPlane, OperatorProcess> start) {
        try (ControlPlane controlPlane =
                ControlPlane.builder().withoutAuditLog().start()) {
            Manifests manifests = new Manifests(controlPlane);
            manifests.applyCrds();
            manifests.applyRbac();
            FakeKubelet kubelet = FakeKubelet.start(controlPlane.admin(), 1);
            try {
                train(controlPlane, start);
            } finally {
                // Its threads would keep a JVM alive whose training has failed.
                kubelet.close();
            }
        }
    }

    /**
     * Trains the packaged operator on a control plane that has the CRDs, the operator's rights and a node.
     *
     * @throws org.awaitility.core.ConditionTimeoutException when the operator does not do its work
     */
    public static void train(ControlPlane controlPlane) {
        train(controlPlane, OperatorProcess::train);
    }

    private static void train(ControlPlane controlPlane, Function<ControlPlane, OperatorProcess> start) {
        try (OperatorProcess operator = start.apply(controlPlane)) {
            new StartupTraining(controlPlane).play();
            operator.stop();
        }
    }

    private void play() {
        client.resource(pod("first")).create();
        client.resource(pod("second")).create();
        var election = client.resource(Serialization.unmarshal("""
                apiVersion: leaderelection.dev/v1alpha1
                kind: LeaderElection
                metadata: {name: training, namespace: %s}
                spec:
                  selector:
                    matchLabels: {app: training}
                """.formatted(namespace), LeaderElection.class));
        election.create();
        String first = awaitLeader("");
        Awaitility.await("two candidates in training").atMost(PATIENCE).until(() -> isFull(election.get()));
        client.resource(transfer()).create();
        String second = awaitLeader(first);
        client.pods().inNamespace(namespace).withName(second).delete();
        awaitLeader(second);
        election.delete();
        Awaitility.await("the end of the election").atMost(PATIENCE).until(() -> election.get() == null);
        client.namespaces().withName(namespace).delete();
    }

    private static boolean isFull(LeaderElection election) {
        return election.getStatus() != null
                && election.getStatus().candidates() != null
                && "2/2".equals(election.getStatus().candidates().summary());
    }

    private LeadershipTransfer transfer() {
        LeadershipTransfer transfer = new LeadershipTransfer();
        transfer.getMetadata().setNamespace(namespace);
        transfer.getMetadata().setName("training");
        transfer.setSpec(new LeadershipTransferSpec("training", "", 60));
        return transfer;
    }

    private String awaitLeader(String otherThan) {
        return Awaitility.await("a leader in training")
                .atMost(PATIENCE)
                .until(
                        () -> client
                                .pods()
                                .inNamespace(namespace)
                                .withLabel("leaderelection.dev/role", "leader")
                                .list()
                                .getItems()
                                .stream()
                                .map(pod -> pod.getMetadata().getName())
                                .filter(name -> !name.equals(otherThan))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    private Pod pod(String name) {
        return PlainPod.of(name, Map.of("app", "training"))
                .editMetadata()
                .withNamespace(namespace)
                .endMetadata()
                .build();
    }
}
