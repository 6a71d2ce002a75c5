package dev.leaderelection.story;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
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
    private final Map<String, String> pods = new HashMap<>();
    private final Set<String> exempt = new HashSet<>();
    private final TreeSet<String> seenNames = new TreeSet<>();
    private final Watch watch;
    private boolean broken;

    LabelHistory(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
        PodList now = client.pods().inNamespace(namespace).list();
        String from = now.getMetadata().getResourceVersion();
        now.getItems().forEach(pod -> see(Watcher.Action.ADDED, pod));
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
            if (labelled.remove(name) != null || action == Watcher.Action.DELETED) {
                exempt.remove(name);
            }
            return;
        }
        checkTerm(pod);
        if (!Objects.equals(
                        labelled.put(name, pod.getMetadata().getUid()),
                        pod.getMetadata().getUid())
                && !exempt.contains(name)) {
            leaders.add(name);
        }
        if (labelled.keySet().stream().filter(other -> !exempt.contains(other)).count() > 1) {
            violations.add("revision " + pod.getMetadata().getResourceVersion() + ": " + labelled.keySet());
        }
    }

    /** A term names one pod: the mark beside the label tells the election and the term. */
    private void checkTerm(Pod pod) {
        Map<String, String> annotations = pod.getMetadata().getAnnotations();
        String mark = annotations == null ? null : annotations.get(Scene.KEY + ".fence");
        String term = annotations == null ? null : annotations.get(Scene.KEY + ".term");
        if (mark == null || term == null) {
            return;
        }
        String election = mark.split("/", -1)[1];
        String uid = pod.getMetadata().getUid();
        String first = pods.putIfAbsent(election + "/" + term, uid);
        if (first != null && !first.equals(uid)) {
            violations.add("term " + term + " names " + first + " and " + uid);
        }
    }

    /** Lets a pod carry the label beside the leader until it has lost it: a test has put it there. */
    synchronized void exempt(String pod) {
        exempt.add(pod);
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
        String marker = client.pods()
                .inNamespace(namespace)
                .resource(new PodBuilder()
                        .withNewMetadata()
                        .withGenerateName("history-ends-here-")
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("none")
                        .withImage("none")
                        .endContainer()
                        .endSpec()
                        .build())
                .create()
                .getMetadata()
                .getName();
        await("the watch has caught up").atMost(Scene.PATIENCE).until(() -> hasSeen(marker));
        watch.close();
    }
}
