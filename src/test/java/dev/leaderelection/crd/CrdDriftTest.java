package dev.leaderelection.crd;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CrdDriftTest {

    static List<CustomResourceDefinition> definitions() {
        return CustomResourceDefinitions.all();
    }

    @ParameterizedTest
    @MethodSource("definitions")
    void committedDefinitionIsWhatTheWireTypesGenerate(CustomResourceDefinition definition) throws IOException {
        Path file = CustomResourceDefinitions.file(definition);
        String generated = CustomResourceDefinitions.yaml(definition);

        if (Boolean.getBoolean("crds.write")) {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, generated);
        }

        assertThat(file)
                .as(
                        "%s has drifted from the wire types; regenerate it with: %s",
                        file, CustomResourceDefinitions.COMMAND)
                .hasContent(generated);
    }

    @Test
    void generationIsDeterministic() {
        assertThat(definitions().stream().map(CustomResourceDefinitions::yaml))
                .containsExactlyElementsOf(definitions().stream()
                        .map(CustomResourceDefinitions::yaml)
                        .toList());
    }

    @Test
    void everyDefinitionIsInstalled() throws IOException {
        String kustomization = Files.readString(Path.of("crds", "kustomization.yaml"));

        assertThat(definitions())
                .allSatisfy(definition -> assertThat(kustomization)
                        .contains(CustomResourceDefinitions.file(definition)
                                .getFileName()
                                .toString()));
    }
}
