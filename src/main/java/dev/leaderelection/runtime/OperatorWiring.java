package dev.leaderelection.runtime;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.detection.NodeHeartbeats;
import dev.leaderelection.detection.ProbeResults;
import dev.leaderelection.detection.Prober;
import dev.leaderelection.kubernetes.ApiServer;
import dev.leaderelection.kubernetes.ApiServerElectionStore;
import dev.leaderelection.kubernetes.ApiServerTransferStore;
import dev.leaderelection.kubernetes.EventRecorder;
import dev.leaderelection.kubernetes.NodeLeases;
import dev.leaderelection.kubernetes.ReplicaLeaseStore;
import dev.leaderelection.kubernetes.WriteGate;
import dev.leaderelection.reconciler.Clocks;
import dev.leaderelection.reconciler.Feeds;
import dev.leaderelection.reconciler.LeaderElectionReconciler;
import dev.leaderelection.reconciler.Remit;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.quarkiverse.operatorsdk.runtime.QuarkusConfigurationService;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;

/** Makes the operator out of its parts. */
@Singleton
final class OperatorWiring {

    /** So that a suspension of ours is noticed, and not taken for the nodes' silence. */
    private static final Duration HEARTBEAT_TICK = Duration.ofSeconds(1);

    @Produces
    @Singleton
    static Clocks clocks() {
        long origin = System.nanoTime();
        return new Clocks(InstantSource.system(), () -> Duration.ofNanos(System.nanoTime() - origin));
    }

    @Produces
    @Singleton
    static ApiServer server(KubernetesClient client, WriteGate gate) {
        return new ApiServer(client, gate);
    }

    @Produces
    @Singleton
    static WriteGate gate(Replica replica) {
        return new WriteGate(replica::isActive);
    }

    @Produces
    @Singleton
    static Replica replica(
            KubernetesClient client,
            Clocks clocks,
            OperatorConfig config,
            Instance<LeaderElectionReconciler> reconciler) {
        OperatorConfig.Replica own = config.replica();
        ReplicaLeaseStore store = new ReplicaLeaseStore(
                new ApiServer(client),
                clocks.wall(),
                replicaNamespace(client, config),
                own.lease(),
                own.renewInterval());
        return new Replica(
                own.identity().orElseGet(OperatorWiring::nonce),
                own.duration(),
                own.renewInterval(),
                store,
                clocks.ticks(),
                () -> reconciler.get().takeOver());
    }

    static String replicaNamespace(KubernetesClient client, OperatorConfig config) {
        return config.replica()
                .namespace()
                .or(() -> Optional.ofNullable(client.getNamespace()))
                .orElse("default");
    }

    @Produces
    @Singleton
    static ApiServerElectionStore store(ApiServer server, Clocks clocks) {
        return new ApiServerElectionStore(server, clocks.wall(), OperatorWiring::nonce);
    }

    @Produces
    @Singleton
    static ApiServerTransferStore transferStore(ApiServer server, Clocks clocks) {
        return new ApiServerTransferStore(server, clocks.wall());
    }

    @Produces
    @Singleton
    static Feeds feeds(
            KubernetesClient client,
            ApiServer server,
            Vertx vertx,
            Clocks clocks,
            DoubleSupplier jitter,
            OperatorConfig config,
            Instance<LeaderElectionReconciler> reconciler) {
        NodeHeartbeats heartbeats = new NodeHeartbeats(clocks.ticks());
        NodeLeases leases = new NodeLeases(
                client,
                server,
                clocks.ticks(),
                (node, renewal) -> {
                    if (heartbeats.saw(node, renewal)) {
                        reconciler.get().wakeAll();
                    }
                },
                heartbeats::deleted);
        ProbeResults results =
                new ProbeResults(clocks.ticks(), election -> reconciler.get().wake(election));
        Predicate<InetAddress> mayBeProbed = config.probes().anyAddress() ? address -> true : Prober::isOrdinary;
        Prober prober =
                new Prober(vertx, clocks.ticks(), jitter, config.probes().atOnce(), mayBeProbed, results);
        vertx.setPeriodic(HEARTBEAT_TICK.toMillis(), any -> heartbeats.tick());
        return new Feeds(leases, heartbeats, prober, results);
    }

    static void close(@Disposes Feeds feeds) {
        feeds.close();
    }

    @Produces
    @Singleton
    static EventRecorder events(ApiServer server, Clocks clocks, OperatorConfig config) {
        ThreadPoolExecutor thread = new ThreadPoolExecutor(
                1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(config.eventQueue()), OperatorWiring::daemon);
        return new EventRecorder(server, clocks.wall(), thread, nonce());
    }

    @Produces
    @Singleton
    static Remit remit(OperatorConfig config) {
        return new Remit(config.allowedLabelPrefixes().orElse(Set.of()), config.release());
    }

    /** Spreads renewals. */
    @Produces
    @Singleton
    static DoubleSupplier jitter() {
        return () -> ThreadLocalRandom.current().nextDouble();
    }

    /** The extension's own producer cannot be told to pass all events on, deletions too. */
    @Produces
    @ApplicationScoped
    static Operator operator(
            QuarkusConfigurationService configuration, Reconciler<LeaderElection> reconciler, OperatorConfig config) {
        Operator operator = new Operator(configuration);
        operator.register(reconciler, AllEventsConfiguration.of(configuration, reconciler, config.namespace()));
        return operator;
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "events");
        thread.setDaemon(true);
        return thread;
    }

    /** 64 random bits. */
    private static String nonce() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    }
}
