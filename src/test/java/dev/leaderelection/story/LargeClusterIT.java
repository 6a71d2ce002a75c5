package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.Manifests;
import dev.leaderelection.cluster.OperatorProcess;
import dev.leaderelection.cluster.PlainPod;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A cluster whose pods do not fit into the operator's heap. */
class LargeClusterIT {

    private static final int PODS = 2_000;

    /** No election reads it; whole, the pods take more than the heap that {@code deploy/} allows. */
    private static final String PADDING = "x".repeat(60_000);

    private static final String ELECTION = """
            apiVersion: leaderelection.dev/v1alpha1
            kind: LeaderElection
            metadata: {name: orders}
            spec: {selector: {matchLabels: {app: orders}}}
            """;

    @Test
    void anOperatorStartsAmongMorePodsThanItsHeapHolds() {
        try (ControlPlane controlPlane = ControlPlane.start()) {
            Manifests manifests = new Manifests(controlPlane);
            manifests.applyCrds();
            manifests.applyRbac();
            String namespace = controlPlane.createNamespace("large");
            KubernetesClient admin = controlPlane.admin();
            IntStream.range(0, PODS)
                    .parallel()
                    .forEach(i -> admin.pods()
                            .inNamespace(namespace)
                            .resource(padded("orders-" + i))
                            .create());
            admin.resource(ELECTION).inNamespace(namespace).create();

            try (OperatorProcess operator =
                    OperatorProcess.start(controlPlane, Map.of("LEADER_ELECTION_REHEARSALS", "0"), Map.of())) {
                await("every pod is counted")
                        .atMost(Duration.ofSeconds(60))
                        .untilAsserted(() -> assertThat(candidates(admin, namespace))
                                .as(operator.log())
                                .isEqualTo(PODS));
                assertThat(operator.isAlive()).isTrue();
            }
        }
    }

    private static Pod padded(String name) {
        return PlainPod.of(name, Map.of("app", "orders"))
                .editMetadata()
                .withAnnotations(Map.of("example.com/padding", PADDING))
                .endMetadata()
                .editSpec()
                // Nobody schedules it, and so nobody else writes to it.
                .addNewSchedulingGate("example.com/never")
                .endSpec()
                .build();
    }

    private static long candidates(KubernetesClient admin, String namespace) {
        LeaderElectionStatus status = Objects.requireNonNull(admin.resources(LeaderElection.class)
                        .inNamespace(namespace)
                        .withName("orders")
                        .get())
                .getStatus();
        return status == null || status.candidates() == null
                ? 0
                : status.candidates().total();
    }
}
