package dev.leaderelection.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes and breaks the pods of one namespace, as a kubelet and a user would. */
final class Pods {

    private static final AtomicInteger ADDRESSES = new AtomicInteger();

    private final Api admin;
    private final String namespace;
    private final String node;
    private int made;

    /** A pod that was made here. */
    record Made(String name, String uid, String address) {}

    Pods(Api admin, String namespace, String node) {
        this.admin = admin;
        this.namespace = namespace;
        this.node = node;
    }

    String namespace() {
        return namespace;
    }

    String node() {
        return node;
    }

    String path() {
        return "/api/v1/namespaces/" + namespace + "/pods";
    }

    String path(Made pod) {
        return path() + "/" + pod.name();
    }

    /** Makes a pod that is running and ready. */
    Made create(String app) {
        return create(app + "-" + made++, app);
    }

    Made create(String name, String app) {
        int address = ADDRESSES.incrementAndGet();
        JsonNode created = admin.call("POST", path(), Api.JSON, """
                {"apiVersion": "v1", "kind": "Pod",
                 "metadata": {"name": "%s", "labels": {"app": "%s"}},
                 "spec": {"nodeName": "%s", "terminationGracePeriodSeconds": 30,
                          "containers": [{"name": "app", "image": "app"}]}}""".formatted(name, app, node));
        Made pod = new Made(
                created.path("metadata").path("name").asText(),
                created.path("metadata").path("uid").asText(),
                "10.%d.%d.%d".formatted(128 + (address >> 16), (address >> 8) % 256, address % 256));
        admin.send(readiness(pod, true));
        return pod;
    }

    /** The call that makes a pod ready or not. */
    HttpRequest readiness(Made pod, boolean ready) {
        String status = ready ? "True" : "False";
        return admin.request("PATCH", path(pod) + "/status", "application/strategic-merge-patch+json", """
                {"status": {"phase": "Running", "podIP": "%s", "podIPs": [{"ip": "%1$s"}],
                 "conditions": [{"type": "Ready", "status": "%s", "lastTransitionTime": "%s"},
                                {"type": "ContainersReady", "status": "%2$s"}]}}""".formatted(
                pod.address(), status, java.time.Instant.now().truncatedTo(java.time.temporal.ChronoUnit.SECONDS)));
    }

    /** The call that deletes a pod; with a grace period it stays, terminating, until it is deleted without one. */
    HttpRequest deletion(Made pod, int graceSeconds) {
        return admin.request("DELETE", path(pod), Api.JSON, "{\"gracePeriodSeconds\": %d}".formatted(graceSeconds));
    }

    void remove(Made pod) {
        admin.send(deletion(pod, 0));
    }
}
