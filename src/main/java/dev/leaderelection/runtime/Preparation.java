package dev.leaderelection.runtime;

import dev.leaderelection.kubernetes.ApiServer;
import dev.leaderelection.kubernetes.PracticeServer;
import dev.leaderelection.reconciler.Clocks;
import dev.leaderelection.reconciler.Rehearsal;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rehearses failovers beside the real work while the process starts; it is ready when that is over. Elections are looked after from
 * the beginning, and nothing depends on its success.
 */
@Readiness
@ApplicationScoped
class Preparation implements HealthCheck {

    private static final Logger log = LoggerFactory.getLogger(Preparation.class);

    private final KubernetesClient client;
    private final Clocks clocks;
    private final OperatorConfig config;
    private volatile boolean over;

    Preparation(KubernetesClient client, Clocks clocks, OperatorConfig config) {
        this.client = client;
        this.clocks = clocks;
        this.config = config;
    }

    void begin(@Observes StartupEvent start) {
        Thread thread = new Thread(this::rehearse, "rehearsal");
        thread.setDaemon(true);
        thread.start();
    }

    private void rehearse() {
        try {
            int failovers = new Rehearsal(new PracticeServer(client.getKubernetesSerialization()), clocks)
                    .run(config.rehearsals(), config.rehearsalLimit());
            int requests = new ApiServer(client)
                    .rehearse(
                            OperatorWiring.replicaNamespace(client, config),
                            config.rehearsals(),
                            config.rehearsalLimit(),
                            clocks.ticks());
            log.atInfo()
                    .addKeyValue("failovers", failovers)
                    .addKeyValue("requests", requests)
                    .log("rehearsed");
        } finally {
            over = true;
        }
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("rehearsal").status(over).build();
    }
}
