package dev.leaderelection.crd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class CrdDriftTest {

    @Test
    void committedDefinitionIsWhatTheWireTypesGenerate() throws IOException {
        String generated = CustomResourceDefinitions.yaml(CustomResourceDefinitions.leaderElection());

        if (Boolean.getBoolean("crds.write")) {
            Files.createDirectories(
                    CustomResourceDefinitions.FILE.toAbsolutePath().getParent());
            Files.writeString(CustomResourceDefinitions.FILE, generated);
        }

        assertThat(CustomResourceDefinitions.FILE)
                .as(
                        "%s has drifted from the wire types; regenerate it with: %s",
                        CustomResourceDefinitions.FILE, CustomResourceDefinitions.COMMAND)
                .hasContent(generated);
    }

    @Test
    void generationIsDeterministic() {
        assertThat(CustomResourceDefinitions.yaml(CustomResourceDefinitions.leaderElection()))
                .isEqualTo(CustomResourceDefinitions.yaml(CustomResourceDefinitions.leaderElection()));
    }
}
