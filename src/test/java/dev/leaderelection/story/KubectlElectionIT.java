package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.api.LeadershipTransferStatus;
import dev.leaderelection.cluster.ChildProcess;
import dev.leaderelection.cluster.Identity;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@code kubectl election} as users have it: kubectl finds it on the PATH, and it asks with their rights. */
class KubectlElectionIT {

    private final Stage stage = Stage.shared();

    /** What a command printed, and how it ended. */
    private record Outcome(int code, String text) {}

    private ChildProcess start(Identity user, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(stage.controlPlane().kubectlBinary().toString()));
        command.addAll(List.of(arguments));
        Path log = stage.controlPlane().directory().resolve("kubectl-election-" + System.nanoTime() + ".log");
        return ChildProcess.start(
                "kubectl election", command, stage.controlPlane().pluginEnvironment(user), log);
    }

    private Outcome run(Identity user, String... arguments) {
        try (ChildProcess process = start(user, arguments)) {
            int code = process.awaitExit();
            return new Outcome(code, process.log());
        }
    }

    private String kubectl(Scene scene, String... arguments) {
        List<String> all = new ArrayList<>(List.of("election"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("-n", scene.namespace()));
        Outcome outcome = run(Identity.ADMIN, all.toArray(String[]::new));
        assertThat(outcome.code()).as(outcome.text()).isZero();
        return outcome.text();
    }

    private static void refuses(Outcome outcome, int code, String... parts) {
        assertThat(outcome.code()).as(outcome.text()).isEqualTo(code);
        assertThat(outcome.text().lines())
                .hasSize(1)
                .first()
                .asString()
                .startsWith("error: ")
                .contains(parts);
    }

    @Test
    void tellsTheWholeStoryOfAnElectionAndMovesIt() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect("orders", Scene.FAST);
            scene.kubectl("create", "service", "clusterip", "orders-leader", "--tcp=80:8080");
            scene.kubectl("set", "selector", "service/orders-leader", "app=orders,leaderelection.dev/role=leader");
            scene.awaitReadyElection("orders");

            assertThat(kubectl(scene, "list").lines().toList().get(1))
                    .matches("orders +Lease +orders-a +\\d+ +True +2/2 +\\d+s");
            await().atMost(Scene.PATIENCE)
                    .untilAsserted(() -> assertThat(kubectl(scene, "status", "orders"))
                            .contains("Leader:      orders-a, term ")
                            .contains("held by orders-a")
                            .contains("Endpoints:   orders-leader -> orders-a")
                            .contains("orders-b   Eligible   ready")
                            .doesNotContain("WARNING"));
            assertThat(kubectl(scene, "status", "orders", "-o", "json")).contains("\"leader\":\"orders-a\"");

            try (ChildProcess watch = start(Identity.ADMIN, "election", "watch", "orders", "-n", scene.namespace())) {
                await().atMost(Scene.PATIENCE).until(() -> watch.log().contains("orders-a"));

                assertThat(kubectl(scene, "transfer", "orders", "--to", "orders-b"))
                        .startsWith("orders: leadership went from orders-a to orders-b, term ");

                await().atMost(Scene.PATIENCE).until(() -> watch.log().contains("LeadershipTransfer"));
                assertThat(watch.log()).contains("orders-b");
            }
            await().atMost(Scene.PATIENCE)
                    .untilAsserted(() -> assertThat(kubectl(scene, "status", "orders"))
                            .contains("Leader:      orders-b, term ")
                            .contains("Endpoints:   orders-leader -> orders-b")
                            .doesNotContain("WARNING"));
            assertThat(kubectl(scene, "history", "orders").lines().toList().get(1))
                    .matches("\\d+s +\\d+ +orders-a +orders-b +LeadershipTransfer +\\d+ms");
            assertThat(kubectl(scene, "explain", "orders"))
                    .contains("orders-b leads in term ")
                    .contains("a transfer was asked for, and orders-a led before")
                    .contains("orders-a   Eligible   orders-b is healthy and stays; first in line for a vacant seat");

            assertThat(kubectl(scene, "pause", "orders")).contains("orders is paused");
            scene.awaitCondition("orders", "Paused", "True", "Paused");
            Outcome paused =
                    run(Identity.ADMIN, "election", "transfer", "orders", "-n", scene.namespace(), "--timeout", "20");
            refuses(paused, 1, "LeaderElection orders", "Paused", "set its mode to Active");
            assertThat(kubectl(scene, "resume", "orders")).contains("orders is active");

            Outcome completed = run(
                    Identity.ADMIN,
                    "__complete",
                    "election",
                    "transfer",
                    "orders",
                    "-n",
                    scene.namespace(),
                    "--to",
                    "");
            assertThat(completed.text()).contains("orders-a\n", "orders-b\n", ":4\n");

            scene.pod("orders-c", Map.of(), Map.of("leaderelection.dev/candidate", "false"));
            scene.deletePod("orders-a");
            scene.deletePod("orders-b");
            await().atMost(Scene.PATIENCE)
                    .untilAsserted(() -> assertThat(kubectl(scene, "status", "orders"))
                            .contains("Leader:      <none>")
                            .contains("Endpoints:   orders-leader -> <none>")
                            .contains("WARNING: Ready=False (NoEligibleCandidate)"));

            scene.deletePod("orders-c");
            await().atMost(Scene.PATIENCE)
                    .untilAsserted(() -> assertThat(kubectl(scene, "status", "orders"))
                            .contains("Candidates:  0/0 eligible")
                            .contains("Endpoints:   orders-leader -> <none>"));
        }
    }

    /** What somebody may not read is missing from what they are told, and no more than that. */
    @Test
    void whoeverMayReadAnElectionIsToldWhatTheyMayKnow() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect("orders", Scene.FAST);
            scene.kubectl("create", "service", "clusterip", "orders-leader", "--tcp=80:8080");
            scene.kubectl("set", "selector", "service/orders-leader", "app=orders,leaderelection.dev/role=leader");
            scene.awaitReadyElection("orders");
            scene.kubectl("create", "role", "names", "--verb=get", "--resource=leaderelections.leaderelection.dev");
            scene.kubectl("create", "rolebinding", "outsiders", "--role=names", "--user=nobody");

            await().atMost(Scene.PATIENCE)
                    .untilAsserted(() -> assertThat(tells(Identity.NOBODY, scene, "status", "orders"))
                            .contains("Leader:      orders-a, term ")
                            .contains("Lease:       unknown (no right to read Leases)")
                            .contains("Endpoints:   unknown (no right to read Services)")
                            .contains("WARNING: you may not read pods in namespace " + scene.namespace()));
            assertThat(tells(Identity.NOBODY, scene, "explain", "orders"))
                    .contains("orders-a leads in term ")
                    .contains("orders-b   Eligible   unknown (no right to read pods)")
                    .contains("WARNING: you may not read Leases");

            scene.kubectl("create", "rolebinding", "viewers", "--clusterrole=leader-election-view", "--user=nobody");
            await().atMost(Scene.PATIENCE)
                    .untilAsserted(() -> assertThat(tells(Identity.NOBODY, scene, "status", "orders"))
                            .contains("held by orders-a, renewed")
                            .contains("Endpoints:   orders-leader -> orders-a")
                            .doesNotContain("WARNING")
                            .doesNotContain("this machine's clock"));
            assertThat(tells(Identity.NOBODY, scene, "explain", "orders"))
                    .contains("orders-a leads in term ")
                    .contains("orders-b   Eligible   orders-a is healthy and stays; first in line")
                    .doesNotContain("WARNING");
        }
    }

    private String tells(Identity user, Scene scene, String... command) {
        Outcome outcome = as(user, scene, command);
        assertThat(outcome.code()).as(outcome.text()).isZero();
        return outcome.text();
    }

    private Outcome as(Identity user, Scene scene, String... command) {
        List<String> arguments = new ArrayList<>(List.of("election"));
        arguments.addAll(List.of(command));
        arguments.addAll(List.of("-n", scene.namespace()));
        return run(user, arguments.toArray(String[]::new));
    }

    private static List<LeadershipTransfer> transfers(Scene scene) {
        return scene.client()
                .resources(LeadershipTransfer.class)
                .inNamespace(scene.namespace())
                .list()
                .getItems();
    }

    /** The right to create a transfer is all that it takes, and the role for editors has what it takes to see it through. */
    @Test
    void whoeverMayAskForATransferNeedNotSeeWhatBecomesOfIt() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            scene.kubectl(
                    "create", "role", "asking", "--verb=create", "--resource=leadershiptransfers.leaderelection.dev");
            scene.kubectl("create", "rolebinding", "askers", "--role=asking", "--user=nobody");

            await().atMost(Scene.PATIENCE)
                    .untilAsserted(() -> assertThat(tells(Identity.NOBODY, scene, "transfer", "orders"))
                            .startsWith("orders: asked for as LeadershipTransfer orders-")
                            .contains("you may not see what becomes of it"));
            scene.awaitLeader("orders", "orders-b");

            scene.kubectl("create", "rolebinding", "editors", "--clusterrole=leader-election-edit", "--user=nobody");
            await().atMost(Scene.PATIENCE)
                    .untilAsserted(() -> assertThat(tells(Identity.NOBODY, scene, "transfer", "orders"))
                            .startsWith("orders: leadership went from "));
            assertThat(transfers(scene))
                    .flatExtracting(transfer -> transfer.getMetadata().getOwnerReferences())
                    .extracting(OwnerReference::getUid)
                    .contains(scene.election("orders").getMetadata().getUid());
        }
    }

    /** Nobody waits for it any more, so it must not happen behind their back. */
    @Test
    void aTransferThatIsNotWaitedForIsWithdrawn() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect("orders", "failover: {fencing: AwaitLeaseExpiry}");
            scene.awaitReadyElection("orders");

            try (ChildProcess transfer =
                    start(Identity.ADMIN, "election", "transfer", "orders", "-n", scene.namespace())) {
                await().atMost(Scene.PATIENCE)
                        .until(() -> transfers(scene).stream()
                                .anyMatch(any -> any.getStatus() != null
                                        && any.getStatus().is(LeadershipTransferStatus.ACCEPTED)));
                assertThat(kubectl(scene, "explain", "orders"))
                        .contains("asks that orders-b lead: accepted, and not made yet");

                assertThat(transfer.stop(Scene.PATIENCE)).isTrue();

                assertThat(transfer.log().lines())
                        .singleElement()
                        .asString()
                        .matches("interrupted: LeadershipTransfer orders-[a-z0-9]+: It is withdrawn");
            }
            assertThat(transfers(scene)).isEmpty();
            scene.awaitLeader("orders", "orders-a");
        }
    }

    @Test
    void saysInOneLineWhatIsWrong() {
        try (Scene scene = stage.scene()) {
            refuses(
                    run(Identity.ADMIN, "election", "status", "nothing", "-n", scene.namespace()),
                    1,
                    "no LeaderElection nothing in namespace " + scene.namespace(),
                    "kubectl election list -A");
            refuses(
                    run(Identity.NOBODY, "election", "list", "-n", scene.namespace()),
                    1,
                    "\"nobody\" cannot list resource \"leaderelections\"",
                    "leader-election-view");
            refuses(
                    run(Identity.ADMIN, "election", "list", "--context", "elsewhere"),
                    1,
                    "no context elsewhere",
                    "kubectl config get-contexts");
            refuses(run(Identity.ADMIN, "election", "status"), 2, "NAME", "--help");
        }
    }

    /** The roles that every cluster has learn of elections: to see them, and to move them. */
    @Test
    void usersMayDoWhatTheirRoleSays() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            scene.kubectl("create", "rolebinding", "viewers", "--clusterrole=view", "--user=nobody");

            await().atMost(Scene.PATIENCE)
                    .untilAsserted(() -> assertThat(run(Identity.NOBODY, "election", "list", "-n", scene.namespace())
                                    .code())
                            .isZero());
            await().atMost(Scene.PATIENCE)
                    .untilAsserted(() -> assertThat(tells(Identity.NOBODY, scene, "status", "orders"))
                            .contains("held by orders-a, renewed")
                            .doesNotContain("WARNING"));
            refuses(
                    run(Identity.NOBODY, "election", "transfer", "orders", "-n", scene.namespace()),
                    1,
                    "\"nobody\" cannot create resource \"leadershiptransfers\"",
                    "leader-election-edit");

            scene.kubectl("create", "rolebinding", "editors", "--clusterrole=edit", "--user=nobody");
            await().atMost(Scene.PATIENCE)
                    .untilAsserted(() -> assertThat(
                                    run(Identity.NOBODY, "election", "transfer", "orders", "-n", scene.namespace())
                                            .text())
                            .startsWith("orders: leadership went from orders-a to orders-b"));
        }
    }
}
