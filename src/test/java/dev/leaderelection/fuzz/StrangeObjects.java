package dev.leaderelection.fuzz;

import dev.leaderelection.election.LeaseRecord;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.kubernetes.RecordText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Makes objects, as the maps that JSON is, of which any field may be missing, absurd, or as another writer of such objects has it.
 * The same seed makes the same objects.
 */
public final class StrangeObjects {

    private static final String RECORD = "leaderelection.dev/record";

    private final Random random;
    private final String key;

    /**
     * @param key the routing label's key that pods are marked with
     */
    public StrangeObjects(long seed, String key) {
        this.random = new Random(seed);
        this.key = key;
    }

    /** One of these. */
    @SafeVarargs
    public final <T> T oneOf(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    /** True once in so many times. */
    public boolean once(int inSoMany) {
        return random.nextInt(inSoMany) == 0;
    }

    private String text() {
        return oneOf("", " ", "7", "-1", "true", "False", "null", "{}", "///", "\u0000", "\u0663", "x".repeat(300));
    }

    private long number() {
        return oneOf(0L, 1L, 2L, 3L, 7L, 30L, -1L, 86400L, (long) Integer.MAX_VALUE, (long) Integer.MIN_VALUE);
    }

    private long term() {
        return oneOf(0L, 1L, 2L, 17L, 1000L, -1L, 1L << 58, 1L << 59, (1L << 59) + 1, 1L << 62, Long.MAX_VALUE);
    }

    /** What an object from before its field had bounds may hold. */
    private long wide() {
        return oneOf(0L, 3L, -1L, 1L + Integer.MAX_VALUE, 99_999_999_999L, Long.MAX_VALUE, Long.MIN_VALUE);
    }

    private String time() {
        return oneOf(
                "2026-01-01T00:00:00Z",
                "2026-01-01T00:00:07.000001+02:00",
                "0001-01-01T00:00:00Z",
                "9999-12-31T23:59:59Z",
                "yesterday",
                "");
    }

    /** Puts a field there, or not, or with a value of no sense. */
    private void maybe(Map<String, Object> object, String field, Supplier<?> value) {
        if (!once(3)) {
            object.put(field, value.get());
        }
    }

    private static Map<String, Object> object() {
        return new LinkedHashMap<>();
    }

    /** A number that a field of a spec is often given, and now and then one of no sense. */
    private Object quantity(long... usual) {
        return once(8) ? number() : usual[random.nextInt(usual.length)];
    }

    /** The spec of an election over the pods with label {@code app}, or over none, or too many. */
    public Map<String, Object> spec(String app) {
        Map<String, Object> spec = object();
        if (!once(20)) {
            spec.put("selector", selector(app));
        }
        maybe(spec, "strategy", this::strategy);
        maybe(spec, "lease", this::lease);
        maybe(spec, "detection", this::detection);
        maybe(spec, "failover", () -> {
            Map<String, Object> failover = object();
            maybe(failover, "fencing", () -> oneOf("None", "AwaitLeaseExpiry", "DeletePod"));
            maybe(failover, "minIntervalSeconds", () -> quantity(0, 1));
            return failover;
        });
        spec.put("routing", Map.of("label", label()));
        maybe(spec, "minimumTerm", () -> once(4) ? term() : 0L);
        maybe(spec, "mode", () -> oneOf("Active", "Active", "Active", "Paused", "Observe"));
        maybe(spec, "historyLimit", () -> quantity(0, 1, 10));
        return spec;
    }

    private Map<String, Object> selector(String app) {
        Map<String, Object> selector = object();
        if (!once(8)) {
            selector.put("matchLabels", Map.of("app", app));
        }
        if (once(6)) {
            Map<String, Object> expression = object();
            expression.put("key", once(4) ? text() : "app");
            expression.put("operator", oneOf("In", "NotIn", "Exists", "DoesNotExist"));
            maybe(expression, "values", () -> oneOf(List.of(), List.of(app), List.of("none", text())));
            selector.put("matchExpressions", List.of(expression));
        }
        return selector;
    }

    private Map<String, Object> strategy() {
        Map<String, Object> strategy = object();
        String type = oneOf("Lease", "Bully", "Ring");
        maybe(strategy, "type", () -> type);
        maybe(strategy, "ordinal", () -> oneOf("Highest", "Lowest"));
        if (type.equals("Bully") || once(10)) {
            maybe(strategy, "bully", () -> Map.of("stabilizationSeconds", quantity(0, 30)));
        }
        if (type.equals("Ring") || once(10)) {
            maybe(strategy, "ring", () -> Map.of("maxTermSeconds", quantity(0, 60)));
        }
        return strategy;
    }

    private Map<String, Object> lease() {
        Map<String, Object> lease = object();
        if (once(10)) {
            lease.put("name", text());
        }
        maybe(lease, "durationSeconds", () -> quantity(4, 30));
        maybe(lease, "renewIntervalSeconds", () -> quantity(1, 2));
        return lease;
    }

    private Map<String, Object> detection() {
        Map<String, Object> detection = object();
        maybe(detection, "notReadyGraceSeconds", () -> quantity(0, 1));
        maybe(detection, "nodeHeartbeatSeconds", () -> quantity(0, 40));
        if (once(5)) {
            Map<String, Object> probe = object();
            maybe(probe, "httpGet", () -> Map.of("path", oneOf("/", text()), "port", quantity(1)));
            maybe(probe, "tcpSocket", () -> Map.of("port", quantity(1)));
            maybe(probe, "failureThreshold", () -> quantity(1, 3));
            detection.put("probe", probe);
        }
        return detection;
    }

    private Map<String, Object> label() {
        Map<String, Object> label = object();
        label.put("key", once(12) ? oneOf("", "x", "kubernetes.io/x", "a/b/c") : key);
        maybe(label, "leaderValue", () -> once(8) ? text() : "leader");
        maybe(label, "followerValue", () -> oneOf("", "follower", "follower", "-"));
        return label;
    }

    /** The status of an election, as somebody may have written it. */
    public Map<String, Object> status(List<PodIdentity> pods) {
        Map<String, Object> status = object();
        maybe(status, "observedGeneration", this::wide);
        if (once(4)) {
            Map<String, Object> candidates = object();
            maybe(candidates, "total", this::wide);
            maybe(candidates, "eligible", this::wide);
            maybe(candidates, "summary", this::text);
            status.put("candidates", candidates);
        }
        maybe(status, "term", this::term);
        maybe(status, "termReserved", this::term);
        maybe(status, "leader", () -> {
            PodIdentity pod = pods.get(random.nextInt(pods.size()));
            Map<String, Object> leader = object();
            maybe(leader, "podName", () -> oneOf(pod.name(), text()));
            maybe(leader, "podUID", () -> oneOf(pod.uid(), text()));
            maybe(leader, "term", this::term);
            maybe(leader, "since", this::time);
            return leader;
        });
        maybe(status, "history", () -> {
            Map<String, Object> transition = object();
            maybe(transition, "from", this::text);
            maybe(transition, "to", this::text);
            maybe(transition, "term", this::term);
            maybe(transition, "reason", this::text);
            maybe(transition, "time", this::time);
            maybe(transition, "durationMilliseconds", this::term);
            return List.of(transition);
        });
        maybe(status, "conditions", () -> {
            Map<String, Object> condition = object();
            maybe(condition, "type", () -> oneOf("Ready", "LeaseHeld", text()));
            maybe(condition, "status", () -> oneOf("True", "False", text()));
            maybe(condition, "reason", this::text);
            maybe(condition, "message", this::text);
            maybe(condition, "lastTransitionTime", this::time);
            return List.of(condition);
        });
        return status;
    }

    /** The labels of a pod, those of a follower of our own among them, never those of a leader. */
    public Map<String, String> labels(String app) {
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put("app", once(10) ? oneOf("", "other") : app);
        if (once(4)) {
            labels.put(key, oneOf("", "follower", "Leader", "other"));
        }
        if (once(4)) {
            labels.put("apps.kubernetes.io/pod-index", oneOf("0", "1", "-1", "99999999999", "1x"));
        }
        if (once(4)) {
            labels.put(oneOf("controller-revision-hash", "pod-template-hash"), oneOf("", "r1", "r2", text()));
        }
        return labels;
    }

    /** The annotations of a pod. */
    public Map<String, String> annotations(String electionUid) {
        Map<String, String> annotations = new LinkedHashMap<>();
        if (once(3)) {
            annotations.put("leaderelection.dev/candidate", oneOf("true", "false", " false ", text()));
        }
        if (once(3)) {
            annotations.put(
                    "leaderelection.dev/priority", oneOf("5", " -7 ", "2147483647", "99999999999", "1e3", text()));
        }
        if (once(3)) {
            annotations.put(key + ".term", oneOf(Long.toString(term()), "9".repeat(18), "9".repeat(30), text()));
        }
        if (once(3)) {
            String term = oneOf("1", "7", "9".repeat(18), "9".repeat(30), text());
            annotations.put(key + ".fence", oneOf(term + "/" + electionUid + "/x", term + "/other/x", "//", text()));
        }
        return annotations;
    }

    /** The status of a pod. */
    public Map<String, Object> podStatus() {
        Map<String, Object> status = object();
        status.put("phase", once(4) ? oneOf("Pending", "Succeeded", "Failed", "Unknown", "", "?") : "Running");
        List<Object> conditions = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            Map<String, Object> condition = object();
            condition.put("type", once(5) ? oneOf("ready", "", "PodScheduled") : "Ready");
            condition.put("status", once(4) ? oneOf("False", "Unknown", "true", "") : "True");
            maybe(condition, "lastTransitionTime", this::time);
            conditions.add(condition);
        }
        maybe(status, "conditions", () -> conditions);
        maybe(status, "podIP", () -> oneOf("127.0.0.1", "::1", "nowhere"));
        if (once(4)) {
            Map<String, Object> state = oneOf(
                    Map.<String, Object>of(),
                    Map.<String, Object>of("terminated", Map.of("exitCode", 1)),
                    Map.<String, Object>of("running", Map.of()));
            status.put("containerStatuses", List.of(once(3) ? Map.of("name", "app") : Map.of("state", state)));
        }
        return status;
    }

