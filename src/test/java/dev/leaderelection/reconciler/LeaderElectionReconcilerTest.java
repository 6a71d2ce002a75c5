package dev.leaderelection.reconciler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.detection.NodeHeartbeats;
import dev.leaderelection.detection.ProbeResults;
import dev.leaderelection.detection.Prober;
import dev.leaderelection.kubernetes.ApiServer;
import dev.leaderelection.kubernetes.ApiServerElectionStore;
import dev.leaderelection.kubernetes.ApiServerTransferStore;
import dev.leaderelection.kubernetes.EventRecorder;
import dev.leaderelection.kubernetes.NodeLeases;
import dev.leaderelection.kubernetes.PracticeServer;
import dev.leaderelection.kubernetes.WriteGate;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.api.config.BaseConfigurationService;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.vertx.core.Vertx;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a replica of the operator does that stands by. */
class LeaderElectionReconcilerTest {

    private final KubernetesClient client =
            new KubernetesClientBuilder().withConfig(Config.empty()).build();
    private final Vertx vertx = Vertx.vertx();
    private final Clocks clocks = new Clocks(InstantSource.system(), () -> Duration.ofNanos(System.nanoTime()));
    private final ApiServer server = new PracticeServer(client.getKubernetesSerialization()).connect();
    private final Feeds feeds = feeds();
    private final LeaderElectionReconciler standby = new LeaderElectionReconciler(
            new ApiServerElectionStore(server, clocks.wall(), () -> "nonce"),
            new ApiServerTransferStore(server, clocks.wall()),
            feeds,
            new EventRecorder(server, clocks.wall(), task -> {}, "test"),
            clocks,
            () -> 1.0,
            new Remit(Set.of(), false),
            new WriteGate(() -> false),
            Telemetry.NONE);

    private final ListedElections elections = new ListedElections();
    private final Queue<Event> woken = new ConcurrentLinkedQueue<>();

    private Feeds feeds() {
        NodeHeartbeats heartbeats = new NodeHeartbeats(clocks.ticks());
        NodeLeases leases = new NodeLeases(client, server, clocks.ticks(), (node, renewal) -> {}, node -> {});
        ProbeResults results = new ProbeResults(clocks.ticks(), election -> {});
        Prober prober = new Prober(vertx, clocks.ticks(), () -> 0, 1, address -> false, results);
        return new Feeds(leases, heartbeats, prober, results);
    }

    @BeforeEach
    void listen() {
        var configuration = new BaseConfigurationService(null, null, client).getConfigurationFor(standby);
        standby.prepareEventSources(new EventSourceContext<>(elections, configuration, client, LeaderElection.class))
                .forEach(source -> source.setEventHandler(woken::add));
    }

    @AfterEach
    void endEverything() {
        feeds.close();
        var unused = vertx.close();
        client.close();
    }

    private static LeaderElection orders(String uid) {
        return Serialization.unmarshal("""
                metadata: {namespace: shop, name: orders, uid: %s}
                spec: {selector: {matchLabels: {app: orders}}}
                """.formatted(uid), LeaderElection.class);
    }

    /** The framework calls for an election. */
    private void called(String uid, boolean isDeleted) {
        Object context = Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Context.class}, (self, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("isPrimaryResourceDeleted");
                    return isDeleted;
                });
        @SuppressWarnings("unchecked")
        Context<LeaderElection> typed = (Context<LeaderElection>) context;
        assertThat(standby.reconcile(orders(uid), typed).isNoUpdate()).isTrue();
    }

    @Test
    void anElectionThatIsMadeAnewIsNotAnnouncedAnyMoreOnceTheFrameworkHasCalledForIt() {
        called("old", true);
        elections.put("shop", "orders", "new");
        await("the new election is announced").until(() -> !woken.isEmpty());

        called("new", false);
        woken.clear();

        await().during(Duration.ofMillis(300)).atMost(Duration.ofSeconds(10)).until(() -> woken.size() <= 1);
    }
}
