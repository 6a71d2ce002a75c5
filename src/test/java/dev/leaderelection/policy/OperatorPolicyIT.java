package dev.leaderelection.policy;

import static dev.leaderelection.policy.PolicedCluster.KEY;
import static dev.leaderelection.policy.PolicedCluster.OTHER_KEY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.cluster.Identity;
import dev.leaderelection.policy.Caller.Reply;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the operator's own account may not do, although it may do everything here as far as RBAC is concerned. */
class OperatorPolicyIT {

    private static final String MARK = "7/01234567-89ab-cdef-0123-456789abcdef/x";

    private static final String ELECTION_IS_ITS_USERS =
            "may write nothing of a LeaderElection but its status and the finalizer leaderelection.dev/cleanup";

    private static final PolicedCluster CLUSTER = PolicedCluster.installed();
    private static final Caller OPERATOR = CLUSTER.caller(Identity.OPERATOR);
    private static String namespace = "";

    @BeforeAll
    static void elections() {
        CLUSTER.grantEverything(Identity.OPERATOR);
        namespace = CLUSTER.controlPlane().createNamespace("guarded");
        CLUSTER.elect(namespace, "orders", KEY);
        CLUSTER.elect(namespace, "writer", OTHER_KEY);
        CLUSTER.pod(namespace, "orders-a", Map.of("example.com/team", "blue"));
    }

    @AfterAll
    static void stop() {
        OPERATOR.close();
        CLUSTER.close();
    }

    private static String leading(String key) {
        return "{\"labels\":{\"%1$s\":\"leader\"},\"annotations\":{\"%1$s.term\":\"7\",\"%1$s.fence\":\"%2$s\"}}"
                .formatted(key, MARK);
    }

    private static Reply patch(String metadata) {
        return OPERATOR.patchMetadata(namespace, "orders-a", metadata);
    }

    private static void assertRefused(Reply reply, String message) {
        assertThat(reply.code()).as(reply.text()).isEqualTo(403);
        assertThat(reply.message()).contains(Identity.OPERATOR.user() + " " + message);
    }

