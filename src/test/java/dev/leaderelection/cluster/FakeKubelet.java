package dev.leaderelection.cluster;

import static java.net.HttpURLConnection.HTTP_CONFLICT;
import static java.net.HttpURLConnection.HTTP_NOT_FOUND;

import io.fabric8.kubernetes.api.model.BindingBuilder;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plays the kubelets of some nodes without running anything: pods are Running and Ready as soon as they are bound, and gone as soon
 * as they are deleted, unless the test says otherwise.
 *
 * <p>Every write names the resource version that it was decided on. One that comes too late is refused and dropped: the event that
 * made it late is on its way and leads to another decision.
 */
public final class FakeKubelet implements AutoCloseable {

    /** The annotation by which a pod asks for its IP, so that something of the test may listen there. */
    public static final String ADDRESS_ANNOTATION = "fake-kubelet/address";

    private static final Logger LOG = LoggerFactory.getLogger(FakeKubelet.class);
    private static final Duration RETRY = Duration.ofMillis(200);
    private static final AtomicInteger ADDRESSES = new AtomicInteger();

    private final KubernetesClient client;
    private final InstantSource clock;
    private final FakeNodes nodes;
    private final boolean bindsPods;
    private final FakePodStatus initially;
    private final Map<String, FakePodStatus> wishes = new ConcurrentHashMap<>();
    private final Map<String, String> addresses = new ConcurrentHashMap<>();
    private final ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor();
    private final SharedIndexInformer<Pod> pods;
    private volatile boolean holdsDeletions;

    FakeKubelet(FakeKubeletBuilder options) {
        this.client = options.client;
        this.clock = options.clock;
        this.bindsPods = options.bindsPods;
        this.initially = new FakePodStatus("Running", options.podsStartReady);
        this.nodes = new FakeNodes(client, clock, options.nodes);
        this.pods = options.namespace.isEmpty()
                ? client.pods().inAnyNamespace().inform()
                : client.pods().inNamespace(options.namespace).inform();
        pods.addEventHandler(new Events());
    }

    /** Some ready nodes, for the pods of all namespaces. */
    public static FakeKubelet start(KubernetesClient admin, int nodes) {
        return builder(admin).nodes(nodes).start();
    }

    /** Nodes to one's liking; the client must be allowed to do everything and stays open. */
    public static FakeKubeletBuilder builder(KubernetesClient admin) {
        return new FakeKubeletBuilder(admin);
    }

    public List<String> nodes() {
        return nodes.names();
    }

    /** Lets a node fall silent: no heartbeats, no reports, no deletions finished; its pods stay as they are. */
    public void silence(String node) {
        nodes.silence(node);
    }

    /** Lets a silent node report again, and make up for what it missed. */
    public void revive(String node) {
        nodes.revive(node);
        lookAtAll();
    }

    /** Lets terminating pods stay, or, with false, go: those that stayed so far, too. */
    public void holdDeletions(boolean hold) {
        holdsDeletions = hold;
        lookAtAll();
    }

    /**
     * Makes a running pod ready or not; when this returns, the API server has it.
     *
     * @return the pod as it is then
     * @throws IllegalStateException when the pod is gone or on no living node of this kubelet
     */
    public Pod ready(Pod pod, boolean ready) {
        return report(pod, wish(pod).withReady(ready));
    }

    /**
     * Puts a pod into a phase: Pending, Running, Succeeded or Failed; when this returns, the API server has it.
     *
     * @return the pod as it is then
     * @throws IllegalStateException when the pod is gone or on no living node of this kubelet
     */
    public Pod phase(Pod pod, String phase) {
        return report(pod, wish(pod).withPhase(phase));
    }

    /** Removes the nodes; pods are left as they are. */
    @Override
    public void close() {
        pods.close();
        worker.shutdownNow();
        nodes.close();
    }

    private FakePodStatus wish(Pod pod) {
        return wishes.getOrDefault(pod.getMetadata().getUid(), initially);
    }

    private Pod report(Pod pod, FakePodStatus wish) {
        String uid = pod.getMetadata().getUid();
        wishes.put(uid, wish);
        while (true) {
            Pod current = client.pods()
                    .inNamespace(pod.getMetadata().getNamespace())
                    .withName(pod.getMetadata().getName())
                    .get();
            if (current == null || !uid.equals(current.getMetadata().getUid())) {
                throw new IllegalStateException("pod " + pod.getMetadata().getName() + " is gone");
            }
            if (!isMine(current)) {
                throw new IllegalStateException("pod " + pod.getMetadata().getName() + " is on no living node of mine");
            }
            if (wish.isReportedBy(current)) {
                return current;
            }
            try {
                return patchStatus(current);
            } catch (KubernetesClientException e) {
                if (!isOvertaken(e)) {
                    throw e;
                }
            }
        }
    }

