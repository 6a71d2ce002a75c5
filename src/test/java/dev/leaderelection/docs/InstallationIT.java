package dev.leaderelection.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.FakeKubelet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** {@code kubectl apply -k deploy/} on a control plane of its own, for it is taken away again as well. */
class InstallationIT {

    private static final ControlPlane CONTROL_PLANE = ControlPlane.start();

    @AfterAll
    static void stop() {
        CONTROL_PLANE.close();
    }

    @Test
    void oneCommandInstallsAndOneRemoves() {
        long installed = CONTROL_PLANE
                .kubectl("apply", "--server-side", "--validate=strict", "-k", "deploy/")
                .lines()
                .count();
        assertThat(installed).isPositive();

        // Under the namespace's restricted standard; a Deployment whose pods are refused never becomes available.
        try (FakeKubelet kubelet = FakeKubelet.start(CONTROL_PLANE.admin(), 1)) {
            assertThat(kubelet.nodes()).hasSize(1);
            CONTROL_PLANE.kubectl(
                    "wait",
                    "--for=condition=Available",
                    "--timeout=60s",
                    "--namespace=leader-election-system",
                    "deployment/leader-election-operator");
        }
        CONTROL_PLANE.kubectl("wait", "--for=condition=Established", "--timeout=30s", "crd", "--all");
        assertThatThrownBy(() -> CONTROL_PLANE.kubectl(
                        "run", "root", "--namespace=leader-election-system", "--image=nginx:1.29"))
                .as("the namespace refuses what needs a privilege")
                .hasMessageContaining("restricted");
        assertThat(CONTROL_PLANE
                        .kubectl("delete", "--wait=false", "-k", "deploy/")
                        .lines())
                .hasSize((int) installed);
    }
}