    /** A pod as a cache may show it; the API server need not have let it pass. */
    public Map<String, Object> pod(PodIdentity id, String app, String electionUid) {
        Map<String, Object> metadata = object();
        metadata.put("namespace", "shop");
        metadata.put("name", id.name());
        metadata.put("uid", id.uid());
        metadata.put("resourceVersion", "7");
        maybe(metadata, "labels", () -> labels(app));
        maybe(metadata, "annotations", () -> annotations(electionUid));
        maybe(metadata, "creationTimestamp", this::time);
        if (once(8)) {
            metadata.put("deletionTimestamp", time());
        }
        if (once(3)) {
            Map<String, Object> owner = object();
            maybe(owner, "kind", () -> oneOf("StatefulSet", "ReplicaSet", ""));
            maybe(owner, "controller", () -> oneOf(true, false));
            metadata.put("ownerReferences", List.of(owner));
        }
        Map<String, Object> pod = object();
        pod.put("metadata", metadata);
        if (!once(8)) {
            pod.put("spec", oneOf(Map.of(), Map.of("nodeName", "n"), Map.of("nodeName", "", "hostNetwork", true)));
        }
        if (!once(8)) {
            pod.put("status", podStatus());
        }
        return pod;
    }

    /** What stands where a Lease's record belongs: one of ours, a forged one, a broken one, or another writer's. */
    public String record(List<PodIdentity> pods) {
        List<PodIdentity> shuffled = new ArrayList<>(pods);
        Collections.shuffle(shuffled, random);
        PodIdentity holder = shuffled.get(0);
        Set<PodIdentity> fence = once(2) ? Set.of() : Set.of(shuffled.get(shuffled.size() - 1));
        String whole = RecordText.of(LeaseRecord.claimed(holder, Math.max(1, term()), fence, once(2)));
        return oneOf(
                whole,
                whole,
                whole,
                whole.substring(0, random.nextInt(whole.length())),
                whole.replace("\"term\":", "\"term\":\"7\",\"was\":"),
                RecordText.of(LeaseRecord.UNCLAIMED),
                RecordText.of(new LeaseRecord(Optional.empty(), Math.max(0, term()), Set.of(), once(2), once(2))),
                // As client-go keeps it where it cannot have a Lease.
                "{\"holderIdentity\":\"" + holder.name() + "_1\",\"leaseDurationSeconds\":15,\"leaderTransitions\":1}",
                "{\"term\":1e400}",
                "[".repeat(200),
                text());
    }

