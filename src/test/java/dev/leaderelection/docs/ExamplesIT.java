package dev.leaderelection.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.Manifests;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every manifest of every example is what the API server takes, to the field. */
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
        String namespace = "--namespace=" + CONTROL_PLANE.createNamespace("example");
        String folder = example.folder().toString();

        List<String> applied = CONTROL_PLANE
                .kubectl("apply", "--server-side", "--validate=strict", namespace, "-f", folder)
                .lines()
                .toList();

        assertThat(applied).hasSize(example.objects().size()).allMatch(line -> line.endsWith(" serverside-applied"));
        List<String> deleted = CONTROL_PLANE
                .kubectl("delete", namespace, "--wait=false", "-f", folder)
                .lines()
                .toList();
        assertThat(deleted).hasSameSizeAs(applied);
    }
}
