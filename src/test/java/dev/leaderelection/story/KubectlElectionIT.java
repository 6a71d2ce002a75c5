package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.api.LeadershipTransferStatus;
import dev.leaderelection.cluster.ChildProcess;
import dev.leaderelection.cluster.Identity;
import dev.leaderelection.cluster.NetworkProxy;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code kubectl election} as users have it: kubectl finds it on the PATH, and it asks with their rights. */
class KubectlElectionIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

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

    /** Also where a transfer is refused: its object first, then why. */
    @Test
    void everyCommandThatTakesAFormatIsReadByAParser() throws IOException {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");

            assertThat(parsed(scene, "list").at("/items/0/metadata/name").asText())
                    .isEqualTo("orders");
            assertThat(parsed(scene, "status", "orders").at("/name").asText()).isEqualTo("orders");
            assertThat(parsed(scene, "history", "orders").at("/0/to").asText()).isEqualTo("orders-a");
            assertThat(parsed(scene, "explain", "orders").isObject()).isTrue();
            assertThat(parsed(scene, "transfer", "orders").at("/status/to").asText())
                    .startsWith("orders-");
            assertThat(parsed(scene, "pause", "orders").at("/spec/mode").asText())
                    .isEqualTo("Paused");
            scene.awaitCondition("orders", "Paused", "True", "Paused");

            Outcome refused =
                    run(Identity.ADMIN, "election", "transfer", "orders", "-n", scene.namespace(), "-o", "json");
            assertThat(refused.code()).as(refused.text()).isEqualTo(1);
            List<String> lines = refused.text().lines().toList();
            assertThat(read(JSON, lines.get(0)).at("/kind").asText()).isEqualTo("LeadershipTransfer");
            assertThat(lines.get(0)).contains("\"Failed\"").doesNotContain("managedFields");
            assertThat(lines.get(1)).startsWith("error: ");

            assertThat(parsed(scene, "resume", "orders").at("/spec/mode").asText())
                    .isEqualTo("Active");

            watchesAsObjects(scene, "json");
            watchesAsObjects(scene, "yaml");
        }
    }

    private void watchesAsObjects(Scene scene, String format) throws IOException {
        String mark = format + "-was-here";
        try (ChildProcess watch =
                start(Identity.ADMIN, "election", "watch", "orders", "-n", scene.namespace(), "-o", format)) {
            await().atMost(Scene.PATIENCE).until(() -> watch.log().contains("LeaderElection"));
            scene.kubectl("label", "leaderelection", "orders", mark + "=x");
            await().atMost(Scene.PATIENCE).until(() -> watch.log().contains(mark));
            List<JsonNode> objects = new ArrayList<>();
            if (format.equals("json")) {
                for (String line : watch.log().lines().toList()) {
                    objects.add(read(JSON, line));
                }
            } else {
                for (String document : watch.log().split("(?m)^---\\s", -1)) {
                    if (!document.isBlank()) {
                        objects.add(read(YAML, document));
                    }
                }
            }
            assertThat(objects).hasSizeGreaterThan(1).allSatisfy(object -> {
                assertThat(object.at("/metadata/name").asText()).isEqualTo("orders");
                assertThat(object.at("/metadata/managedFields").isMissingNode()).isTrue();
            });
        }
    }

    /** What a command prints in JSON; it is the same sort of thing in YAML. */
    private JsonNode parsed(Scene scene, String... arguments) throws IOException {
        List<JsonNode> read = new ArrayList<>();
        for (ObjectMapper format : List.of(JSON, YAML)) {
            List<String> all = new ArrayList<>(List.of(arguments));
            all.addAll(List.of("-o", format == JSON ? "json" : "yaml"));
            String text = kubectl(scene, all.toArray(String[]::new));
            assertThat(text).doesNotContain("managedFields");
            read.add(read(format, text));
        }
        assertThat(read.get(1).getNodeType()).isEqualTo(read.get(0).getNodeType());
        return read.get(0);
    }

    private static JsonNode read(ObjectMapper format, String text) throws IOException {
        return format.readTree(text);
    }

    @Test
    void aWatchOutlivesItsConnection() throws IOException {
        try (Scene scene = stage.scene();
                NetworkProxy proxy =
                        new NetworkProxy(URI.create(stage.controlPlane().url()).getPort())) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            String kubeconfig =
                    proxy.kubeconfig(stage.controlPlane(), Identity.ADMIN).toString();
            try (ChildProcess watch = start(
                    Identity.ADMIN,
                    "election",
                    "watch",
                    "orders",
                    "-n",
                    scene.namespace(),
                    "--kubeconfig",
                    kubeconfig)) {
                await().atMost(Scene.PATIENCE).until(() -> watch.log().contains("orders-a"));

                proxy.cut();
                await().atMost(Scene.PATIENCE).until(() -> watch.log().contains(" is lost, "));
                kubectl(scene, "transfer", "orders", "--to", "orders-b");
                proxy.heal();

                await().atMost(Scene.PATIENCE).until(() -> watch.log().contains("LeadershipTransfer"));
                scene.deleteElection("orders");
                assertThat(watch.awaitExit()).isZero();
                assertThat(watch.log().lines().filter(line -> line.startsWith("the connection to https://127.0.0.1:")))
                        .satisfiesExactly(
                                line -> assertThat(line).contains(" is lost, "),
                                line -> assertThat(line).endsWith(" is back"));
                assertThat(watch.log()).endsWith("orders was deleted\n");
            }
        }
    }

    /** What it writes to standard error reaches the user, and the token the server. */
    @Test
    void aCredentialPluginThatWarnsGivesItsTokenAllTheSame() throws IOException {
        try (Scene scene = stage.scene()) {
            Path direct = stage.controlPlane().kubeconfig(Identity.ADMIN);
            String text = Files.readString(direct);
            Matcher token = Pattern.compile("token: (\\S+)").matcher(text);
            assertThat(token.find()).isTrue();
            Path folder = Files.createTempDirectory(stage.controlPlane().directory(), "exec");
            Path plugin = Files.writeString(folder.resolve("give"), """
                    #!/bin/sh
                    echo 'WARNING: this is old' >&2
                    echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}'
                    """.formatted(token.group(1)));
            assertThat(plugin.toFile().setExecutable(true)).isTrue();
            Path kubeconfig = Files.writeString(
                    folder.resolve("config"),
                    token.replaceFirst(
                            "exec: {apiVersion: client.authentication.k8s.io/v1, command: ./give, interactiveMode: Never}"));

            assertThat(kubectl(scene, "list", "--kubeconfig", kubeconfig.toString())
                            .lines())
                    .containsExactly("WARNING: this is old", "No elections found in namespace " + scene.namespace());
        }
    }

    @Test
    void asksAsSomebodyElse() {
        try (Scene scene = stage.scene()) {
            refuses(
                    run(Identity.ADMIN, "election", "-n", scene.namespace(), "--as", "eve", "list"),
                    1,
                    "\"eve\" cannot list resource \"leaderelections\"");
            Outcome completed = run(Identity.ADMIN, "__complete", "election", "list", "--namespace", "sto");
            assertThat(completed.text()).contains(scene.namespace() + "\n");
            assertThat(run(Identity.ADMIN, "__complete", "election", "list", "--context", "")
                            .text())
                    .contains("test\n");
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
