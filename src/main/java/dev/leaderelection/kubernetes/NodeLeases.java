package dev.leaderelection.kubernetes;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** The watch on the Leases by which kubelets say that they live. It begins when somebody wants to know. */
public final class NodeLeases implements AutoCloseable {

    /** The namespace of the nodes' Leases; each is named as its node. */
    public static final String NAMESPACE = "kube-node-lease";

    private final KubernetesClient client;
    private final ResourceEventHandler<Lease> handler;
    private Optional<SharedIndexInformer<Lease>> informer = Optional.empty();

    /**
     * @param renewed told of each revision: which node, and its renewal as the kubelet wrote it
     * @param deleted told of each Lease that is gone: which node
     */
    public NodeLeases(KubernetesClient client, BiConsumer<String, String> renewed, Consumer<String> deleted) {
        this.client = client;
        this.handler = new Handler(renewed, deleted);
    }

    /** Begins to watch, unless it has begun, and waits for nothing. */
    public synchronized void watch() {
        if (informer.isEmpty()) {
            SharedIndexInformer<Lease> watch = client.leases()
                    .inNamespace(NAMESPACE)
                    .runnableInformer(0)
                    // It is tried again for ever: until then no node counts as lost.
                    .exceptionHandler((started, failure) -> true)
                    .addEventHandler(handler);
            informer = Optional.of(watch);
            var unused = watch.start();
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
