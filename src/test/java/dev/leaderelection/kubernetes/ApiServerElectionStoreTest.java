package dev.leaderelection.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.LeaseRecord;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.kubernetes.Answer.Cause;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes over the wire, and what is made of the answers. */
class ApiServerElectionStoreTest {

    /** As a real API server says it. */
    private static final String NOT_FOUND = """
            {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": "pods \\"a\\" not found",
             "reason": "NotFound", "details": {"name": "a", "kind": "pods"}, "code": 404}""";

    private static final Election ELECTION = ReadersTest.ELECTION;
    private static final PodIdentity A = new PodIdentity("a", "a-uid");
    private static final LeaseState.Copy COPY = new LeaseState.Copy(
            "lease-uid", "5", Instant.ofEpochSecond(60), Instant.ofEpochSecond(70), 3, Duration.ofSeconds(30));
    private static final String POD = "/api/v1/namespaces/shop/pods/a";
    private static final String LEASES = "/apis/coordination.k8s.io/v1/namespaces/shop/leases";
    private static final String ORDERS = "/apis/leaderelection.dev/v1alpha1/namespaces/shop/leaderelections/orders";
    private static final String MANAGER = "?fieldManager=leader-election-operator";
    private static final String MERGE = "application/merge-patch+json";

    private record Sent(String method, String path, String contentType, String body) {}

    private final List<Sent> sent = new CopyOnWriteArrayList<>();
    private final CountDownLatch release = new CountDownLatch(1);
    private volatile boolean silent;
    private volatile int code = 200;
    private volatile String answer = "{\"metadata\":{\"name\":\"a\",\"uid\":\"a-uid\",\"resourceVersion\":\"11\"}}";
    private HttpServer server;
    private KubernetesClient client;
    private ApiServerElectionStore store;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String type = String.valueOf(exchange.getRequestHeaders().getFirst("Content-Type"));
            sent.add(new Sent(
                    exchange.getRequestMethod(), exchange.getRequestURI().toString(), type, body));
            if (silent) {
                awaitRelease();
            }
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(code, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder()
                        .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .build();
        store = new ApiServerElectionStore(
                new ApiServer(client), () -> Instant.parse("2026-01-01T00:00:00.123456789Z"), () -> "nonce");
    }

