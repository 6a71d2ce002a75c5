package dev.leaderelection.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ManifestsIT {

    private final KubernetesClient admin = ControlPlane.shared().admin();
    private final Path crds;
    private final Path deploy;
    private final Manifests manifests;

    ManifestsIT(@TempDir Path folder) throws IOException {
        this.crds = Files.createDirectory(folder.resolve("crds"));
        this.deploy = Files.createDirectory(folder.resolve("deploy"));
        this.manifests = new Manifests(ControlPlane.shared(), crds, deploy);
    }

    @Test
    void appliesCrdsUntilTheyAreServed() throws IOException {
        Files.writeString(crds.resolve("crd.yaml"), """
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata: {name: samples.manifests.test}
                spec:
                  group: manifests.test
                  names: {kind: Sample, plural: samples}
                  scope: Namespaced
                  versions:
                  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
                """);

        manifests.applyCrds();

        assertThat(admin.genericKubernetesResources("manifests.test/v1", "Sample")
                        .inNamespace("default")
                        .list()
                        .getItems())
                .isEmpty();
    }

    @Test
    void appliesWhatIsDeployedButTheWorkloadsAndMoreThanOnce() throws IOException {
        Files.writeString(deploy.resolve("kustomization.yaml"), "namespace: manifests-it\nresources: [all.yaml]\n");
        Files.writeString(deploy.resolve("all.yaml"), """
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: sample}
                ---
                apiVersion: v1
                kind: Namespace
                metadata: {name: manifests-it}
                ---
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: sample}
                spec:
                  selector: {matchLabels: {app: sample}}
                  template:
                    metadata: {labels: {app: sample}}
                    spec: {containers: [{name: sample, image: none}]}
                """);

        manifests.applyRbac();
        manifests.applyRbac();

        assertThat(admin.serviceAccounts()
                        .inNamespace("manifests-it")
                        .withName("sample")
                        .get())
                .isNotNull();
        assertThat(admin.apps().deployments().inNamespace("manifests-it").list().getItems())
                .isEmpty();
    }
}
