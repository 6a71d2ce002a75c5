package dev.leaderelection.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ControlPlaneIT {

    private final ControlPlane controlPlane = ControlPlane.shared();

    @Test
    void servesTheReleaseThatIsPinned() {
        String version = controlPlane.admin().getKubernetesVersion().getGitVersion();

        assertThat(version).isEqualTo("v" + Release.CURRENT.kubernetes());
    }
}
