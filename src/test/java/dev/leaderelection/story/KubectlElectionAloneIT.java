package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.cluster.ChildProcess;
import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.Identity;
import dev.leaderelection.cluster.Manifests;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code kubectl election} where no operator runs. */
class KubectlElectionAloneIT {

    private static String run(ControlPlane controlPlane, Identity user, String... arguments) {
        Path log = controlPlane.directory().resolve("kubectl-election-" + System.nanoTime() + ".log");
        List<String> command =
                new ArrayList<>(List.of(controlPlane.kubectlBinary().toString(), "election"));
        command.addAll(List.of(arguments));
        try (ChildProcess process =
                ChildProcess.start("kubectl election", command, controlPlane.pluginEnvironment(user), log)) {
            return "exit code " + process.awaitExit() + "\n" + process.log();
        }
    }

    private static List<LeadershipTransfer> transfers(ControlPlane controlPlane, String namespace) {
        return controlPlane
                .admin()
                .resources(LeadershipTransfer.class)
                .inNamespace(namespace)
                .list()
                .getItems();
    }

    @Test
    void suspectsTheOperatorAndTakesBackWhatItWasAsked() {
        try (ControlPlane controlPlane = ControlPlane.start()) {
            Manifests manifests = new Manifests(controlPlane);
            manifests.applyCrds();
            manifests.applyRbac();
            String namespace = controlPlane.createNamespace("alone");
            controlPlane
                    .admin()
                    .resource(controlPlane
                            .admin()
                            .getKubernetesSerialization()
                            .unmarshal("""
                            apiVersion: leaderelection.dev/v1alpha1
                            kind: LeaderElection
                            metadata: {name: orders, namespace: %s}
                            spec: {selector: {matchLabels: {app: orders}}}
                            """.formatted(namespace), LeaderElection.class))
                    .create();
            controlPlane.kubectl(
                    "create",
                    "role",
                    "asking",
                    "--verb=create,get,list,watch",
                    "--resource=leadershiptransfers.leaderelection.dev",
                    "-n",
                    namespace);
            controlPlane.kubectl("create", "rolebinding", "askers", "--role=asking", "--user=nobody", "-n", namespace);

            assertThat(run(controlPlane, Identity.ADMIN, "status", "orders", "-n", namespace))
                    .startsWith("exit code 0\n")
                    .contains("Lease:       orders is not there")
                    .endsWith("WARNING: LeaderElection orders was not looked at yet: is the operator running?\n");
            assertThat(run(controlPlane, Identity.ADMIN, "explain", "orders", "-n", namespace))
                    .startsWith("exit code 0\n")
                    .contains("nobody leads: the operator has not looked at this election yet: is it running?");

            assertThat(run(controlPlane, Identity.ADMIN, "transfer", "orders", "--timeout", "1", "-n", namespace))
                    .startsWith("exit code 1\nerror: nothing became of LeadershipTransfer orders-")
                    .endsWith("within 6s: is the operator running? It is withdrawn\n");
            assertThat(transfers(controlPlane, namespace)).isEmpty();

            assertThat(run(controlPlane, Identity.NOBODY, "transfer", "orders", "--timeout", "1", "-n", namespace))
                    .startsWith("exit code 1\nerror: nothing became of LeadershipTransfer orders-")
                    .contains("It is still pending: kubectl delete leadershiptransfer orders-")
                    .contains("-n " + namespace + " withdraws it (you may not)");
            assertThat(transfers(controlPlane, namespace)).hasSize(1);
        }
    }
}
