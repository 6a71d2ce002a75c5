package dev.leaderelection.policy;

import static org.awaitility.Awaitility.await;

import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.ControlPlaneBuilder;
import dev.leaderelection.cluster.Identity;
import dev.leaderelection.cluster.Manifests;
import dev.leaderelection.cluster.PlainPod;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A control plane with everything in {@code deploy/}, applied as users apply it. It is never the one that other tests share:
 * policies hold for the whole cluster.
 */
public final class PolicedCluster implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(60);
    static final String KEY = "leaderelection.dev/role";
    static final String OTHER_KEY = "example.com/writer";

    private final ControlPlane controlPlane;
    private final Caller admin;

    private PolicedCluster(ControlPlane controlPlane) {
        this.controlPlane = controlPlane;
        this.admin = Caller.of(controlPlane, Identity.ADMIN);
    }

    /** One that lets further identities in, with nothing installed but the definition. */
    static PolicedCluster start(Identity... identities) {
        ControlPlaneBuilder builder = ControlPlane.builder();
        for (Identity identity : identities) {
            builder.withIdentity(identity);
        }
        ControlPlane controlPlane = builder.start();
        new Manifests(controlPlane).applyCrds();
        return new PolicedCluster(controlPlane);
    }

    /** One with {@code deploy/} as it is, the policies in force. */
    public static PolicedCluster installed(Identity... identities) {
        PolicedCluster cluster = start(identities);
        cluster.controlPlane.kubectl("apply", "--server-side", "--force-conflicts", "-k", "deploy/");
        cluster.awaitPolicies(Identity.OPERATOR);
        return cluster;
    }

    public ControlPlane controlPlane() {
        return controlPlane;
    }

    Caller admin() {
        return admin;
    }

    Caller caller(Identity identity) {
        return Caller.of(controlPlane, identity);
    }

    /** Applies an overlay, which lies two folders below the project's. */
    void applyOverlay(String name, String kustomization) {
        try {
            Path folder = Files.createDirectories(Path.of("target", "overlays-" + name));
            Files.writeString(folder.resolve("kustomization.yaml"), kustomization);
            controlPlane.kubectl("apply", "--server-side", "--force-conflicts", "-k", folder.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Waits until the policies are in force, which they are some moments after they were applied.
     *
     * @param operator the account that they are to name
     */
    void awaitPolicies(Identity operator) {
        String namespace = controlPlane.createNamespace("probe");
        elect(namespace, "probe", OTHER_KEY);
        pod(namespace, "orders-a", Map.of());
        awaitPolicies(operator, namespace, OTHER_KEY);
        controlPlane.admin().namespaces().withName(namespace).delete();
    }

    /** As above, for the pod {@code orders-a} of a namespace with an election over this key. Nothing of what it asks for is kept. */
    void awaitPolicies(Identity operator, String namespace, String key) {
        awaitRoutingPolicy(operator.user(), namespace, key);
        try (Caller own = caller(operator)) {
            await("the operator is refused others")
                    .atMost(PATIENCE)
                    .until(() -> probe(own, namespace, "app").contains(operator.user() + " may not write app"));
        }
    }

    /** Waits until nobody but this user may write the label of the pod {@code orders-a}. */
    public void awaitRoutingPolicy(String user, String namespace, String key) {
        await("everybody is refused the label")
                .atMost(PATIENCE)
                .until(() -> probe(admin, namespace, key).contains("only " + user + " may write it"));
    }

    private static String probe(Caller caller, String namespace, String key) {
        return caller.send(
                        "PATCH",
                        Caller.podPath(namespace, "orders-a") + "?dryRun=All",
                        Caller.MERGE_PATCH,
                        "{\"metadata\":{\"labels\":{\"" + key + "\":\"probe\"}}}")
                .text();
    }

    /** Until then the API server refuses pods in the namespace. */
    void awaitServiceAccount(String namespace) {
        await("the service account of " + namespace)
                .atMost(PATIENCE)
                .until(() -> controlPlane
                                .admin()
                                .serviceAccounts()
                                .inNamespace(namespace)
                                .withName("default")
                                .get()
                        != null);
    }

    /** Gives somebody every right, so that what is refused is refused by a policy. */
    void grantEverything(Identity identity) {
        controlPlane
                .admin()
                .resource(new ClusterRoleBindingBuilder()
                        .withNewMetadata()
                        .withName("everything-" + identity.user().replaceAll("[^a-z0-9]", "-"))
                        .endMetadata()
                        .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", "cluster-admin")
                        .addNewSubject("rbac.authorization.k8s.io", "User", identity.user(), "")
                        .build())
                .serverSideApply();
    }

    void elect(String namespace, String name, String key) {
        apply(namespace, """
                apiVersion: leaderelection.dev/v1alpha1
                kind: LeaderElection
                metadata: {name: %s}
                spec:
                  selector: {matchLabels: {app: orders}}
                  routing: {label: {key: %s}}
                """.formatted(name, key));
    }

    /** Creates a pod with label {@code app=orders} that nobody runs. */
    Pod pod(String namespace, String name, Map<String, String> labels) {
        return controlPlane
                .admin()
                .resource(PlainPod.of(name, Map.of("app", "orders"))
                        .editMetadata()
                        .withNamespace(namespace)
                        .addToLabels(labels)
                        .addToAnnotations("example.com/note", "a JSON patch adds to what is there")
                        .endMetadata()
                        .build())
                .create();
    }

    Pod getPod(String namespace, String name) {
        return controlPlane.admin().pods().inNamespace(namespace).withName(name).require();
    }

    void apply(String namespace, String yaml) {
        try {
            Path file = Files.createTempFile(controlPlane.directory(), "object", ".yaml");
            Files.writeString(file, yaml);
            controlPlane.kubectl("apply", "--namespace=" + namespace, "-f", file.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The pods of a namespace with a label. */
    List<Pod> pods(String namespace, String label, String value) {
        return controlPlane
                .admin()
                .pods()
                .inNamespace(namespace)
                .withLabel(label, value)
                .list()
                .getItems();
    }

    @Override
    public void close() {
        admin.close();
        controlPlane.close();
    }
}
