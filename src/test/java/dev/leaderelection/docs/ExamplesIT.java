package dev.leaderelection.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.Manifests;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every manifest of every example is what the API server takes, to the field, under the strictest standard that it has for pods. */
class ExamplesIT {

    private static final ControlPlane CONTROL_PLANE = ControlPlane.shared();

    @BeforeAll
    static void installDefinition() {
        new Manifests(CONTROL_PLANE).applyCrds();
    }

    static List<ExampleFolder> examples() {
        return ExampleFolder.all();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void isAppliedAndDeleted(ExampleFolder example) {
        String name = CONTROL_PLANE.createNamespace("example");
        CONTROL_PLANE.kubectl("label", "namespace", name, "pod-security.kubernetes.io/enforce=restricted");
        String namespace = "--namespace=" + name;
        String folder = example.folder().toString();

        List<String> applied = CONTROL_PLANE
                .kubectl("apply", "--server-side", "--validate=strict", namespace, "-f", folder)
                .lines()
                .toList();

        assertThat(applied).hasSize(example.objects().size()).allMatch(line -> line.endsWith(" serverside-applied"));
        for (ObjectNode workload : example.workloads()) {
            // A workload is taken whatever its pods are; it is they that are refused.
            CONTROL_PLANE.kubectl(
                    "wait",
                    namespace,
                    "--timeout=30s",
                    "--for=jsonpath={.status.replicas}="
                            + workload.at("/spec/replicas").asText(),
                    YamlDocuments.kind(workload) + "/"
                            + workload.at("/metadata/name").asText());
        }
        List<String> deleted = CONTROL_PLANE
                .kubectl("delete", namespace, "--wait=false", "-f", folder)
                .lines()
                .toList();
        assertThat(deleted).hasSameSizeAs(applied);
    }
}
