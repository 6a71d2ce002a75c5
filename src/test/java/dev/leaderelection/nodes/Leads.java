package dev.leaderelection.nodes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Sees who is given the leader's label, and when. */
final class Leads implements Watcher<Pod>, AutoCloseable {

    private final List<Lead> leads = new ArrayList<>();
    private final Set<String> labelled = new HashSet<>();
    private final Watch watch;

    private Leads(KubernetesClient client, String namespace, String app) {
        watch = client.pods()
                .inNamespace(namespace)
                .withLabel("app", app)
                .withLabel(Shop.ROLE, "leader")
                .watch(this);
    }

    /** From now on; the first is the one who leads now. */
    static Leads watch(KubernetesClient client, String namespace, String app) {
        return new Leads(client, namespace, app);
    }

    @Override
    public synchronized void eventReceived(Action action, Pod pod) {
        String uid = pod.getMetadata().getUid();
        if (action == Action.DELETED) {
            labelled.remove(uid);
        } else if (labelled.add(uid)) {
            Instant now = Instant.now();
            leads.add(new Lead(pod.getMetadata().getName(), uid, now.getEpochSecond() * 1_000_000_000 + now.getNano()));
        }
    }

    synchronized List<Lead> leads() {
        return List.copyOf(leads);
    }

    @Override
    public void onClose(WatcherException cause) {
        throw new IllegalStateException("the watch on the label broke off", cause);
    }

    @Override
    public void close() {
        watch.close();
    }
}
