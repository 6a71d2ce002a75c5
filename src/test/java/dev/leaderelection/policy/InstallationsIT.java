package dev.leaderelection.policy;

import static dev.leaderelection.policy.PolicedCluster.KEY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.cluster.Identity;
import dev.leaderelection.policy.Caller.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The account that the policies name is that of the installation, whatever it is called, and there may be two. */
class InstallationsIT {

    private static final Identity BLUE = Identity.serviceAccount("blue", "blue-leader-election-operator");
    private static final Identity GREEN = Identity.serviceAccount("green", "green-leader-election-operator");

    private PolicedCluster cluster;

    @BeforeEach
    void start() {
        cluster = PolicedCluster.start(BLUE, GREEN);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    /** Everybody writes another value: what changes nothing is nobody's business. */
    private Reply label(Identity identity, String namespace, String key) {
        String account = identity.user().substring(identity.user().lastIndexOf(':') + 1);
        try (Caller caller = cluster.caller(identity)) {
            return caller.patchMetadata(namespace, "orders-a", """
                    {"labels": {"%1$s": "by-%2$s"},
                     "annotations": {"%1$s.fence": "1/01234567-89ab-cdef-0123-456789abcdef/%2$s"}}""".formatted(key, account));
        }
    }

    private void assertOnly(Identity operator, Identity other, String namespace, String key) {
        Reply refused = label(other, namespace, key);
        Reply granted = label(operator, namespace, key);

        assertThat(refused.code()).as(refused.text()).isEqualTo(403);
        assertThat(refused.message()).contains("only " + operator.user() + " may write it, not " + other.user());
        assertThat(granted.isSuccess()).as(granted.text()).isTrue();
    }

    private String namespaceOf(String name) {
        cluster.apply("default", """
                apiVersion: v1
                kind: Namespace
                metadata: {name: %1$s-shop, labels: {elections: %1$s}}
                """.formatted(name));
        return name + "-shop";
    }

    private void elect(String namespace, String key) {
        cluster.elect(namespace, "orders", key);
        cluster.awaitServiceAccount(namespace);
        cluster.pod(namespace, "orders-a", Map.of());
    }

    @Test
    void policiesNameTheAccountThatKustomizeHasRenamed() {
        cluster.applyOverlay("renamed", """
                apiVersion: kustomize.config.k8s.io/v1beta1
                kind: Kustomization
                namespace: blue
                namePrefix: blue-
                resources: [../../deploy]
                """);
        cluster.awaitPolicies(BLUE);
        cluster.grantEverything(GREEN);
        cluster.grantEverything(Identity.OPERATOR);
        String namespace = cluster.controlPlane().createNamespace("shop");
        elect(namespace, KEY);
        cluster.awaitPolicies(BLUE, namespace, KEY);

        assertOnly(BLUE, Identity.OPERATOR, namespace, KEY);
        assertOnly(BLUE, GREEN, namespace, KEY);
    }

    @Test
    void overlayOfTheSecurityPageTakesDeletionAndForeignKeysAway() throws IOException {
        String page = Files.readString(Path.of("src", "site", "markdown", "security.md"));
        String overlay = page.substring(page.indexOf("```yaml\n") + 8, page.lastIndexOf("```"));
        cluster.applyOverlay("less", overlay.replace("../deploy", "../../deploy"));
        cluster.awaitPolicies(Identity.OPERATOR);
        String namespace = cluster.controlPlane().createNamespace("shop");
        elect(namespace, KEY);

        Reply own = label(Identity.OPERATOR, namespace, KEY);
        Reply foreign = label(Identity.OPERATOR, namespace, "example.com/team");

        assertThat(own.isSuccess()).as(own.text()).isTrue();
        assertThat(foreign.code()).as(foreign.text()).isEqualTo(403);
        assertThat(foreign.message()).contains("elections of this cluster use labels under leaderelection.dev/ alone");
        try (Caller operator = cluster.caller(Identity.OPERATOR)) {
            Reply deleted = operator.send("DELETE", Caller.podPath(namespace, "orders-a"), Caller.JSON, "{}");
            assertThat(deleted.code()).as(deleted.text()).isEqualTo(403);
            assertThat(deleted.message()).contains("cannot delete resource \"pods\"");
        }
    }

    /** Installs as blue and as green, each with a patch in which {@code %1$s} stands for its name. */
    private void installTwice(String patch) {
        for (String name : List.of("blue", "green")) {
            cluster.applyOverlay(name, ("""
                    apiVersion: kustomize.config.k8s.io/v1beta1
                    kind: Kustomization
                    namespace: %1$s
                    namePrefix: %1$s-
                    resources: [../../deploy]
                    patches:
                    """ + patch).formatted(name));
        }
    }

    @Test
    void twoInstallationsWithNamespacesOfTheirOwnLeaveEachOtherAlone() {
        installTwice("""
                  - target: {kind: ValidatingAdmissionPolicyBinding, name: leader-election-(routing|selector|template)}
                    patch: |-
                      - op: add
                        path: /spec/matchResources
                        value: {namespaceSelector: {matchLabels: {elections: %1$s}}}
                """);
        elect(namespaceOf("blue"), KEY);
        elect(namespaceOf("green"), KEY);
        cluster.awaitPolicies(BLUE, "blue-shop", KEY);
        cluster.awaitPolicies(GREEN, "green-shop", KEY);

        assertOnly(BLUE, GREEN, "blue-shop", KEY);
        assertOnly(GREEN, BLUE, "green-shop", KEY);
    }

    @Test
    void twoInstallationsWithKeysOfTheirOwnLeaveEachOtherAlone() {
        installTwice("""
                  - target: {kind: ValidatingAdmissionPolicy, name: leader-election-(routing|selector|template)}
                    patch: |-
                      - op: add
                        path: /spec/matchConditions/-
                        value:
                          name: has-a-key-of-this-installation
                          expression: params.spec.routing.label.key.startsWith('%1$s.example.com/')
                """);
        String namespace = cluster.controlPlane().createNamespace("shop");
        cluster.elect(namespace, "blue", "blue.example.com/role");
        cluster.elect(namespace, "green", "green.example.com/role");
        cluster.pod(namespace, "orders-a", Map.of());
        cluster.awaitPolicies(BLUE, namespace, "blue.example.com/role");
        cluster.awaitPolicies(GREEN, namespace, "green.example.com/role");

        assertOnly(BLUE, GREEN, namespace, "blue.example.com/role");
        assertOnly(GREEN, BLUE, namespace, "green.example.com/role");
    }
}