    private void awaitRelease() {
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @AfterEach
    void stop() {
        release.countDown();
        client.close();
        server.stop(0);
    }

    private static Candidate pod(String labels) {
        return PodReader.read(
                Serialization.unmarshal(
                        "metadata: {name: a, uid: a-uid, resourceVersion: '9', labels: {" + labels + "}}", Pod.class),
                ELECTION);
    }

    private static Primary primary() {
        return new Primary("election-uid", "4", 1, false, List.of("other/finalizer"), LeaderElectionStatus.EMPTY);
    }

    private Map<?, ?> onlyRequest(String method, String path, String contentType) {
        assertThat(sent).hasSize(1);
        assertThat(sent.get(0).method()).isEqualTo(method);
        assertThat(sent.get(0).path()).isEqualTo(path);
        assertThat(sent.get(0).contentType()).startsWith(contentType);
        return json(sent.get(0).body());
    }

    private static Map<?, ?> json(String text) {
        return Serialization.unmarshal("---\n" + text, Map.class);
    }

    private static Map<?, ?> part(Map<?, ?> whole, String key) {
        return (Map<?, ?>) Objects.requireNonNull(whole.get(key), key);
    }

    private static Cause cause(Answer<?> answer) {
        assertThat(answer).isInstanceOf(Answer.Refused.class);
        return ((Answer.Refused<?>) answer).cause();
    }

    @Test
    void believesNoLabelThatWasChangedOnItsWayIn() {
        answer =
                "{\"metadata\":{\"name\":\"a\",\"resourceVersion\":\"11\",\"labels\":{\"example.com/role\":\"other\"}}}";

        assertThat(cause(store.promote(ELECTION, pod("app: orders"), 7))).isEqualTo(Cause.DENIED);
    }

    @Test
    void promotesInOnePatchWithUidAndRevision() {
        answer =
                "{\"metadata\":{\"name\":\"a\",\"resourceVersion\":\"11\",\"labels\":{\"example.com/role\":\"leader\"}}}";

        Answer<Candidate> done = store.promote(ELECTION, pod("app: orders"), 7);

        assertThat(onlyRequest("PATCH", POD + MANAGER, MERGE)).isEqualTo(json("""
                {"metadata": {"uid": "a-uid", "resourceVersion": "9",
                  "labels": {"example.com/role": "leader"},
                  "annotations": {"example.com/role.term": "7", "example.com/role.fence": "7/election-uid/nonce"}}}
                """));
        Candidate written = ((Answer.Done<Candidate>) done).value();
        assertThat(written.version()).isEqualTo("11");
        assertThat(written.isRouted()).isTrue();
        assertThat(written.labelTerm()).isEqualTo(7);
    }

    @Test
    void demotesACandidateToAFollowerAndAStrangerToNothing() {
        store.demote(ELECTION, pod("app: orders, example.com/role: leader"), 8);

        assertThat(onlyRequest("PATCH", POD + MANAGER, MERGE)).isEqualTo(json("""
                {"metadata": {"uid": "a-uid", "resourceVersion": "9",
                  "labels": {"example.com/role": "follower"},
                  "annotations": {"example.com/role.term": null, "example.com/role.fence": "8/election-uid/nonce"}}}
                """));
        sent.clear();
        store.demote(ELECTION, pod("example.com/role: leader"), 8);
        assertThat(sent.get(0).body()).contains("\"example.com/role\":null");
    }

    @Test
    void neverTouchesAForeignValueOfTheLabelOfAPodItDoesNotSelect() {
        store.demote(ELECTION, pod("example.com/role: somebody"), 8);

        assertThat(sent.get(0).body()).doesNotContain("\"labels\"").contains("example.com/role.fence");
    }

    @Test
    void clearsLabelAndBothAnnotations() {
        store.clear(ELECTION, pod("app: orders, example.com/role: leader"));

        assertThat(onlyRequest("PATCH", POD + MANAGER, MERGE)).isEqualTo(json("""
                {"metadata": {"uid": "a-uid", "resourceVersion": "9", "labels": {"example.com/role": null},
                  "annotations": {"example.com/role.term": null, "example.com/role.fence": null}}}
                """));
    }

    @Test
    void writesTheLeaseWithUidAndRevisionAndMicroseconds() {
        store.writeLease(ELECTION, COPY, LeaseRecord.claimed(A, 7, Set.of(), false), true);

        Map<?, ?> body = onlyRequest("PUT", LEASES + "/orders" + MANAGER, "application/json");
        Map<?, ?> metadata = part(body, "metadata");
        assertThat(metadata.get("uid")).isEqualTo("lease-uid");
        assertThat(metadata.get("resourceVersion")).isEqualTo("5");
        assertThat(metadata.get("managedFields")).isNull();
        Map<?, ?> spec = part(body, "spec");
        assertThat(spec.get("holderIdentity")).isEqualTo("a");
        assertThat(spec.get("leaseTransitions")).isEqualTo(4);
        assertThat(spec.get("leaseDurationSeconds")).isEqualTo(30);
        assertThat(spec.get("renewTime")).asString().startsWith("2026-01-01T00:00:00.123456");
    }

    @Test
    void aRenewalKeepsWhenTheHolderTookTheLease() {
        store.writeLease(ELECTION, COPY, LeaseRecord.claimed(A, 7, Set.of(), false), false);

        Map<?, ?> spec = part(json(sent.get(0).body()), "spec");
        assertThat(spec.get("acquireTime")).asString().startsWith("1970-01-01T00:01:00");
        assertThat(spec.get("leaseTransitions")).isEqualTo(3);
    }

    @Test
    void aCountOfTransitionsThatIsAsHighAsItCanBeStaysThere() {
        LeaseState.Copy highest = new LeaseState.Copy(
                COPY.uid(), COPY.version(), COPY.acquired(), COPY.renewed(), Integer.MAX_VALUE, COPY.duration());
        ReplicaLease own = new ReplicaLease(
                "u", "5", Optional.empty(), Duration.ofSeconds(6), Integer.MAX_VALUE, Optional.empty());

        store.writeLease(ELECTION, highest, LeaseRecord.claimed(A, 7, Set.of(), false), true);
        new ReplicaLeaseStore(new ApiServer(client), Instant::now, "ops", "operator", Duration.ofSeconds(10))
                .take(own, "me", Duration.ofSeconds(6));

        assertThat(sent)
                .hasSize(2)
                .allSatisfy(write -> assertThat(part(json(write.body()), "spec").get("leaseTransitions"))
                        .isEqualTo(Integer.MAX_VALUE));
    }

    @Test
    void createsTheLeaseEmptyAndOwned() {
        code = 201;
        store.createLease(ELECTION);

        Map<?, ?> body = onlyRequest("POST", LEASES + MANAGER, "application/json");
        assertThat(body.get("spec")).isEqualTo(Map.of("leaseDurationSeconds", 30));
        assertThat(body.get("metadata")).asString().contains("election-uid").contains("\"term\":0,\"all\":true");
    }

    @Test
    void deletesTheLeaseWithPreconditions() {
        store.deleteLease(ELECTION, COPY);

        assertThat(onlyRequest("DELETE", LEASES + "/orders", "application/json").get("preconditions"))
                .isEqualTo(Map.of("uid", "lease-uid", "resourceVersion", "5"));
    }

    @Test
    void reservesTermsByCompareAndSwapOnTheStatus() {
        store.reserveTerms(ELECTION, primary(), 17);

        assertThat(onlyRequest("PATCH", ORDERS + "/status" + MANAGER, MERGE))
                .isEqualTo(json("{metadata: {uid: election-uid, resourceVersion: '4'}, status: {termReserved: 17}}"));
    }

    @Test
    void keepsTheFinalizersOfOthers() {
        store.holdFinalizer(ELECTION, primary(), true);

        assertThat(onlyRequest("PATCH", ORDERS + MANAGER, MERGE))
                .isEqualTo(json("{metadata: {uid: election-uid, resourceVersion: '4',"
                        + " finalizers: [other/finalizer, leaderelection.dev/cleanup]}}"));
    }

    @Test
    void readsAreQuorumReadsOfOneRequest() {
        store.readPod(ELECTION, A);
        onlyRequest("GET", POD, "");
        sent.clear();
        store.readLease(ELECTION);
        onlyRequest("GET", LEASES + "/orders", "");
        sent.clear();
        answer = "{\"items\":[]}";
        store.listPods(ELECTION);
        onlyRequest("GET", "/api/v1/namespaces/shop/pods?limit=500", "");
        sent.clear();
        answer = "{\"items\":[]}";
        store.listElections(ELECTION);
        onlyRequest("GET", "/apis/leaderelection.dev/v1alpha1/namespaces/shop/leaderelections?limit=500", "");
    }

    @Test
    void anotherIncarnationIsGone() {
        assertThat(cause(store.readPod(ELECTION, new PodIdentity("a", "earlier"))))
                .isEqualTo(Cause.GONE);
        assertThat(cause(store.readElection(ELECTION))).isEqualTo(Cause.GONE);
    }

    @Test
    void aMissingLeaseIsAnAnswer() {
        code = 404;
        answer = NOT_FOUND;

        assertThat(store.readLease(ELECTION)).isEqualTo(new Answer.Done<>(new LeaseState.Missing()));
    }

    @ParameterizedTest
    @CsvSource({
        "400, DENIED",
        "401, UNAVAILABLE",
        "403, DENIED",
        "404, UNAVAILABLE",
        "409, CONFLICT",
        "410, UNAVAILABLE",
        "422, DENIED",
        "429, UNAVAILABLE",
        "500, UNAVAILABLE",
        "503, UNAVAILABLE"
    })
    void everyRefusalIsAValueAndNothingIsRepeated(int status, Cause cause) {
        code = status;
        answer = "{\"kind\":\"Status\",\"message\":\"the server's words\"}";

        Answer<Candidate> refused = store.promote(ELECTION, pod("app: orders"), 7);

        assertThat(cause(refused)).isEqualTo(cause);
        assertThat(((Answer.Refused<Candidate>) refused).explanation()).contains("the server's words");
        assertThat(sent).hasSize(1);
    }

    @Test
    void aPodIsGoneOnTheServersOwnWord() {
        code = 404;
        answer = NOT_FOUND;

        assertThat(cause(store.demote(ELECTION, pod("app: orders"), 7))).isEqualTo(Cause.GONE);
        assertThat(sent).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "404 page not found",
                "{}",
                "<html>no such page</html>",
                "{\"kind\":\"Status\",\"reason\":\"NotFound\",\"message\":\"the server could not find the requested resource\",\"details\":{}}"
            })
    void aPodIsNotGoneBecauseSomethingOnTheWayKnowsNoBetter(String words) {
        code = 404;
        answer = words;

        assertThat(cause(store.demote(ELECTION, pod("app: orders"), 7))).isEqualTo(Cause.UNAVAILABLE);
    }

