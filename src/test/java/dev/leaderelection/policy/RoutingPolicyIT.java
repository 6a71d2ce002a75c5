package dev.leaderelection.policy;

import static dev.leaderelection.policy.PolicedCluster.KEY;
import static dev.leaderelection.policy.PolicedCluster.OTHER_KEY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.leaderelection.cluster.Identity;
import dev.leaderelection.policy.Caller.Reply;
import dev.leaderelection.policy.Way.Item;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nobody but the operator writes what routes to the leader: each way in, tried by each kind of writer. */
class RoutingPolicyIT {

    private static final Identity EDITOR = new Identity("editor", List.of());
    private static final Identity ROBOT = Identity.serviceAccount("tools", "deployer");
    private static final Identity CONTROLLER = Identity.serviceAccount("kube-system", "replicaset-controller");
    private static final Identity NODE = new Identity("system:node:node-1", List.of("system:nodes"));

    /** What comes through them is read for the containers alone: the server drops labels before anybody is asked. */
    private static final Set<Way> DROP_METADATA = EnumSet.of(
            Way.PATCH_OF_THE_EPHEMERAL_CONTAINERS,
            Way.UPDATE_OF_THE_EPHEMERAL_CONTAINERS,
            Way.PATCH_OF_THE_RESOURCES,
            Way.UPDATE_OF_THE_RESOURCES);

    private static final Set<Way> ON_THE_STATUS = EnumSet.of(
            Way.MERGE_PATCH_OF_THE_STATUS,
            Way.STRATEGIC_MERGE_PATCH_OF_THE_STATUS,
            Way.JSON_PATCH_OF_THE_STATUS,
            Way.APPLY_TO_THE_STATUS,
            Way.UPDATE_OF_THE_STATUS);

    private static final PolicedCluster CLUSTER = PolicedCluster.installed(EDITOR, ROBOT, CONTROLLER, NODE);
    private static final Map<Writer, Caller> CALLERS = new EnumMap<>(Writer.class);
    private static String guarded = "";
    private static String free = "";

    /** Who writes to pods. */
    private enum Writer {
        CLUSTER_ADMIN,
        USER_WITH_RIGHTS_ON_PODS,
        SERVICE_ACCOUNT_WITH_EVERY_RIGHT,
        WORKLOAD_CONTROLLER,
        NODE_OF_THE_POD;

        private Identity identity() {
            return switch (this) {
                case CLUSTER_ADMIN -> Identity.ADMIN;
                case USER_WITH_RIGHTS_ON_PODS -> EDITOR;
                case SERVICE_ACCOUNT_WITH_EVERY_RIGHT -> ROBOT;
                case WORKLOAD_CONTROLLER -> CONTROLLER;
                case NODE_OF_THE_POD -> NODE;
            };
        }

        private Caller caller() {
            return Objects.requireNonNull(CALLERS.get(this));
        }

        /** A node is let through to the status of its pods; elsewhere it has no right that a policy could take. */
        private Set<Way> ways() {
            return this == NODE_OF_THE_POD ? ON_THE_STATUS : EnumSet.allOf(Way.class);
        }

