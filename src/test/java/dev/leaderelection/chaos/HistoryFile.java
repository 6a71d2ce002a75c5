package dev.leaderelection.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** A history as a file, one revision a line, so that it can be looked at, and judged again. */
final class HistoryFile implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path path;
    private final BufferedWriter writer;

    private HistoryFile(Path path, BufferedWriter writer) {
        this.path = path;
        this.writer = writer;
    }

    /** Begins a file. */
    static HistoryFile create(Path path) throws IOException {
        Files.createDirectories(path.toAbsolutePath().getParent());
        return new HistoryFile(path, Files.newBufferedWriter(path));
    }

    Path path() {
        return path;
    }

    void add(Revision.Kind kind, long number, String name, JsonNode value) {
        ObjectNode line = JSON.createObjectNode();
        line.put("revision", number).put("kind", kind.name()).put("name", name).set("value", value);
        try {
            writer.write(line.toString());
            writer.newLine();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep the history", e);
        }
    }

    /** Reads a history. */
    static void read(Path path, Consumer<Revision> reader) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(path)) {
            for (String text = lines.readLine(); text != null; text = lines.readLine()) {
                JsonNode line = JSON.readTree(text);
                reader.accept(Revision.Kind.valueOf(line.path("kind").asText())
                        .read(line.path("revision").asLong(), line.path("name").asText(), line.path("value")));
            }
        }
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }

    /** Closes it, and does away with it. */
    void discard() throws IOException {
        close();
        Files.delete(path);
    }
}