    @Test
    void aRefusalInWordsThatAreNoStatusIsShownAsItIs() {
        code = 502;
        answer = "<html>bad gateway</html>";

        assertThat(store.promote(ELECTION, pod("app: orders"), 7))
                .isInstanceOfSatisfying(
                        Answer.Refused.class,
                        refused -> assertThat(refused.explanation()).contains("bad gateway"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "<html>welcome</html>", "{\"metadata\":", "[]", "7"})
    void anAnswerThatCannotBeReadIsNone(String unreadable) {
        answer = unreadable;

        assertThat(cause(store.promote(ELECTION, pod("app: orders"), 7))).isEqualTo(Cause.UNAVAILABLE);
        assertThat(cause(store.readPod(ELECTION, A))).isEqualTo(Cause.UNAVAILABLE);
        assertThat(cause(store.readLease(ELECTION))).isEqualTo(Cause.UNAVAILABLE);
        assertThat(cause(store.listPods(ELECTION))).isEqualTo(Cause.UNAVAILABLE);
        assertThat(cause(store.writeStatus(ELECTION, primary(), LeaderElectionStatus.EMPTY)))
                .isEqualTo(Cause.UNAVAILABLE);
    }

    @Test
    void silenceIsUnavailable() {
        silent = true;
        ApiServer.Request request = ApiServer.Request.get(POD, Duration.ofMillis(50));

        assertThat(cause(new ApiServer(client).send(request, Pod.class))).isEqualTo(Cause.UNAVAILABLE);
    }

    @Test
    void aRefusedConnectionIsUnavailable() {
        server.stop(0);

        assertThat(cause(store.readPod(ELECTION, A))).isEqualTo(Cause.UNAVAILABLE);
    }
}
