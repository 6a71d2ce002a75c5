package dev.leaderelection.runtime;

import dev.leaderelection.reconciler.Feeds;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** Fails when the event loop that probes pods does not turn any more: every pod would look well for ever. */
@Liveness
@ApplicationScoped
class EventLoopLiveness implements HealthCheck {

    private final Feeds feeds;
    private final OperatorConfig config;

    EventLoopLiveness(Feeds feeds, OperatorConfig config) {
        this.feeds = feeds;
        this.config = config;
    }

    @Override
    public HealthCheckResponse call() {
        return Lateness.check("event loop", "silentMilliseconds", feeds.silence(), config.overdueLimit());
    }
}
