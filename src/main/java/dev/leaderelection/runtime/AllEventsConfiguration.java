package dev.leaderelection.runtime;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.kubernetes.ApiServer;
import dev.leaderelection.reconciler.LeaderElectionReconciler;
import io.javaoperatorsdk.operator.api.config.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.quarkiverse.operatorsdk.runtime.QuarkusConfigurationService;
import io.quarkiverse.operatorsdk.runtime.QuarkusControllerConfiguration;
import java.time.Duration;
import java.util.Optional;

/**
 * The extension's configuration of the controller, but for what it has no setting for: every event reaches the reconciler,
 * deletions too, so that it keeps its finalizer itself; and elections are listed page by page.
 */
final class AllEventsConfiguration extends QuarkusControllerConfiguration<LeaderElection> {

    private AllEventsConfiguration(
            QuarkusControllerConfiguration<LeaderElection> base, ControllerConfiguration<LeaderElection> filtered) {
        super(
                filtered.getInformerConfig(),
                base.getName(),
                base.isGenerationAware(),
                base.getAssociatedReconcilerClassName(),
                base.getRetry(),
                base.getRateLimiter(),
                base.maxReconciliationInterval().orElse(Duration.ofMinutes(1)),
                base.getFinalizerName(),
                base.fieldManager(),
                base.getWorkflow(),
                base.getResourceTypeName(),
                base.getResourceClass());
    }

    /**
     * @param namespace the one whose objects are watched, or nothing for those of all
     */
    static AllEventsConfiguration of(
            QuarkusConfigurationService service, Reconciler<LeaderElection> reconciler, Optional<String> namespace) {
        QuarkusControllerConfiguration<LeaderElection> base = service.getConfigurationFor(reconciler);
        ControllerConfigurationOverrider<LeaderElection> filtered = ControllerConfigurationOverrider.override(base)
                .withOnUpdateFilter(LeaderElectionReconciler::isNews)
                .withInformerListLimit(ApiServer.PAGE);
        AllEventsConfiguration configuration = new AllEventsConfiguration(
                base,
                namespace
                        .map(filtered::settingNamespace)
                        .orElseGet(filtered::watchingAllNamespaces)
                        .build());
        configuration.setParent(service);
        return configuration;
    }

    @Override
    public boolean triggerReconcilerOnAllEvents() {
        return true;
    }
}