        /** A name for the pod that it tries a way on. */
        private String podName(String purpose, Way way) {
            return (purpose + "-" + name() + "-" + way).toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    @BeforeAll
    static void elections() {
        CLUSTER.controlPlane().kubectl("create", "-f", "src/test/resources/policy/writers.yaml");
        CLUSTER.grantEverything(ROBOT);
        CLUSTER.grantEverything(CONTROLLER);
        for (Writer writer : Writer.values()) {
            CALLERS.put(writer, CLUSTER.caller(writer.identity()));
        }
        guarded = CLUSTER.controlPlane().createNamespace("guarded");
        free = CLUSTER.controlPlane().createNamespace("free");
        CLUSTER.elect(guarded, "orders", KEY);
        CLUSTER.elect(guarded, "writer", OTHER_KEY);
        CLUSTER.pod(guarded, "orders-a", Map.of());
        CLUSTER.awaitPolicies(Identity.OPERATOR, guarded, KEY);
        CLUSTER.awaitPolicies(Identity.OPERATOR, guarded, OTHER_KEY);
    }

    @AfterAll
    static void stop() {
        CALLERS.values().forEach(Caller::close);
        CLUSTER.close();
    }

    /** A pod, bound unless it is to be; with what the operator has left on a leader. */
    private static Pod pod(String namespace, String name, boolean bound, boolean led) {
        CLUSTER.pod(namespace, name, Map.of());
        if (bound) {
            Reply reply = CLUSTER.admin()
                    .send("POST", Caller.podPath(namespace, name) + "/binding", Caller.JSON, """
                            {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": "%s"},
                             "target": {"apiVersion": "v1", "kind": "Node", "name": "node-1"}}""".formatted(name));
            assertThat(reply.isSuccess()).as(reply.text()).isTrue();
        }
        if (led) {
            try (Caller operator = CLUSTER.caller(Identity.OPERATOR)) {
                for (String key : List.of(KEY, OTHER_KEY)) {
                    Reply reply = operator.patchMetadata(namespace, name, leading(key));
                    assertThat(reply.isSuccess()).as(reply.text()).isTrue();
                }
            }
        }
        return CLUSTER.getPod(namespace, name);
    }

    private static String leading(String key) {
        return """
                {"labels": {"%1$s": "leader"},
                 "annotations": {"%1$s.term": "7", "%1$s.fence": "7/01234567-89ab-cdef-0123-456789abcdef/x"}}""".formatted(key);
    }

    private static void assertRefused(Reply reply, Caller caller, String item, String election) {
        assertThat(reply.code()).as(reply.text()).isEqualTo(403);
        assertThat(reply.message())
                .contains("LeaderElection " + guarded + "/" + election + " uses " + item)
                .contains("only " + Identity.OPERATOR.user() + " may write it, not "
                        + caller.identity().user())
                .contains("create a LeadershipTransfer");
    }

    @ParameterizedTest
    @EnumSource
    void nobodyElseSetsThem(Writer writer) {
        Caller caller = writer.caller();
        for (Way way : writer.ways()) {
            String name = writer.podName("set", way);
            pod(guarded, name, !way.binds(), false);
            for (Item item : Item.values()) {
                Pod before = CLUSTER.getPod(guarded, name);

                Reply first = way.set(caller, before, item, KEY, "leader");
                Reply second = way.set(caller, before, item, OTHER_KEY, "leader");

                if (!DROP_METADATA.contains(way)) {
                    assertRefused(first, caller, item.named(KEY), "orders");
                    assertRefused(second, caller, item.named(OTHER_KEY), "writer");
                }
                assertUntouched(before, name);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void nobodyElseChangesOrRemovesThem(Writer writer) {
        Caller caller = writer.caller();
        for (Way way : writer.ways()) {
            if (!way.removes()) {
                continue;
            }
            String name = writer.podName("unset", way);
            pod(guarded, name, true, true);
            for (Item item : Item.values()) {
                Pod before = CLUSTER.getPod(guarded, name);

                Reply changed = way.set(caller, before, item, KEY, "another");
                Reply removed = way.remove(caller, before, item, OTHER_KEY);

                if (!DROP_METADATA.contains(way)) {
                    assertRefused(changed, caller, item.named(KEY), "orders");
                    assertRefused(removed, caller, item.named(OTHER_KEY), "writer");
                }
                assertUntouched(before, name);
            }
        }
    }

    private static void assertUntouched(Pod before, String name) {
        Pod after = CLUSTER.getPod(guarded, name);
        assertThat(after.getMetadata().getLabels())
                .isEqualTo(before.getMetadata().getLabels());
        assertThat(after.getMetadata().getAnnotations())
                .isEqualTo(before.getMetadata().getAnnotations());
    }

    @ParameterizedTest
    @EnumSource
    void everythingElseOfTheSamePodsIsAsFree(Writer writer) {
        Caller caller = writer.caller();
        for (Way way : writer.ways()) {
            if (DROP_METADATA.contains(way)) {
                continue;
            }
            String name = writer.podName("other", way);
            Pod pod = pod(guarded, name, !way.binds(), true);

            Reply reply = way.set(caller, pod, Item.LABEL, "example.com/team", "blue");

            assertThat(reply.isSuccess())
                    .as("%s by %s: %s", way, writer, reply.text())
                    .isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void namespaceWithoutElectionsIsFree(Writer writer) {
        Caller caller = writer.caller();
        for (Way way : writer.ways()) {
            if (DROP_METADATA.contains(way)) {
                continue;
            }
            String name = writer.podName("free", way);
            Pod pod = pod(free, name, !way.binds(), false);

            Reply reply = way.set(caller, pod, Item.LABEL, KEY, "leader");

            assertThat(reply.isSuccess())
                    .as("%s by %s: %s", way, writer, reply.text())
                    .isTrue();
        }
    }

    @Test
    void statusOfLeaderIsReportedByItsNode() {
        Pod pod = pod(guarded, "reported", true, true);

        Reply reply = Writer.NODE_OF_THE_POD
                .caller()
                .send(
                        "PATCH",
                        Caller.podPath(guarded, pod.getMetadata().getName()) + "/status",
                        Caller.STRATEGIC_MERGE_PATCH,
                        "{\"status\":{\"phase\":\"Running\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}}");

        assertThat(reply.isSuccess()).as(reply.text()).isTrue();
        assertThat(CLUSTER.getPod(guarded, "reported").getMetadata().getLabels())
                .containsEntry(KEY, "leader");
    }

    @Test
    void leaderIsEvicted() {
        pod(guarded, "evicted", true, true);

        Reply reply = Writer.USER_WITH_RIGHTS_ON_PODS
                .caller()
                .send("POST", Caller.podPath(guarded, "evicted") + "/eviction", Caller.JSON, """
                        {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "evicted"}}""");

        assertThat(reply.isSuccess()).as(reply.text()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = "NODE_OF_THE_POD", mode = EnumSource.Mode.EXCLUDE)
    void podIsNotMadeWithThem(Writer writer) {
        for (Item item : Item.values()) {
            Reply reply = create(writer.caller(), guarded, item, KEY);

            assertRefused(reply, writer.caller(), item.named(KEY), "orders");
            assertThat(create(writer.caller(), free, item, KEY).isSuccess()).isTrue();
        }
    }

    private static Reply create(Caller caller, String namespace, Item item, String key) {
        String map = item == Item.LABEL ? "labels" : "annotations";
        String name = item.named(key).substring(item.named(key).indexOf(' ') + 1);
        return caller.send("POST", Caller.podsPath(namespace), Caller.JSON, """
                {"apiVersion": "v1", "kind": "Pod",
                 "metadata": {"generateName": "made-", "%s": {"%s": "leader"}},
                 "spec": {"containers": [{"name": "app", "image": "app"}]}}""".formatted(map, name));
    }

    @Test
    void electionThatOnlyObservesGuardsNothing() {
        String namespace = CLUSTER.controlPlane().createNamespace("observed");
        CLUSTER.elect(namespace, "orders", KEY);
        pod(namespace, "orders-a", false, false);
        CLUSTER.awaitPolicies(Identity.OPERATOR, namespace, KEY);

        CLUSTER.controlPlane()
                .kubectl(
                        "patch",
                        "leaderelection",
                        "orders",
                        "--namespace=" + namespace,
                        "--type=merge",
                        "--patch={\"spec\":{\"mode\":\"Observe\"}}");

        await("the label is anybody's")
                .atMost(PolicedCluster.PATIENCE)
                .until(() -> CLUSTER.admin()
                        .patchMetadata(namespace, "orders-a", leading(KEY))
                        .isSuccess());
    }
}
