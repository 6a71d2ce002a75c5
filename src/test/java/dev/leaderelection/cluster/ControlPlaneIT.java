package dev.leaderelection.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.authentication.SelfSubjectReview;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

final class ControlPlaneIT {

    private final ControlPlane controlPlane = ControlPlane.shared();
    private final KubernetesClient admin = controlPlane.admin();
    private final String namespace = controlPlane.createNamespace("control-plane");

    @Test
    void servesTheReleaseThatIsPinned() {
        String version = admin.getKubernetesVersion().getGitVersion();

        assertThat(version).isEqualTo("v" + Release.CURRENT.kubernetes());
    }

    @Test
    void collectsGarbage() {
        ConfigMap owner = admin.resource(configMap("owner")).create();
        admin.resource(new ConfigMapBuilder(configMap("dependent"))
                        .editMetadata()
                        .addNewOwnerReference()
                        .withApiVersion("v1")
                        .withKind("ConfigMap")
                        .withName("owner")
                        .withUid(owner.getMetadata().getUid())
                        .endOwnerReference()
                        .endMetadata()
                        .build())
                .create();

        admin.resource(owner).delete();

        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> admin.configMaps()
                                .inNamespace(namespace)
                                .withName("dependent")
                                .get()
                        == null);
    }

    @Test
    void knowsTheOperatorByTheNameOfItsServiceAccount() {
        try (KubernetesClient operator = controlPlane.newClient(Identity.OPERATOR)) {
            SelfSubjectReview review =
                    operator.resource(new SelfSubjectReview()).create();

            assertThat(review.getStatus().getUserInfo().getUsername())
                    .isEqualTo("system:serviceaccount:leader-election-system:leader-election-operator");
            assertThat(review.getStatus().getUserInfo().getGroups())
                    .contains("system:serviceaccounts:leader-election-system", "system:authenticated");
        }
    }

    @Test
    void refusesWhoHasNoRights() {
        try (KubernetesClient nobody = controlPlane.newClient(Identity.NOBODY)) {
            assertThatThrownBy(() -> nobody.pods().inNamespace(namespace).list())
                    .isInstanceOfSatisfying(
                            KubernetesClientException.class,
                            refusal -> assertThat(refusal.getCode()).isEqualTo(403));
        }
    }

    @Test
    void auditsWhatTheOperatorDoesAndNothingElse() throws IOException {
        try (KubernetesClient operator = controlPlane.newClient(Identity.OPERATOR)) {
            assertThatThrownBy(() -> operator.secrets().inNamespace(namespace).list())
                    .isInstanceOf(KubernetesClientException.class);
        }

        assertThat(Files.readAllLines(controlPlane.auditLog()))
                .anySatisfy(line -> assertThat(line).contains("/api/v1/namespaces/" + namespace + "/secrets"))
                .allSatisfy(line -> assertThat(line).contains(Identity.OPERATOR.user()));
    }

    @Test
    void countsRequests() {
        long before = controlPlane.requests("POST", "podtemplates");

        assertThatThrownBy(() -> admin.raw("/api/v1/namespaces/" + namespace + "/podtemplates", "POST", "{}"))
                .isInstanceOf(KubernetesClientException.class);

        assertThat(controlPlane.requests("POST", "podtemplates")).isEqualTo(before + 1);
    }

    @Test
    void runsKubectl() {
        assertThat(controlPlane.kubectl("get", "namespace", namespace, "-o", "name"))
                .isEqualToIgnoringNewLines("namespace/" + namespace);
        assertThatThrownBy(() -> controlPlane.kubectl("get", "namespace", "no-such"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("\"no-such\" not found");
    }

    private ConfigMap configMap(String name) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .endMetadata()
                .build();
    }
}
