package dev.leaderelection.kubernetes;

import dev.leaderelection.kubernetes.Answer.Cause;
import dev.leaderelection.kubernetes.Answer.Done;
import dev.leaderelection.kubernetes.Answer.Refused;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The watch on the Leases by which kubelets say that they live. It begins when somebody wants to know, and the right to it may be
 * missing, or be taken away and given back: a watch that is refused would be tried once a second for ever, so it is given up and asked for
 * less and less often.
 */
public final class NodeLeases implements NodeRenewals {

    /** The namespace of the nodes' Leases; each is named as its node. */
    public static final String NAMESPACE = "kube-node-lease";

    private static final Logger log = LoggerFactory.getLogger(NodeLeases.class);

    private final KubernetesClient client;
    private final ApiServer server;
    private final Supplier<Duration> ticks;
    private final Handler handler;
    private final Reluctance reluctance = new Reluctance();
    private Optional<SharedIndexInformer<Lease>> informer = Optional.empty();
    private boolean refused;

    /**
     * @param client watches
     * @param server asked whether we may
     * @param ticks a clock that only goes forward, since any fixed instant
     * @param renewed told of each revision: which node, and its renewal as the kubelet wrote it
     * @param deleted told of each Lease that is gone, or no longer seen: which node
     */
    public NodeLeases(
            KubernetesClient client,
            ApiServer server,
            Supplier<Duration> ticks,
            BiConsumer<String, String> renewed,
            Consumer<String> deleted) {
        this.client = client;
        this.server = server;
        this.ticks = ticks;
        this.handler = new Handler(renewed, deleted);
    }

    @Override
    public Optional<Duration> watch() {
        if (takeTurn()) {
            if (server.glanceAtLeases(NAMESPACE) instanceof Refused<LeaseList> no && no.cause() == Cause.DENIED) {
                refused(no.explanation());
            } else {
                begin();
            }
        }
        return rest();
    }

    @Override
    public boolean ask(String node) {
        if (!(server.listLease(NAMESPACE, node) instanceof Done<LeaseList> done)) {
            return false;
        }
        if (done.value().getItems().isEmpty()) {
            handler.deleted().accept(node);
        }
        done.value().getItems().forEach(handler::onAdd);
        return true;
    }

    private synchronized boolean takeTurn() {
        return informer.isEmpty() && reluctance.takeTurn(ticks.get());
    }

    private synchronized Optional<Duration> rest() {
        return refused ? Optional.of(reluctance.rest(ticks.get())) : Optional.empty();
    }

    private synchronized void begin() {
        reluctance.granted();
        if (refused) {
            refused = false;
            log.info("the nodes' heartbeats are watched again");
        }
        SharedIndexInformer<Lease> watch = client.leases()
                .inNamespace(NAMESPACE)
                .withLimit(ApiServer.PAGE)
                .runnableInformer(0)
                // It is tried again for ever unless it is refused: until then no node counts as lost.
                .exceptionHandler((started, failure) -> !isDenied(failure) || !giveUp(failure))
                .addEventHandler(handler);
        informer = Optional.of(watch);
        var unused = watch.start();
    }

    private static boolean isDenied(@Nullable Throwable failure) {
        if (failure instanceof KubernetesClientException answer) {
            return answer.getCode() == HttpURLConnection.HTTP_FORBIDDEN;
        }
        return failure != null && isDenied(failure.getCause());
    }

    /** What it has told is given up with the watch: a node of which nothing can be heard is not lost. */
    private synchronized boolean giveUp(Throwable failure) {
        informer.ifPresent(watch -> {
            watch.getStore().list().forEach(lease -> handler.onDelete(lease, true));
            watch.close();
        });
        informer = Optional.empty();
        var unused = reluctance.takeTurn(ticks.get());
        refused(String.valueOf(failure.getMessage()));
        return true;
    }

    private synchronized void refused(String explanation) {
        if (!refused) {
            refused = true;
            log.warn("the nodes' heartbeats cannot be watched, so that no node counts as lost: {}", explanation);
        }
    }

    @Override
    public synchronized void close() {
        informer.ifPresent(SharedIndexInformer::close);
    }

    private record Handler(BiConsumer<String, String> renewed, Consumer<String> deleted)
            implements ResourceEventHandler<Lease> {

        @Override
        public void onAdd(Lease lease) {
            if (lease.getSpec() != null && lease.getSpec().getRenewTime() != null) {
                renewed.accept(
                        lease.getMetadata().getName(),
                        lease.getSpec().getRenewTime().toString());
            }
        }

        @Override
        public void onUpdate(Lease before, Lease now) {
            onAdd(now);
        }

        @Override
        public void onDelete(Lease lease, boolean finalStateUnknown) {
            deleted.accept(lease.getMetadata().getName());
        }
    }
}