    private void lookAtAll() {
        pods.getStore().list().forEach(this::look);
    }

    private void look(Pod pod) {
        lookAfter(Duration.ZERO, pod);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // Nobody waits for it; a failed look repeats itself.
    private void lookAfter(Duration delay, Pod pod) {
        try {
            worker.schedule(() -> lookNow(pod), delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            LOG.debug("closed before looking at {}", pod.getMetadata().getName());
        }
    }

    private void lookNow(Pod pod) {
        try {
            act(pod);
        } catch (KubernetesClientException e) {
            if (!isOvertaken(e)) {
                // The API server is away or overloaded, which tests do on purpose.
                lookAfter(RETRY, pod);
            }
        }
    }

    private void act(Pod pod) {
        boolean terminating = pod.getMetadata().getDeletionTimestamp() != null;
        if (pod.getSpec().getNodeName() == null) {
            if (bindsPods && !terminating) {
                bind(pod);
            }
        } else if (isMine(pod)) {
            if (terminating && !holdsDeletions) {
                finishDeletion(pod);
            } else if (!wish(pod).isReportedBy(pod)) {
                patchStatus(pod);
            }
        }
    }

    private boolean isMine(Pod pod) {
        return Optional.ofNullable(pod.getSpec().getNodeName())
                .filter(nodes::isAlive)
                .isPresent();
    }

    private void bind(Pod pod) {
        ObjectMeta meta = pod.getMetadata();
        client.raw(
                path(pod) + "/binding",
                "POST",
                new BindingBuilder()
                        .withNewMetadata()
                        .withName(meta.getName())
                        .withUid(meta.getUid())
                        .withResourceVersion(meta.getResourceVersion())
                        .endMetadata()
                        .withNewTarget()
                        .withApiVersion("v1")
                        .withKind("Node")
                        .withName(nodes.next())
                        .endTarget()
                        .build());
    }

    private void finishDeletion(Pod pod) {
        client.raw(
                path(pod),
                "DELETE",
                new DeleteOptionsBuilder()
                        .withGracePeriodSeconds(0L)
                        .withNewPreconditions(
                                pod.getMetadata().getResourceVersion(),
                                pod.getMetadata().getUid())
                        .build());
    }

    private Pod patchStatus(Pod pod) {
        Pod identity = new PodBuilder()
                .withNewMetadata()
                .withNamespace(pod.getMetadata().getNamespace())
                .withName(pod.getMetadata().getName())
                .withResourceVersion(pod.getMetadata().getResourceVersion())
                .endMetadata()
                .build();
        Pod body = new PodBuilder(identity)
                .withStatus(wish(pod).next(pod, address(pod), clock.instant()))
                .build();
        return client.resource(identity)
                .subresource("status")
                .patch(
                        PatchContext.of(PatchType.STRATEGIC_MERGE),
                        client.getKubernetesSerialization().asJson(body));
    }

    /** Unique among all fixtures of this JVM, unless the pod asks for another. */
    private String address(Pod pod) {
        String asked = pod.getMetadata().getAnnotations().get(ADDRESS_ANNOTATION);
        if (asked != null) {
            return asked;
        }
        return addresses.computeIfAbsent(pod.getMetadata().getUid(), uid -> {
            int number = ADDRESSES.incrementAndGet();
            return "10.%d.%d.%d".formatted(128 + (number >> 16) % 128, (number >> 8) % 256, number % 256);
        });
    }

    private static String path(Pod pod) {
        return "/api/v1/namespaces/" + pod.getMetadata().getNamespace() + "/pods/"
                + pod.getMetadata().getName();
    }

    /** A write that is refused because the pod has changed needs no other: of the change there is an event. */
    private static boolean isOvertaken(KubernetesClientException refusal) {
        return refusal.getCode() == HTTP_CONFLICT || refusal.getCode() == HTTP_NOT_FOUND;
    }

    private final class Events implements ResourceEventHandler<Pod> {
        @Override
        public void onAdd(Pod pod) {
            look(pod);
        }

        @Override
        public void onUpdate(Pod before, Pod pod) {
            look(pod);
        }

        @Override
        public void onDelete(Pod pod, boolean finalStateUnknown) {
            wishes.remove(pod.getMetadata().getUid());
            addresses.remove(pod.getMetadata().getUid());
        }
    }
}
