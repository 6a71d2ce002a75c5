package dev.leaderelection.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** Puts the files that users apply into a control plane, by server-side apply. */
public final class Manifests {

    private static final Path CRDS = Path.of("crds");
    private static final Path DEPLOY = Path.of("deploy");
    private static final Set<String> FIRST = Set.of("Namespace", "CustomResourceDefinition");
    private static final Set<String> WORKLOADS = Set.of("Deployment", "StatefulSet", "DaemonSet", "Job");

    private final ControlPlane controlPlane;

    public Manifests(ControlPlane controlPlane) {
        this.controlPlane = controlPlane;
    }

    /** Applies a file or all files of a folder with {@code kubectl}; an error of the API server is an exception with its text. */
    public void apply(Path fileOrFolder) {
        controlPlane.kubectl("apply", "--server-side", "--force-conflicts", "-f", fileOrFolder.toString());
    }

    /** Applies the CRDs of {@code crds/} and waits until the API server serves them. */
    public void applyCrds() {
        controlPlane.kubectl("apply", "--server-side", "--force-conflicts", "-k", CRDS.toString());
        controlPlane.kubectl("wait", "--for=condition=Established", "--timeout=30s", "crd", "--all");
    }

    /** Applies everything that {@code deploy/} renders to but the workloads: the operator under test runs as a process. */
    public void applyRbac() {
        KubernetesClient admin = controlPlane.admin();
        String rendered = controlPlane.kubectl("kustomize", DEPLOY.toString());
        List<HasMetadata> objects = admin.load(new ByteArrayInputStream(rendered.getBytes(StandardCharsets.UTF_8)))
                .items();
        objects.stream()
                .filter(object -> !WORKLOADS.contains(object.getKind()))
                .sorted(Comparator.comparing(object -> !FIRST.contains(object.getKind())))
                .forEach(object -> admin.resource(object).forceConflicts().serverSideApply());
    }
}