    private static void assertGranted(Reply reply) {
        assertThat(reply.isSuccess()).as(reply.text()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {KEY, OTHER_KEY})
    void writesTheKeysOfEveryElectionOfTheNamespace(String key) {
        assertGranted(patch(leading(key)));
        assertGranted(patch(
                "{\"labels\":{\"%1$s\":\"follower\"},\"annotations\":{\"%1$s.term\":null,\"%1$s.fence\":\"%2$s\"}}"
                        .formatted(key, MARK + "y")));
        assertGranted(patch("{\"labels\":{\"%1$s\":null},\"annotations\":{\"%1$s.term\":null,\"%1$s.fence\":null}}"
                .formatted(key)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "app;{\"labels\":{\"app\":\"others\"}}",
                "app;{\"labels\":{\"app\":null}}",
                "example.com/team;{\"labels\":{\"example.com/team\":\"red\"}}",
                "example.com/team;{\"labels\":{\"example.com/team\":null}}",
                "app.kubernetes.io/name;{\"labels\":{\"app.kubernetes.io/name\":\"x\"}}",
                "leaderelection.dev/priority;{\"annotations\":{\"leaderelection.dev/priority\":\"9\"}}",
                "example.com/note;{\"annotations\":{\"example.com/note\":null}}",
                "example.com/long.term;{\"annotations\":{\"example.com/long.term\":\"9\"}}",
                "example.com/electric.fence;{\"annotations\":{\"example.com/electric.fence\":\"9\"}}",
            })
    void writesNoOtherKey(String key, String metadata) {
        assertRefused(patch(metadata), "may not write " + key);
    }

    @Test
    void markMakesNoKeyOfKubernetesItsOwnAndNoneWithoutPrefix() {
        assertRefused(patch(leading("app.kubernetes.io/name")), "may not write app.kubernetes.io/name");
        assertRefused(patch(leading("app")), "may not write app");
    }

    @Test
    void otherKeyDoesNotPassBesideItsOwn() {
        Reply reply = patch("{\"labels\":{\"%1$s\":\"leader\",\"app\":\"x\"},\"annotations\":{\"%1$s.fence\":\"%2$s\"}}"
                .formatted(OTHER_KEY, MARK));

        assertRefused(reply, "may not write app");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"spec\":{\"containers\":[{\"name\":\"app\",\"image\":\"evil\"}]}}",
                "{\"spec\":{\"activeDeadlineSeconds\":1}}",
                "{\"metadata\":{\"finalizers\":[\"example.com/held\"]}}",
                "{\"metadata\":{\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"name\":\"x\",\"uid\":\"y\"}]}}",
            })
    void changesNothingElseOfPod(String patch) {
        Reply reply =
                OPERATOR.send("PATCH", Caller.podPath(namespace, "orders-a"), Caller.STRATEGIC_MERGE_PATCH, patch);

        assertRefused(reply, "may change nothing of a pod but the labels and annotations of its elections");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/status", "/ephemeralcontainers", "/resize"})
    void writesNoSubresource(String subresource) {
        Reply reply = OPERATOR.send(
                "PATCH",
                Caller.podPath(namespace, "orders-a") + subresource,
                Caller.STRATEGIC_MERGE_PATCH,
                "{\"metadata\":{\"labels\":{\"" + KEY + "\":\"leader\"}}}");

        assertRefused(reply, "may patch pods, and delete those that an election has marked");
    }

    @Test
    void makesBindsEvictsAndDeletesNoPod() {
        String message = "may patch pods, and delete those that an election has marked";
        String pod = Caller.podPath(namespace, "orders-a");

        assertRefused(OPERATOR.send("DELETE", pod, Caller.JSON, "{}"), message);
        assertRefused(OPERATOR.send("POST", Caller.podsPath(namespace), Caller.JSON, """
                        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "made"},
                         "spec": {"containers": [{"name": "app", "image": "app"}]}}"""), message);
        assertRefused(OPERATOR.send("POST", pod + "/eviction", Caller.JSON, """
                        {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "orders-a"}}"""), message);
        String binding = """
                {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": "orders-a"},
                 "target": {"apiVersion": "v1", "kind": "Node", "name": "node-1"}}""";
        assertRefused(OPERATOR.send("POST", pod + "/binding", Caller.JSON, binding), message);
        assertRefused(
                OPERATOR.send("POST", "/api/v1/namespaces/" + namespace + "/bindings", Caller.JSON, binding), message);
    }

    @Test
    void foreignLeaseIsNeitherMadeNorWrittenNorTakenNorDeleted() {
        String leases = Caller.leasesPath(namespace);
        String foreign = lease("foreign", "");
        String message = "may write no Lease but those that a LeaderElection owns and its own";
        assertRefused(OPERATOR.send("POST", leases, Caller.JSON, foreign), message);
        assertGranted(CLUSTER.admin().send("POST", leases, Caller.JSON, foreign));

        assertRefused(patchLease("foreign", "{\"spec\":{\"holderIdentity\":\"orders-a\"}}"), message);
        assertRefused(patchLease("foreign", lease("foreign", owner())), message);
        assertRefused(OPERATOR.send("DELETE", leases + "/foreign", Caller.JSON, "{}"), message);
        assertRefused(
                OPERATOR.send(
                        "POST", Caller.leasesPath("kube-system"), Caller.JSON, lease("leader-election-operator", "")),
                message);
        assertRefused(
                OPERATOR.send("POST", Caller.leasesPath("leader-election-system"), Caller.JSON, lease("another", "")),
                message);
        assertRefused(
                OPERATOR.send(
                        "POST", Caller.leasesPath("default"), Caller.JSON, lease("leader-election-rehearsal", "")),
                message);
    }

    @Test
    void ownedLeaseIsMadeWrittenAndDeleted() {
        String leases = Caller.leasesPath(namespace);
        String owned = lease("orders", owner());

        assertGranted(OPERATOR.send("POST", leases, Caller.JSON, owned));
        assertGranted(patchLease("orders", "{\"spec\":{\"holderIdentity\":\"orders-a\"}}"));
        assertRefused(
                patchLease("orders", "{\"metadata\":{\"ownerReferences\":null}}"),
                "may write no Lease but those that a LeaderElection owns and its own");
        assertGranted(OPERATOR.send("DELETE", leases + "/orders", Caller.JSON, "{}"));
    }

    @Test
    void leaseOfItsReplicasIsItsOwnAndPracticeIsNotKept() {
        assertGranted(OPERATOR.send(
                "POST",
                Caller.leasesPath("leader-election-system"),
                Caller.JSON,
                lease("leader-election-operator", "")));
        assertGranted(OPERATOR.send(
                "POST",
                Caller.leasesPath("default") + "?dryRun=All",
                Caller.JSON,
                lease("leader-election-rehearsal", "")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"spec\":{\"mode\":\"Paused\"}}",
                "{\"spec\":{\"minimumTerm\":9}}",
                "{\"metadata\":{\"labels\":{\"app\":\"x\"}}}",
                "{\"metadata\":{\"annotations\":{\"leaderelection.dev/role.fence\":\"" + MARK + "\"}}}",
                "{\"metadata\":{\"finalizers\":[\"example.com/held\"]}}",
                "{\"metadata\":{\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"name\":\"x\",\"uid\":\"y\"}]}}",
            })
    void changesNothingElseOfElection(String patch) {
        assertRefused(patchElection("orders", patch), ELECTION_IS_ITS_USERS);
    }

    @Test
    void makesAndDeletesNoElection() {
        assertRefused(OPERATOR.send("POST", Caller.electionsPath(namespace), Caller.JSON, """
                        {"apiVersion": "leaderelection.dev/v1alpha1", "kind": "LeaderElection", "metadata": {"name": "made"},
                         "spec": {"selector": {"matchLabels": {"app": "made"}}}}"""), ELECTION_IS_ITS_USERS);
        assertRefused(
                OPERATOR.send("DELETE", Caller.electionsPath(namespace) + "/orders", Caller.JSON, "{}"),
                ELECTION_IS_ITS_USERS);
    }

    @Test
    void holdsAndReleasesItsFinalizerBesideThoseOfOthersAndTellsWhoLeads() {
        CLUSTER.elect(namespace, "held", "example.com/held");
        assertGranted(CLUSTER.admin()
                .send(
                        "PATCH",
                        Caller.electionsPath(namespace) + "/held",
                        Caller.MERGE_PATCH,
                        finalizers("\"example.com/held\"")));

        assertGranted(patchElection("held", finalizers("\"example.com/held\",\"leaderelection.dev/cleanup\"")));
        assertRefused(patchElection("held", finalizers("\"leaderelection.dev/cleanup\"")), ELECTION_IS_ITS_USERS);
        assertGranted(patchElection("held/status", "{\"status\":{\"term\":7}}"));
        assertGranted(patchElection("held", finalizers("\"example.com/held\"")));
    }

    @Test
    void othersWriteTheirElections() {
        CLUSTER.elect(namespace, "theirs", "example.com/theirs");
        String theirs = Caller.electionsPath(namespace) + "/theirs";

        assertGranted(CLUSTER.admin().send("PATCH", theirs, Caller.MERGE_PATCH, "{\"spec\":{\"mode\":\"Paused\"}}"));
        assertGranted(CLUSTER.admin().send("DELETE", theirs, Caller.JSON, "{}"));
    }

    /** What no policy can hold it off, for it is how it works. The page on security says so. */
    @Test
    void marksAnyPodAndThenRelabelsAndDeletesIt() {
        CLUSTER.pod(namespace, "bystander", Map.of("example.com/team", "blue"));

        assertGranted(OPERATOR.patchMetadata(namespace, "bystander", """
                {"labels": {"example.com/team": "red"}, "annotations": {"example.com/team.fence": "%s"}}""".formatted(MARK)));
        assertGranted(OPERATOR.send("DELETE", Caller.podPath(namespace, "bystander"), Caller.JSON, "{}"));
    }

    @Test
    void othersWriteTheirLeases() {
        String leases = Caller.leasesPath(namespace);
        assertGranted(CLUSTER.admin().send("POST", leases, Caller.JSON, lease("theirs", "")));
        assertGranted(CLUSTER.admin().send("DELETE", leases + "/theirs", Caller.JSON, "{}"));
    }

    private static Reply patchElection(String path, String patch) {
        return OPERATOR.send("PATCH", Caller.electionsPath(namespace) + "/" + path, Caller.MERGE_PATCH, patch);
    }

    private static String finalizers(String quoted) {
        return "{\"metadata\":{\"finalizers\":[" + quoted + "]}}";
    }

    private static Reply patchLease(String name, String patch) {
        return OPERATOR.send("PATCH", Caller.leasesPath(namespace) + "/" + name, Caller.MERGE_PATCH, patch);
    }

    private static String lease(String name, String owners) {
        return "{\"apiVersion\":\"coordination.k8s.io/v1\",\"kind\":\"Lease\",\"metadata\":{\"name\":\"%s\"%s}}"
                .formatted(name, owners);
    }

    /** The real one: what names an owner that is not there is collected. */
    private static String owner() {
        String uid = CLUSTER.controlPlane()
                .kubectl(
                        "get",
                        "leaderelection",
                        "orders",
                        "--namespace=" + namespace,
                        "-o",
                        "jsonpath={.metadata.uid}");
        return ",\"ownerReferences\":[{\"apiVersion\":\"leaderelection.dev/v1alpha1\",\"kind\":\"LeaderElection\","
                + "\"name\":\"orders\",\"uid\":\"" + uid + "\"}]";
    }
}
