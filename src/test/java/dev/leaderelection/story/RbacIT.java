package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.leaderelection.cluster.AuditLog;
import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.FakeKubelet;
import dev.leaderelection.cluster.Manifests;
import dev.leaderelection.cluster.OperatorProcess;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The rights that {@code deploy/} gives: each is used, and none is missing. */
class RbacIT {

    /** Each kind of request once: more would matter to its speed alone. */
    private static final Map<String, String> REHEARSED = Map.of("LEADER_ELECTION_REHEARSALS", "3");

    @Test
    void everyRightIsUsedAndNoneIsMissing() {
        try (ControlPlane controlPlane = ControlPlane.start()) {
            Manifests manifests = new Manifests(controlPlane);
            manifests.applyCrds();
            manifests.applyRbac();
            try (FakeKubelet kubelet = FakeKubelet.start(controlPlane.admin(), 1)) {
                play(controlPlane, new Scene(controlPlane, kubelet, controlPlane.createNamespace("rbac")));
            }

            List<AuditLog.Request> requests = new AuditLog(controlPlane).requests();
            assertThat(requests).noneMatch(request -> request.code() == 403);
            Set<String> used = new TreeSet<>();
            requests.stream()
                    // Every account may ask what it may do.
                    .filter(request -> !request.resource().startsWith("authorization.k8s.io/"))
                    .forEach(request -> used.add(request.verb() + " " + request.resource()));
            assertThat(used).isEqualTo(granted(controlPlane));
        }
    }

    private static void play(ControlPlane controlPlane, Scene scene) {
        try (scene) {
            OperatorProcess first = OperatorProcess.start(controlPlane, REHEARSED, Map.of());
            try (first) {
                scene.podsReadyInTurn("orders-a", "orders-b", "orders-c");
                scene.elect("orders", Scene.FAST);
                scene.awaitReadyElection("orders");
                // The same twice: the second Event lengthens the series of the first.
                for (int i = 0; i < 2; i++) {
                    scene.stray("orders-c");
                    await().atMost(Scene.PATIENCE)
                            .untilAsserted(() -> assertThat(scene.labelled()).containsExactly("orders-a"));
                }
                scene.ask("there", "orders", "orders-b");
                scene.awaitLeader("orders", "orders-b");
                scene.ask("back", "orders", "orders-a");
                scene.awaitLeader("orders", "orders-a");
                await().atMost(Scene.PATIENCE)
                        .until(() -> new AuditLog(controlPlane)
                                .requests().stream()
                                        .anyMatch(request -> request.verb().equals("patch")
                                                && request.resource().startsWith("events.k8s.io/")));
                first.stop();
            }
            scene.deletePod("orders-a");
            await().atMost(Scene.PATIENCE).until(() -> scene.findPod("orders-a").isEmpty());
            OperatorProcess second = OperatorProcess.start(controlPlane, REHEARSED, Map.of());
            try (second) {
                scene.awaitLeader("orders", "orders-b");
                scene.awaitReadyElection("orders");
                scene.kubectl(
                        "patch",
                        "le",
                        "orders",
                        "--type=merge",
                        "-p",
                        "{\"spec\":{\"failover\":{\"fencing\":\"DeletePod\"}}}");
                scene.ready("orders-b", false);
                scene.awaitLeader("orders", "orders-c");
                scene.deleteElection("orders");
                scene.awaitNoElection("orders");
                second.stop();
            }
        }
    }

    private static Set<String> granted(ControlPlane controlPlane) {
        Set<String> granted = new TreeSet<>();
        controlPlane
                .admin()
                .rbac()
                .clusterRoles()
                .withName("leader-election-operator")
                .require()
                .getRules()
                .forEach(rule -> rule.getApiGroups()
                        .forEach(group -> rule.getResources()
                                .forEach(resource -> rule.getVerbs()
                                        .forEach(verb -> granted.add(
                                                verb + " " + (group.isEmpty() ? "" : group + "/") + resource)))));
        return granted;
    }
}
