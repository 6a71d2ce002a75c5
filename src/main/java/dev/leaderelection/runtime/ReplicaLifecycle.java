package dev.leaderelection.runtime;

import dev.leaderelection.kubernetes.WriteGate;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** Begins and ends this replica's part in the operator's own election, and tells whether its thread lives. */
@Liveness
@ApplicationScoped
class ReplicaLifecycle implements HealthCheck {

    private static final Duration LAST_WRITES = Duration.ofMillis(500);

    /** On a busy node even one request takes its time, and whoever is next would wait for the Lease's end instead. */
    private static final Duration RELEASE = Duration.ofSeconds(5);

    private final Replica replica;
    private final WriteGate gate;
    private final Release release;
    private final SharedIndexInformer<Lease> watch;

    ReplicaLifecycle(Replica replica, WriteGate gate, Release release, KubernetesClient client, OperatorConfig config) {
        this.replica = replica;
        this.release = release;
        this.gate = gate;
        this.watch = client.leases()
                .inNamespace(OperatorWiring.replicaNamespace(client, config))
                .withName(config.replica().lease())
                .runnableInformer(0)
                // It is tried again for ever: without it this replica would take over late, not never.
                .exceptionHandler((started, failure) -> true)
                .addEventHandler(replica);
    }

    /**
     * After the operator has started: while its caches fill it could not act, and a replica that stands by with full ones can. A container
     * that was started again goes by its former name, and would take the Lease back from it.
     */
    void begin(@Observes @Priority(Preparation.AFTER_THE_OPERATOR) StartupEvent start) {
        replica.start();
        var unused = watch.start();
    }

    /** First of all: from here on nothing is written, and the next replica need not wait until everything has ended. */
    void end(@Observes @Priority(1) ShutdownEvent stop) {
        gate.close(LAST_WRITES);
        replica.end(RELEASE, release.isOver());
        watch.close();
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("replica").status(replica.isAlive()).build();
    }
}
