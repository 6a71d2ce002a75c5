package dev.leaderelection.docs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * One of the examples.
 *
 * @param folder where it is
 */
record ExampleFolder(Path folder) {

    private static final Path EXAMPLES = Path.of("examples");

    static List<ExampleFolder> all() {
        return children(EXAMPLES).stream()
                .filter(Files::isDirectory)
                .map(ExampleFolder::new)
                .toList();
    }

    Path readme() {
        return folder.resolve("README.md");
    }

    List<Path> manifests() {
        return children(folder).stream()
                .filter(file -> file.toString().endsWith(".yaml"))
                .toList();
    }

    /** Every object of every manifest. */
    List<ObjectNode> objects() {
        return manifests().stream()
                .flatMap(file -> YamlDocuments.read(file).stream())
                .toList();
    }

    List<ObjectNode> objects(String kind) {
        return objects().stream()
                .filter(object -> YamlDocuments.kind(object).equals(kind))
                .toList();
    }

    /** What makes the candidates. */
    List<ObjectNode> workloads() {
        return Stream.of("Deployment", "StatefulSet")
                .flatMap(kind -> objects(kind).stream())
                .toList();
    }

    @Override
    public String toString() {
        return folder.toString();
    }

    private static List<Path> children(Path folder) {
        try (Stream<Path> children = Files.list(folder)) {
            return children.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
