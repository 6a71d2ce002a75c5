package dev.leaderelection.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.leaderelection.bench.Pods.Made;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * The limit: the same requests as a failover's, one after the other, made before the clock runs, by a client that does nothing
 * else, over objects that nobody else minds.
 */
final class BareWrites {

    private static final String LEASES = "/apis/coordination.k8s.io/v1/namespaces/";
    private static final String METADATA_ONLY = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
    private static final String KEY = "leaderelection.dev/role";

    private final Api admin;
    private final Api operator;
    private final Pods pods;
    private final String lease;
    private Made leader;
    private Made heir;
    private JsonNode leaseMetadata;
    private long term = 1;

    /**
     * How long it took.
     *
     * @param withoutBreaking the protocol's requests
     * @param withBreaking those and the call that breaks the leader
     */
    record Took(long withoutBreaking, long withBreaking) {}

    /**
     * @param admin breaks and repairs
     * @param operator writes, as the operator would
     */
    BareWrites(Api admin, Api operator, Pods pods) {
        this.admin = admin;
        this.operator = operator;
        this.pods = pods;
        this.leader = pods.create("limit");
        this.heir = pods.create("limit");
        String leases = LEASES + pods.namespace() + "/leases";
        this.lease = leases + "/limit";
        JsonNode created = admin.call("POST", leases, Api.JSON, """
                {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "limit"}}""");
        this.leaseMetadata = created.path("metadata");
    }

    /** Breaks and replaces a leader once. */
    Took replace(Breakage breakage) {
        term++;
        HttpRequest breaking = breakage.call(pods, leader);
        HttpRequest claim = claim();
        HttpRequest second = breakage == Breakage.VANISHED
                ? operator.request("GET", pods.path(leader), Api.JSON, "")
                : patch(leader, "null", "null");
        HttpRequest promote = patch(heir, "\"leader\"", "\"" + term + "\"");

        long start = System.nanoTime();
        HttpResponse<byte[]> broken = admin.send(breaking);
        long begun = System.nanoTime();
        HttpResponse<byte[]> claimed = operator.send(claim);
        HttpResponse<byte[]> fenced = operator.send(second);
        HttpResponse<byte[]> promoted = operator.send(promote);
        long end = System.nanoTime();

        leaseMetadata = Api.read(claimed).path("metadata");
        List.of(broken, promoted).forEach(Api::read);
        if (breakage != Breakage.VANISHED) {
            Api.read(fenced);
        }
        Made repaired = breakage.repair(admin, pods, leader, "limit");
        leader = heir;
        heir = repaired;
        return new Took(end - begun, end - start);
    }

    private HttpRequest claim() {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        return operator.request("PUT", lease + "?fieldManager=limit", Api.JSON, """
                {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
                 "metadata": {"name": "limit", "namespace": "%s", "uid": "%s", "resourceVersion": "%s",
                  "annotations": {"leaderelection.dev/record": "{\\"holder\\":\\"%s\\",\\"term\\":%d,\\"fence\\":[\\"%s\\"]}"}},
                 "spec": {"holderIdentity": "%4$s", "leaseDurationSeconds": 30, "leaseTransitions": %5$d,
                  "acquireTime": "%7$s", "renewTime": "%7$s"}}""".formatted(
                        pods.namespace(),
                        leaseMetadata.path("uid").asText(),
                        leaseMetadata.path("resourceVersion").asText(),
                        heir.name(),
                        term,
                        leader.uid(),
                        precise(now)));
    }

    /** The API wants six digits, also where they are zero. */
    private static String precise(Instant time) {
        return java.time.format.DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'")
                .withZone(java.time.ZoneOffset.UTC)
                .format(time);
    }

    private HttpRequest patch(Made pod, String label, String termAnnotation) {
        String body = """
                {"metadata": {"uid": "%s", "labels": {"%s": %s},
                 "annotations": {"%2$s.term": %s, "%2$s.fence": "%d/%1$s/%x"}}}""".formatted(pod.uid(), KEY, label, termAnnotation, term, System.nanoTime());
        return HttpRequest.newBuilder(
                        operator.request("PATCH", pods.path(pod) + "?fieldManager=limit", Api.MERGE_PATCH, body),
                        (name, value) -> !"Accept".equals(name))
                .header("Accept", METADATA_ONLY)
                .build();
    }
}
