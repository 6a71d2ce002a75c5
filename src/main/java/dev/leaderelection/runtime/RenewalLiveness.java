package dev.leaderelection.runtime;

import dev.leaderelection.reconciler.LeaderElectionReconciler;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * Fails when a pass that is due does not come, or does not end: the framework's one timer thread dies silently on an exception, and a
 * process that renews nothing is better restarted.
 */
@Liveness
@ApplicationScoped
class RenewalLiveness implements HealthCheck {

    private final LeaderElectionReconciler reconciler;
    private final OperatorConfig config;

    RenewalLiveness(LeaderElectionReconciler reconciler, OperatorConfig config) {
        this.reconciler = reconciler;
        this.config = config;
    }

    @Override
    public HealthCheckResponse call() {
        return Lateness.check("renewals", "mostOverdueMilliseconds", reconciler.mostOverdue(), config.overdueLimit());
    }
}
