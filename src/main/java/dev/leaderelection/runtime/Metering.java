package dev.leaderelection.runtime;

import dev.leaderelection.kubernetes.WriteGate;
import dev.leaderelection.reconciler.Feeds;
import dev.leaderelection.reconciler.LeaderElectionReconciler;
import dev.leaderelection.reconciler.Telemetry;
import io.micrometer.core.instrument.MeterRegistry;
import io.prometheus.client.CollectorRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Puts the operator's metrics where they are scraped. */
@Singleton
final class Metering {

    @Produces
    @Singleton
    static Telemetry telemetry(MeterRegistry registry) {
        return new Counters(registry);
    }

    /** What is scraped: the extension writes all meters to it. */
    @Produces
    @Singleton
    static CollectorRegistry scraped() {
        return new CollectorRegistry(true);
    }

    void register(
            @Observes StartupEvent start,
            CollectorRegistry scraped,
            LeaderElectionReconciler reconciler,
            Feeds feeds,
            WriteGate gate,
            OperatorConfig config,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        scraped.register(new Gauges(reconciler, feeds, gate, config.metrics().perElection(), version));
    }
}
