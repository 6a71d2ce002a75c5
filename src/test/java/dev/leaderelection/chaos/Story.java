package dev.leaderelection.chaos;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** A history in which somebody writes one revision after the other, as the store would hold them, and a checker reads along. */
final class Story {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NAME = "orders";
    private static final String OPERATOR = "leader-election-operator";

    private final HistoryChecker checker = new HistoryChecker(new World());
    private final Map<String, ObjectNode> pods = new HashMap<>();
    private ObjectNode lease = JSON.createObjectNode();
    private ObjectNode election = JSON.createObjectNode();
    private long revision = 100;

    HistoryChecker checker() {
        return checker;
    }

    private Story tell(Revision.Kind kind, String name, ObjectNode object) {
        checker.see(kind.read(++revision, name, object.isEmpty() ? MissingNode.getInstance() : object));
        return this;
    }

    private static ObjectNode object(String json) {
        try {
            return (ObjectNode) JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(json, e);
        }
    }

    private static ObjectNode in(ObjectNode object, String... path) {
        ObjectNode node = object;
        for (String name : path) {
            node = node.withObjectProperty(name);
        }
        return node;
    }

    private static void put(ObjectNode map, String key, String value) {
        if (value.isEmpty()) {
            map.remove(key);
        } else {
            map.put(key, value);
        }
    }

    private static ObjectNode byUser(ObjectNode object) {
        in(object, "metadata", "annotations").put(Tampering.MARK, Tampering.next());
        return object;
    }

    Story election(String uid) {
        election = object("""
                {"metadata": {"namespace": "shop", "name": "%s", "uid": "%s"},
                 "spec": {"selector": {"matchLabels": {"app": "orders"}}}}""".formatted(NAME, uid));
        return tell(Revision.Kind.ELECTIONS, NAME, election);
    }

    Story strategy(String type) {
        in(election, "spec", "strategy").put("type", type);
        return tell(Revision.Kind.ELECTIONS, NAME, election);
    }

    Story status(String leader, long term) {
        in(election, "status").put("term", term).set("leader", object("""
                        {"podName": "%s", "podUID": "%s", "term": %d, "since": "2026-01-01T00:00:00Z"}""".formatted(leader, podUid(leader), term)));
        return tell(Revision.Kind.ELECTIONS, NAME, election);
    }

    Story deletingElection() {
        in(election, "metadata").put("deletionTimestamp", "2026-01-01T00:00:00Z");
        return tell(Revision.Kind.ELECTIONS, NAME, election);
    }

    Story removeElection() {
        return tell(Revision.Kind.ELECTIONS, NAME, JSON.createObjectNode());
    }

    Story pod(String name) {
        return pod(name, NAME);
    }

    /** A pod that the election does not select. */
    Story stranger(String name) {
        return pod(name, "stranger");
    }

    private Story pod(String name, String app) {
        pods.put(name, object("""
                {"metadata": {"namespace": "shop", "name": "%1$s", "uid": "%1$s-%3$d", "labels": {"app": "%2$s"}},
                 "spec": {"nodeName": "n"}}""".formatted(name, app, revision)));
        return ready(name);
    }

    private ObjectNode pod(String name, Map<String, String> labels, Map<String, String> annotations) {
        ObjectNode pod = Objects.requireNonNull(pods.get(name));
        labels.forEach((key, value) -> put(in(pod, "metadata", "labels"), key, value));
        annotations.forEach((key, value) -> put(in(pod, "metadata", "annotations"), key, value));
        return pod;
    }

    private String podUid(String name) {
        return in(Objects.requireNonNull(pods.get(name)), "metadata")
                .path("uid")
                .asText();
    }

    Story ready(String name) {
        return readiness(name, true);
    }

    Story unready(String name) {
        return readiness(name, false);
    }

    private Story readiness(String name, boolean ready) {
        ObjectNode pod = Objects.requireNonNull(pods.get(name));
        pod.set("status", object("""
                {"phase": "Running", "conditions": [{"type": "Ready", "status": "%s"}]}""".formatted(ready ? "True" : "False")));
        return tell(Revision.Kind.PODS, name, pod);
    }

    Story remove(String name) {
        return tell(Revision.Kind.PODS, name, JSON.createObjectNode());
    }

    Story promote(String name, long term) {
        return promoteAnd(name, term, Map.of());
    }

