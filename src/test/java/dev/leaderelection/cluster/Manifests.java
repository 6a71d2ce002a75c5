package dev.leaderelection.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;

/** Puts the files that users apply into a control plane, by server-side apply. */
public final class Manifests {

    private static final Set<String> FIRST = Set.of("Namespace", "CustomResourceDefinition");
    private static final Set<String> WORKLOADS = Set.of("Deployment", "StatefulSet", "DaemonSet", "Job");
    private static final Set<String> POLICIES = Set.of("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding");

    private final ControlPlane controlPlane;
    private final Path crds;
    private final Path deploy;

    /** Those of the project that this process was started in. */
    public Manifests(ControlPlane controlPlane) {
        this(controlPlane, Path.of("crds"), Path.of("deploy"));
    }

    Manifests(ControlPlane controlPlane, Path crds, Path deploy) {
        this.controlPlane = controlPlane;
        this.crds = crds;
        this.deploy = deploy;
    }

    /**
     * Applies a file, all files of a folder, or what the kustomization of a folder renders, with {@code kubectl}; an error of the
     * API server is an exception with its text.
     */
    public void apply(Path fileOrFolder) {
        boolean kustomized = Files.exists(fileOrFolder.resolve("kustomization.yaml"));
        controlPlane.kubectl(
                "apply", "--server-side", "--force-conflicts", kustomized ? "-k" : "-f", fileOrFolder.toString());
    }

    /** Applies the CRDs of {@code crds/} and waits until the API server serves them. */
    public void applyCrds() {
        apply(crds);
        controlPlane.kubectl("wait", "--for=condition=Established", "--timeout=30s", "crd", "--all");
        // Established is not served: for an instant more the storage answers 429.
        for (CustomResourceDefinition crd : controlPlane
                .admin()
                .apiextensions()
                .v1()
                .customResourceDefinitions()
                .list()
                .getItems()) {
            Awaitility.await(crd.getMetadata().getName())
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(50))
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> isServed(crd));
        }
    }

    private boolean isServed(CustomResourceDefinition crd) {
        return crd.getSpec().getVersions().stream()
                .filter(CustomResourceDefinitionVersion::getServed)
                .map(version -> "/apis/%s/%s/%s"
                        .formatted(
                                crd.getSpec().getGroup(),
                                version.getName(),
                                crd.getSpec().getNames().getPlural()))
                .allMatch(this::answers);
    }

    private boolean answers(String path) {
        try {
            return controlPlane.admin().raw(path) != null;
        } catch (KubernetesClientException refused) {
            return false;
        }
    }

    /**
     * Applies everything that {@code deploy/} renders to but the workloads, for the operator under test runs as a process, and the
     * admission policies, for tests write the routing label by hand to see what the operator does about it.
     */
    public void applyRbac() {
        KubernetesClient admin = controlPlane.admin();
        String rendered = controlPlane.kubectl("kustomize", deploy.toString());
        List<HasMetadata> objects = admin.load(new ByteArrayInputStream(rendered.getBytes(StandardCharsets.UTF_8)))
                .items();
        objects.stream()
                .filter(object -> !WORKLOADS.contains(object.getKind()) && !POLICIES.contains(object.getKind()))
                .sorted(Comparator.comparing(object -> !FIRST.contains(object.getKind())))
                .forEach(object -> admin.resource(object).forceConflicts().serverSideApply());
    }
}
