package dev.leaderelection.crd;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * One file of {@code src/test/resources/fixtures}: an object to create and, where there is a second document, what to replace it
 * with.
 *
 * @param name the file's name
 * @param expected for an invalid one, a part of the API server's message; else why it is valid
 * @param documents one object to create, or that and its replacement
 */
record Fixture(String name, String expected, List<GenericKubernetesResource> documents) {

    private static final Path FOLDER = Path.of("src", "test", "resources", "fixtures");
    private static final String EXPECTATION = "# expect: ";
    private static final YAMLMapper YAML = new YAMLMapper();

    Fixture {
        documents = List.copyOf(documents);
    }

    /** All fixtures whose file name starts so, by name. */
    static List<Fixture> all(String prefix) {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .map(Fixture::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    GenericKubernetesResource created() {
        return documents.get(0);
    }

    boolean replaces() {
        return documents.size() > 1;
    }

    GenericKubernetesResource replacement() {
        return documents.get(1);
    }

    @Override
    public String toString() {
        return name;
    }

    private static Fixture read(Path file) {
        String name = file.getFileName().toString();
        try (MappingIterator<GenericKubernetesResource> documents =
                YAML.readerFor(GenericKubernetesResource.class).readValues(file.toFile())) {
            String header = Files.readAllLines(file).get(0);
            boolean invalid = name.startsWith("invalid-");
            if (!header.startsWith(invalid ? EXPECTATION : "# ")) {
                throw new IllegalStateException(
                        name + " does not say in its first line what is expected, or why it is valid");
            }
            return new Fixture(name, header.substring(invalid ? EXPECTATION.length() : 2), documents.readAll());
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }
}
