package dev.leaderelection.runtime;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.kubernetes.ApiServer;
import dev.leaderelection.kubernetes.ApiServerElectionStore;
import dev.leaderelection.kubernetes.EventRecorder;
import dev.leaderelection.reconciler.Clocks;
import dev.leaderelection.reconciler.LeaderElectionReconciler;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.quarkiverse.operatorsdk.runtime.QuarkusConfigurationService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.HexFormat;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Makes the operator out of its parts. */
@Singleton
final class OperatorWiring {

    @Produces
    @Singleton
    static Clocks clocks() {
        return Clocks.system();
    }

    @Produces
    @Singleton
    static LeaderElectionReconciler reconciler(KubernetesClient client, Clocks clocks, OperatorConfig config) {
        ApiServer server = new ApiServer(client);
        ApiServerElectionStore store = new ApiServerElectionStore(server, clocks.wall(), OperatorWiring::nonce);
        ThreadPoolExecutor eventThread = new ThreadPoolExecutor(
                1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(config.eventQueue()), task -> {
                    Thread thread = new Thread(task, "events");
                    thread.setDaemon(true);
                    return thread;
                });
        EventRecorder events = new EventRecorder(server, clocks.wall(), eventThread, nonce());
        return new LeaderElectionReconciler(
                store, events, clocks, () -> ThreadLocalRandom.current().nextDouble());
    }

    /** The extension's own producer cannot be told to pass all events on, deletions too. */
    @Produces
    @ApplicationScoped
    static Operator operator(QuarkusConfigurationService configuration, Reconciler<LeaderElection> reconciler) {
        Operator operator = new Operator(configuration);
        operator.register(
                reconciler,
                overrider -> overrider
                        .withTriggerReconcilerOnAllEvents(true)
                        .withGenerationAware(false)
                        .withOnUpdateFilter(LeaderElectionReconciler::isNews));
        return operator;
    }

    /** 64 random bits. */
    private static String nonce() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    }
}