    /** Promotes a pod, and writes more of it than belongs to the operator. */
    Story promoteAnd(String name, long term, Map<String, String> more) {
        Map<String, String> annotations = new HashMap<>(more);
        annotations.put(PodTraces.KEY + ".term", Long.toString(term));
        annotations.put(PodTraces.KEY + ".fence", mark(term));
        return tell(Revision.Kind.PODS, name, pod(name, Map.of(PodTraces.KEY, PodTraces.LEADER), annotations));
    }

    Story demote(String name, long term) {
        return unlabel(name, mark(term));
    }

    /** Removes everything from a pod that an election leaves there. */
    Story clear(String name) {
        return unlabel(name, "");
    }

    private Story unlabel(String name, String mark) {
        return tell(
                Revision.Kind.PODS,
                name,
                pod(
                        name,
                        Map.of(PodTraces.KEY, ""),
                        Map.of(PodTraces.KEY + ".term", "", PodTraces.KEY + ".fence", mark)));
    }

    private String mark(long term) {
        return term + "/" + in(election, "metadata").path("uid").asText() + "/" + revision;
    }

    Story userLabels(String name, boolean leader) {
        return tell(
                Revision.Kind.PODS,
                name,
                byUser(pod(name, Map.of(PodTraces.KEY, leader ? PodTraces.LEADER : ""), Map.of())));
    }

    Story prioritize(String name, int priority) {
        return tell(
                Revision.Kind.PODS,
                name,
                byUser(pod(name, Map.of(), Map.of("leaderelection.dev/priority", Integer.toString(priority)))));
    }

    /** The operator becomes the owner of a field that is not its own to write. */
    Story ownField(String name) {
        ObjectNode pod = pod(name, Map.of(), Map.of());
        in(pod, "metadata").putArray("managedFields").add(object("""
                        {"manager": "%s", "fieldsV1": {"f:metadata": {"f:labels": {"f:%s": {}}}, "f:spec": {"f:x": {}}}}""".formatted(OPERATOR, PodTraces.KEY)));
        return tell(Revision.Kind.PODS, name, pod);
    }

    Story claim(String name, long term) {
        write(OPERATOR, name, """
                {"holder":{"name":"%s","uid":"%s"},"term":%d}""".formatted(name, podUid(name), term));
        return tell(Revision.Kind.LEASES, NAME, lease);
    }

    /** A user forges a claim. */
    Story userClaims(String name, long term) {
        write("kubectl-edit", name, """
                {"holder":{"name":"%s","uid":"%s"},"term":%d}""".formatted(name, podUid(name), term));
        return tell(Revision.Kind.LEASES, NAME, byUser(lease));
    }

    Story closeLease() {
        write(OPERATOR, "", """
                {"term":1,"all":true,"closed":true}""");
        return tell(Revision.Kind.LEASES, NAME, lease);
    }

    private void write(String manager, String holder, String record) {
        if (lease.isEmpty()) {
            lease = object("""
                    {"metadata": {"namespace": "shop", "name": "%s", "uid": "lease-%d"}}""".formatted(NAME, revision));
        }
        ObjectNode metadata = in(lease, "metadata");
        metadata.putArray("ownerReferences")
                .addObject()
                .put("uid", in(election, "metadata").path("uid").asText());
        in(metadata, "annotations").put("leaderelection.dev/record", record);
        metadata.putArray("managedFields").add(object("""
                        {"manager": "%s", "fieldsV1":
                         {"f:metadata": {"f:annotations": {"f:leaderelection.dev/record": {}}}}}""".formatted(manager)));
        in(lease, "spec").put("holderIdentity", holder);
    }

    Story deleteLease() {
        lease = JSON.createObjectNode();
        return tell(Revision.Kind.LEASES, NAME, lease);
    }

    /** Somebody else makes a Lease of that name. */
    Story foreignLease() {
        lease = byUser(object("""
                {"metadata": {"namespace": "shop", "name": "%s", "uid": "foreign-%d"}}""".formatted(NAME, revision)));
        return tell(Revision.Kind.LEASES, NAME, lease);
    }

    /** Somebody else deletes their own Lease. */
    Story ownerDeletesLease() {
        in(lease, "metadata", "annotations").put(Tampering.MARK, Tampering.nextFarewell());
        return tell(Revision.Kind.LEASES, NAME, lease).deleteLease();
    }
}
