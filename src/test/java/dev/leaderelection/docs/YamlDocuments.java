package dev.leaderelection.docs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.leaderelection.api.LeaderElectionSpec;
import dev.leaderelection.crd.StrictMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Kubernetes objects as they are written in files and in the documentation. */
public final class YamlDocuments {

    private static final YAMLMapper YAML = StrictMapper.yaml();

    private YamlDocuments() {}

    /** All documents of a text, in their order. */
    public static List<ObjectNode> parse(String text) {
        try (MappingIterator<ObjectNode> documents =
                YAML.readerFor(ObjectNode.class).readValues(text)) {
            return documents.readAll();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<ObjectNode> read(Path file) {
        try {
            return parse(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    /** The kind of an object; empty if it has none. */
    public static String kind(JsonNode object) {
        return object.path("kind").asText();
    }

    /** The election that is asked for, refusing any field that the wire types do not have. */
    static LeaderElectionSpec election(JsonNode object) {
        try {
            return YAML.treeToValue(object.path("spec"), LeaderElectionSpec.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
