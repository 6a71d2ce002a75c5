package dev.leaderelection.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.reconciler.Clocks;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

/** A rehearsal does not outlive the operator: what it uses is taken away next. */
class PreparationTest {

    private static final Clocks CLOCKS = new Clocks(InstantSource.system(), () -> Duration.ofNanos(System.nanoTime()));

    @Test
    void aShutdownEndsTheRehearsalWhateverItWaitsFor() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                KubernetesClient client = clientOf(silent)) {
            Preparation preparation = new Preparation(
                    client,
                    CLOCKS,
                    SettingsTest.config(Map.of(
                            "leader-election.rehearsals", "3",
                            "leader-election.replica.namespace", "default")));

            preparation.begin(new StartupEvent());
            silent.accept();
            assertThat(preparation.call().getStatus()).isEqualTo(Status.DOWN);

            preparation.end(new ShutdownEvent());
            assertThat(preparation.call().getStatus()).isEqualTo(Status.UP);
        }
    }

    private static KubernetesClient clientOf(ServerSocket server) {
        return new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder()
                        .withMasterUrl("http://127.0.0.1:" + server.getLocalPort())
                        .build())
                .build();
    }
}
