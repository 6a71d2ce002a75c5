package dev.leaderelection.nodes;

import dev.leaderelection.cluster.ChildProcess;
import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.Identity;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Follows what each container of a namespace's pods logs, from its start to its end: a node forgets that with the pod. */
final class Logs implements Watcher<Pod>, AutoCloseable {

    private final ControlPlane controlPlane;
    private final Path folder;
    private final Map<String, Pod> pods = new HashMap<>();
    private final Map<String, ChildProcess> followers = new HashMap<>();
    private final Watch watch;

    private Logs(ControlPlane controlPlane, String namespace, Path folder) {
        this.controlPlane = controlPlane;
        this.folder = folder;
        watch = controlPlane.admin().pods().inNamespace(namespace).watch(this);
    }

    /** Writes a file for each container, named for its pod, node and restarts, from now on. */
    static Logs follow(ControlPlane controlPlane, String namespace, Path folder) {
        return new Logs(controlPlane, namespace, folder);
    }

    @Override
    public synchronized void eventReceived(Action action, Pod pod) {
        if (action == Action.DELETED) {
            pods.remove(pod.getMetadata().getUid());
        } else {
            pods.put(pod.getMetadata().getUid(), pod);
        }
        // Of all: with its kubelet a follower ends, and only other pods may have anything to tell afterwards.
        pods.values().forEach(this::follow);
    }

    private void follow(Pod pod) {
        pod.getStatus().getContainerStatuses().stream()
                .filter(status -> status.getState().getRunning() != null)
                .filter(status -> !isFollowed(status.getContainerID()))
                .forEach(status -> followers.put(status.getContainerID(), follow(pod, status.getRestartCount())));
    }

    private boolean isFollowed(String container) {
        ChildProcess follower = followers.get(container);
        return follower != null && follower.isAlive();
    }

    private ChildProcess follow(Pod pod, int life) {
        String name = pod.getMetadata().getName();
        Path file = folder.resolve("%s-%s-%d.log".formatted(name, pod.getSpec().getNodeName(), life));
        return ChildProcess.start(
                "what " + name + " logs",
                List.of(
                        controlPlane.kubectlBinary().toString(),
                        "--kubeconfig=" + controlPlane.kubeconfig(Identity.ADMIN),
                        "--namespace=" + pod.getMetadata().getNamespace(),
                        "logs",
                        "--follow",
                        name),
                Map.of(),
                file);
    }

    @Override
    public void onClose(WatcherException cause) {
        throw new IllegalStateException("the watch on the pods broke off", cause);
    }

    @Override
    public synchronized void close() {
        watch.close();
        followers.values().forEach(ChildProcess::close);
    }
}
