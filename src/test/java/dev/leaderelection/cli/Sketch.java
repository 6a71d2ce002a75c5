package dev.leaderelection.cli;

import dev.leaderelection.api.LeaderElection;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An election to look at: orders-0 leads in term 3 for an hour, its Lease was renewed 4 seconds ago. */
final class Sketch {

    static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    private final List<Pod> pods = new ArrayList<>();
    private final List<Snapshot.Route> routes = new ArrayList<>();
    private String spec = "selector: {matchLabels: {app: orders}}";
    private String status = """
            leader: {podName: orders-0, podUID: orders-0-uid, term: 3, since: "2026-01-01T11:00:00Z"}
            term: 3
            candidates: {total: 2, eligible: 2, summary: 2/2}
            members:
            - {podName: orders-0, state: Leader, reason: ready}
            - {podName: orders-1, state: Eligible, reason: ready}
            history:
            - {from: orders-1, to: orders-0, term: 3, reason: LeaderGone, time: "2026-01-01T11:00:00Z", durationMilliseconds: 12}
            - {to: orders-1, term: 2, reason: SeatVacant, time: "2025-12-30T11:00:00Z", durationMilliseconds: 30}
            conditions:
            - {type: Ready, status: "True", reason: LeaderReady, message: orders-0 leads and is ready,
               lastTransitionTime: "2026-01-01T11:00:00Z"}
            - {type: LeaderElected, status: "True", reason: Elected, message: orders-0 holds the seat,
               lastTransitionTime: "2026-01-01T11:00:00Z"}
            """;
    private Optional<String> holder = Optional.of("orders-0");
    private String renewed = "2026-01-01T11:59:56.000000Z";

    Sketch spec(String more) {
        spec = spec + "\n" + more;
        return this;
    }

    Sketch status(String now) {
        status = now;
        return this;
    }

    Sketch leader(String pod) {
        return pod(pod, true, Map.of("leaderelection.dev/role", "leader"), Map.of());
    }

    /** A pod that the selector does not match, with the leader's label and the mark of an election. */
    Sketch stranger(String name, String electionUid) {
        return pod(
                name,
                true,
                Map.of("app", "web", "leaderelection.dev/role", "leader"),
                Map.of("leaderelection.dev/role.fence", "3/" + electionUid + "/nonce"));
    }

    Sketch pod(String name) {
        return pod(name, true, Map.of(), Map.of());
    }

    Sketch unready(String name) {
        return pod(name, false, Map.of(), Map.of());
    }

    Sketch pod(String name, boolean ready, Map<String, String> labels, Map<String, String> annotations) {
        Map<String, String> all = new HashMap<>(Map.of("app", "orders"));
        all.putAll(labels);
        all.put("apps.kubernetes.io/pod-index", name.substring(name.lastIndexOf('-') + 1));
        pods.add(new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withUid(name + "-uid")
                .withLabels(all)
                .withAnnotations(annotations)
                .endMetadata()
                .withNewStatus()
                .withPhase("Running")
                .addNewCondition()
                .withType("Ready")
                .withStatus(ready ? "True" : "False")
                .endCondition()
                .endStatus()
                .build());
        return this;
    }

    Sketch route(String service, String... to) {
        routes.add(new Snapshot.Route(service, List.of(to)));
        return this;
    }

    Sketch noLease() {
        holder = Optional.empty();
        return this;
    }

    Sketch holder(String pod) {
        holder = Optional.of(pod);
        return this;
    }

    Sketch renewed(String time) {
        renewed = time;
        return this;
    }

    private Lease lease(String pod) {
        return Serialization.unmarshal("""
                apiVersion: coordination.k8s.io/v1
                kind: Lease
                metadata:
                  name: orders
                  uid: lease-uid
                  resourceVersion: "9"
                  ownerReferences: [{apiVersion: leaderelection.dev/v1alpha1, kind: LeaderElection, name: orders, uid: election-uid}]
                  annotations:
                    leaderelection.dev/record: '{"holder":{"name":"%1$s","uid":"%1$s-uid"},"term":3}'
                  managedFields:
                  - manager: leader-election-operator
                    fieldsV1: {"f:metadata": {"f:annotations": {"f:leaderelection.dev/record": {}}}}
                spec: {holderIdentity: %1$s, leaseDurationSeconds: 30, renewTime: "%2$s"}
                """.formatted(pod, renewed), Lease.class);
    }

    Snapshot snapshot() {
        LeaderElection resource =
                Serialization.unmarshal("""
                apiVersion: leaderelection.dev/v1alpha1
                kind: LeaderElection
                metadata: {name: orders, namespace: shop, uid: election-uid}
                spec:
                %sstatus:
                %s""".formatted(spec.indent(2), status.indent(2)), LeaderElection.class);
        return Snapshot.of(resource, pods, holder.map(this::lease), routes);
    }
}