    /** The spec of a Lease, as ours, client-go's, or nobody's. */
    public Map<String, Object> leaseSpec(List<PodIdentity> pods) {
        Map<String, Object> spec = object();
        String pod = pods.get(random.nextInt(pods.size())).name();
        maybe(spec, "holderIdentity", () -> oneOf(pod, pod, pod + "_6f1c1e0e-0000-0000-0000-000000000000", "", "?"));
        maybe(spec, "leaseDurationSeconds", () -> oneOf(15L, 30L, number()));
        maybe(spec, "leaseTransitions", () -> oneOf(0L, 7L, number()));
        maybe(spec, "acquireTime", () -> oneOf("2026-01-01T00:00:00.000000Z", "0001-01-01T00:00:00.000000Z"));
        maybe(spec, "renewTime", () -> oneOf("2026-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z"));
        return spec;
    }

    /** A Lease as a cache may show it. */
    public Map<String, Object> lease(List<PodIdentity> pods, String electionUid) {
        Map<String, Object> metadata = object();
        metadata.put("namespace", "shop");
        metadata.put("name", "orders");
        metadata.put("uid", "lease-uid");
        metadata.put("resourceVersion", "7");
        if (!once(4)) {
            metadata.put("ownerReferences", List.of(Map.of("uid", once(8) ? "other" : electionUid)));
        }
        if (!once(4)) {
            metadata.put("annotations", Map.of(once(8) ? "other" : RECORD, record(pods)));
        }
        if (!once(6)) {
            metadata.put("managedFields", managedFields());
        }
        Map<String, Object> lease = object();
        lease.put("metadata", metadata);
        if (!once(8)) {
            lease.put("spec", leaseSpec(pods));
        }
        return lease;
    }

    private List<Object> managedFields() {
        List<Object> entries = new ArrayList<>();
        for (int i = 1 + random.nextInt(2); i > 0; i--) {
            Map<String, Object> entry = object();
            maybe(entry, "manager", () -> oneOf("leader-election-operator", "leader-election-operator", "kubectl", ""));
            maybe(
                    entry,
                    "fieldsV1",
                    () -> oneOf(
                            Map.of("f:metadata", Map.of("f:annotations", Map.of("f:" + RECORD, Map.of()))),
                            Map.of("f:metadata", Map.of("f:annotations", List.of())),
                            Map.of("f:metadata", 7),
                            Map.of()));
            entries.add(entry);
        }
        return entries;
    }
}
