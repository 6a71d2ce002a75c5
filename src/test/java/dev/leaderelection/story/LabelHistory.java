package dev.leaderelection.story;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Sees every revision of every pod of a namespace, by a watch from a fixed revision on, and keeps those at which two pods carried
 * the leader's label at once.
 */
final class LabelHistory implements AutoCloseable {

    private final KubernetesClient client;
    private final String namespace;
    private final Map<String, String> labelled = new TreeMap<>();
    private final List<String> violations = new ArrayList<>();
    private final List<String> leaders = new ArrayList<>();
    private final TreeSet<String> seenNames = new TreeSet<>();
    private final Watch watch;
    private boolean broken;

    LabelHistory(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
        String from = client.pods().inNamespace(namespace).list().getMetadata().getResourceVersion();
        this.watch = client.pods()
                .inNamespace(namespace)
                .watch(
                        new ListOptionsBuilder()
                                .withResourceVersion(from)
                                .withAllowWatchBookmarks(false)
                                .withTimeoutSeconds(3600L)
                                .build(),
                        new Watcher<Pod>() {
                            @Override
                            public void eventReceived(Action action, Pod pod) {
                                see(action, pod);
                            }

                            @Override
                            public void onClose(WatcherException cause) {
                                breakOff();
                            }
                        });
    }

    private synchronized void see(Watcher.Action action, Pod pod) {
        String name = pod.getMetadata().getName();
        seenNames.add(name);
        Map<String, String> labels = pod.getMetadata().getLabels();
        boolean carries = action != Watcher.Action.DELETED && labels != null && "leader".equals(labels.get(Scene.KEY));
        if (!carries) {
            labelled.remove(name);
            return;
        }
        if (labelled.put(name, pod.getMetadata().getUid()) == null) {
            leaders.add(name);
        }
        if (labelled.size() > 1) {
            violations.add("revision " + pod.getMetadata().getResourceVersion() + ": " + labelled.keySet());
        }
    }

    private synchronized void breakOff() {
        broken = true;
    }

    /** The pods in the order in which they got the label. */
    synchronized List<String> leaders() {
        return List.copyOf(leaders);
    }

    /** The revisions at which more than one pod carried the label. */
    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    private synchronized boolean hasSeen(String name) {
        if (broken) {
            throw new AssertionError("the watch on namespace " + namespace + " broke off: not every revision was seen");
        }
        return seenNames.contains(name);
    }

    /** Waits until everything that happened so far has been seen, then ends the watch. */
    @Override
    public void close() {
        String marker = "history-ends-here";
        client.pods()
                .inNamespace(namespace)
                .resource(new PodBuilder()
                        .withNewMetadata()
                        .withName(marker)
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("none")
                        .withImage("none")
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
        await("the watch has caught up").atMost(Duration.ofSeconds(20)).until(() -> hasSeen(marker));
        watch.close();
    }
}
