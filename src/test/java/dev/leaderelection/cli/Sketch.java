package dev.leaderelection.cli;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeadershipTransfer;
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
import java.util.Set;

/** An election to look at: orders-0 leads in term 3 for an hour, its Lease was renewed 4 seconds ago. */
final class Sketch {

    static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    private final List<Pod> pods = new ArrayList<>();
    private final List<Snapshot.Route> routes = new ArrayList<>();
    private String spec = "selector: {matchLabels: {app: orders}}";
    private String status = """
            observedGeneration: 1
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
    private String holderUid = "-uid";
    private Optional<String> renewed = Optional.of("2026-01-01T11:59:56.000000Z");
    private final List<LeadershipTransfer> transfers = new ArrayList<>();
    private Set<Part> refused = Set.of();
    private long generation = 1;

    Sketch spec(String more) {
        spec = spec + "\n" + more;
        return this;
    }

    Sketch status(String now) {
        status = now;
        return this;
    }

    Sketch leader(String pod) {
        return leader(pod, 3);
    }

    Sketch leader(String pod, long term) {
        return pod(
                pod,
                true,
                Map.of("leaderelection.dev/role", "leader"),
                Map.of("leaderelection.dev/role.term", Long.toString(term)));
    }

    /** It is labelled and leads, and is not ready since ten seconds ago. */
    Sketch unreadyLeader(String pod) {
        return pod(
                pod, false, Map.of("leaderelection.dev/role", "leader"), Map.of("leaderelection.dev/role.term", "3"));
    }

    /** The pod of that name is being deleted. */
    Sketch going(String name) {
        pods.replaceAll(pod -> pod.getMetadata().getName().equals(name)
                ? new PodBuilder(pod)
                        .editMetadata()
                        .withDeletionTimestamp("2026-01-01T11:59:59Z")
                        .endMetadata()
                        .build()
                : pod);
        return this;
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
                .withLastTransitionTime("2026-01-01T11:59:50Z")
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
        renewed = Optional.of(time);
        return this;
    }

    Sketch neverRenewed() {
        renewed = Optional.empty();
        return this;
    }

    /** The Lease names another pod of the holder's name. */
    Sketch holderWasAnother() {
        holderUid = "-older-uid";
        return this;
    }

    Sketch generation(long now) {
        generation = now;
        return this;
    }

    Sketch refused(Part... parts) {
        refused = Set.of(parts);
        return this;
    }

    /** Somebody asks that a pod lead; the status as YAML. */
    Sketch asked(String name, String target, String becameOfIt) {
        transfers.add(Serialization.unmarshal("""
                apiVersion: leaderelection.dev/v1alpha1
                kind: LeadershipTransfer
                metadata: {name: %s, namespace: shop, uid: %s-uid}
                spec: {election: orders, target: "%s"}
                status: %s
                """.formatted(name, name, target, becameOfIt), LeadershipTransfer.class));
        return this;
    }

    private Lease lease(String pod) {
        return Serialization.unmarshal(
                """
                apiVersion: coordination.k8s.io/v1
                kind: Lease
                metadata:
                  name: orders
                  uid: lease-uid
                  resourceVersion: "9"
                  ownerReferences: [{apiVersion: leaderelection.dev/v1alpha1, kind: LeaderElection, name: orders, uid: election-uid}]
                  annotations:
                    leaderelection.dev/record: '{"holder":{"name":"%1$s","uid":"%1$s%3$s"},"term":3}'
                  managedFields:
                  - manager: leader-election-operator
                    fieldsV1: {"f:metadata": {"f:annotations": {"f:leaderelection.dev/record": {}}}}
                spec: {holderIdentity: %1$s, leaseDurationSeconds: 30%2$s}
                """.formatted(
                        pod,
                        renewed.map(time -> ", renewTime: \"" + time + "\"").orElse(""),
                        holderUid),
                Lease.class);
    }

    Snapshot snapshot() {
        LeaderElection resource = Serialization.unmarshal(
                """
                apiVersion: leaderelection.dev/v1alpha1
                kind: LeaderElection
                metadata: {name: orders, namespace: shop, uid: election-uid, generation: %s}
                spec:
                %sstatus:
                %s""".formatted(generation, spec.indent(2), status.indent(2)), LeaderElection.class);
        boolean isLeaseRead = !refused.contains(Part.LEASE);
        return Snapshot.of(
                resource,
                refused.contains(Part.PODS) ? List.of() : pods,
                holder.filter(any -> isLeaseRead).map(this::lease),
                refused.contains(Part.SERVICES) ? List.of() : routes,
                transfers,
                refused);
    }
}
