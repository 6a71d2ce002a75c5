package dev.leaderelection.runtime;

import dev.leaderelection.kubernetes.ApiServer;
import dev.leaderelection.kubernetes.PracticeServer;
import dev.leaderelection.reconciler.Clocks;
import dev.leaderelection.reconciler.Rehearsal;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.health.api.Wellness;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rehearses failovers beside the real work once the process has started, so that the first real one is as quick as later ones. It is no
 * part of being ready, as elections are looked after before; {@code /q/health/well} tells when it is over. Nothing depends on its success.
 */
@Wellness
@ApplicationScoped
class Preparation implements HealthCheck {

    private static final Logger log = LoggerFactory.getLogger(Preparation.class);

    /** Well above the priority at which the framework starts the operator. */
    static final int AFTER_THE_OPERATOR = Interceptor.Priority.LIBRARY_AFTER + 500;

    /** Far more than one failover or one interrupted request takes. */
    private static final Duration LAST_ONE = Duration.ofSeconds(5);

    private final KubernetesClient client;
    private final Clocks clocks;
    private final OperatorConfig config;
    private final Thread thread = new Thread(this::rehearse, "rehearsal");
    private volatile boolean ending;
    private volatile boolean over;

    Preparation(KubernetesClient client, Clocks clocks, OperatorConfig config) {
        this.client = client;
        this.clocks = clocks;
        this.config = config;
        thread.setDaemon(true);
    }

    /** After the operator has started: until then it would only hold that up. */
    void begin(@Observes @Priority(AFTER_THE_OPERATOR) StartupEvent start) {
        if (config.release()) {
            // There will be no failover.
            over = true;
        } else {
            thread.start();
        }
    }

    /** Before the client and everything else that a rehearsal uses is taken away; after the leadership of this replica was. */
    void end(@Observes ShutdownEvent stop) throws InterruptedException {
        ending = true;
        thread.interrupt();
        thread.join(LAST_ONE.toMillis());
    }

    private void rehearse() {
        try {
            int failovers = new Rehearsal(new PracticeServer(client.getKubernetesSerialization()), clocks)
                    .run(config.rehearsals(), untilItsTimeIsUp());
            int requests = new ApiServer(client)
                    .rehearse(OperatorWiring.replicaNamespace(client, config), config.rehearsals(), untilItsTimeIsUp());
            log.atInfo()
                    .addKeyValue("failovers", failovers)
                    .addKeyValue("requests", requests)
                    .log("rehearsed");
        } finally {
            over = true;
        }
    }

    private BooleanSupplier untilItsTimeIsUp() {
        Duration end = clocks.ticks().get().plus(config.rehearsalLimit());
        return () -> !ending && clocks.ticks().get().compareTo(end) < 0;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("rehearsal").status(over).build();
    }
}
