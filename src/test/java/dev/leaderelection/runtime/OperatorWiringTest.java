package dev.leaderelection.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.kubernetes.ApiServer;
import dev.leaderelection.reconciler.LeaderElectionReconciler;
import dev.leaderelection.reconciler.Remit;
import dev.leaderelection.reconciler.Telemetry;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.RegisteredController;
import io.javaoperatorsdk.operator.api.config.ControllerConfiguration;
import io.javaoperatorsdk.operator.processing.Controller;
import io.javaoperatorsdk.operator.processing.event.source.informer.ManagedInformerEventSource;
import io.prometheus.client.CollectorRegistry;
import io.quarkiverse.operatorsdk.runtime.AppEventListener;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.ObserverMethod;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.stream.Collectors;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(OperatorWiringTest.WithoutACluster.class)
class OperatorWiringTest {

    /** Everything is wired, nothing is started. */
    public static final class WithoutACluster implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "quarkus.operator-sdk.start-operator", "false",
                    "quarkus.kubernetes-client.api-server-url", "https://127.0.0.1:1",
                    "quarkus.http.host", "127.0.0.1",
                    "quarkus.http.test-port", "0",
                    "leader-election.allowed-label-prefixes", "example.com,leaderelection.dev");
        }
    }

    @Inject
    Operator operator;

    @Inject
    KubernetesClient client;

    @Inject
    BeanManager beans;

    @Inject
    Remit remit;

    @Inject
    @Liveness
    RenewalLiveness liveness;

    @Inject
    @Liveness
    EventLoopLiveness eventLoop;

    @Inject
    Telemetry telemetry;

    @Inject
    CollectorRegistry scraped;

    private ControllerConfiguration<?> controller() {
        RegisteredController<?> controller =
                operator.getRegisteredController(LeaderElectionReconciler.NAME).orElseThrow();
        return controller.getConfiguration();
    }

    @Test
    void everyEventReachesTheReconcilerDeletionsToo() {
        assertThat(controller().triggerReconcilerOnAllEvents()).isTrue();
        assertThat(controller().isGenerationAware()).isFalse();
        assertThat(controller().getInformerConfig().getOnUpdateFilter()).isNotNull();
    }

    @Test
    void theElectionsOfAllNamespacesAreLookedAfter() {
        assertThat(controller().getInformerConfig().watchAllNamespaces()).isTrue();
    }

    @Test
    void noInformerListsMoreThanAPageAtOnce() {
        Controller<?> controller = (Controller<?>)
                operator.getRegisteredController(LeaderElectionReconciler.NAME).orElseThrow();

        assertThat(controller.getEventSourceManager().allEventSourcesStream())
                .filteredOn(ManagedInformerEventSource.class::isInstance)
                .extracting(source -> ((ManagedInformerEventSource<?, ?, ?>) source).configuration())
                .hasSize(4)
                .allSatisfy(configuration -> assertThat(
                                configuration.getInformerConfig().getInformerListLimit())
                        .as(configuration.getInformerConfig().getName() + ", " + configuration.getResourceClass())
                        .isEqualTo(ApiServer.PAGE));
    }

    @Test
    void aFailedPassIsTriedAgainForEverAndNoElectionIsForgottenForLongerThanAMinute() {
        assertThat(controller().getRetry().initExecution().isLastAttempt()).isFalse();
        assertThat(controller().maxReconciliationInterval()).contains(Duration.ofMinutes(1));
    }

    @Test
    void aReplicaTakesTheLeaseOnceItsCachesAreFilledAndGivesItUpBeforeAnythingElseEnds() {
        assertThat(priorities(new StartupEvent()).get(ReplicaLifecycle.class))
                .isGreaterThan(priorities(new StartupEvent()).get(AppEventListener.class));

        assertThat(priorities(new ShutdownEvent())).allSatisfy((observer, priority) -> {
            if (!observer.equals(ReplicaLifecycle.class)) {
                assertThat(priority)
                        .isGreaterThan(priorities(new ShutdownEvent()).get(ReplicaLifecycle.class));
            }
        });
    }

    /** Observers of an event and when their turn is. */
    private Map<Class<?>, Integer> priorities(Object event) {
        return beans.resolveObserverMethods(event).stream()
                .collect(Collectors.toMap(
                        ObserverMethod::getBeanClass,
                        ObserverMethod::getPriority,
                        (one, other) -> Math.min(one, other)));
    }

    @Test
    void theClientAsksOnce() {
        assertThat(client.getConfiguration().getRequestRetryBackoffLimit()).isZero();
    }

    @Test
    void noWatchIsGoneForLongerThanASecondAfterAnOutageHoweverLong() {
        int doublings = 5;
        assertThat(client.getConfiguration().getWatchReconnectInterval() << doublings)
                .as("the longest pause of the client's informers, in ms")
                .isLessThanOrEqualTo(1000);
    }

    @Test
    void theConfigurationNarrowsTheLabelKeys() {
        assertThat(remit.allowedPrefixes()).containsExactlyInAnyOrder("example.com", "leaderelection.dev");
    }

    @Test
    void aProcessWithoutElectionsIsAlive() {
        assertThat(liveness.call().getStatus()).isEqualTo(HealthCheckResponse.Status.UP);
        assertThat(eventLoop.call().getStatus()).isEqualTo(HealthCheckResponse.Status.UP);
    }

    @Test
    void whatIsCountedArrivesWhereItIsScraped() {
        telemetry.renewed(Duration.ofMillis(1));

        assertThat(scraped.getSampleValue("leader_election_renewal_lag_seconds_count"))
                .isEqualTo(1);
    }

    @Test
    void aReplicaThatStandsByTellsThatAndNothingOfElections() {
        assertThat(scraped.getSampleValue("leader_election_acting")).isZero();
        assertThat(Collections.list(scraped.metricFamilySamples()))
                .extracting(family -> family.name)
                .contains("leader_election_build_info")
                .doesNotContain("leader_election_elections");
    }
}
