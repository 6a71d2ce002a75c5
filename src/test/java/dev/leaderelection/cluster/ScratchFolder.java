package dev.leaderelection.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A temporary folder that does not outlive this JVM, not even when the JVM is killed: a shell waits until the pipe to the JVM is
 * closed and deletes the folder then.
 */
public final class ScratchFolder implements AutoCloseable {

    /** Repeats, for what was killed in the same moment may still be writing. */
    private static final String JANITOR = """
            trap '' HUP INT TERM
            read -r _
            for attempt in 1 2 3 4 5; do
              rm -rf "$1" && exit 0
              sleep 1
            done
            exit 1
            """;

    private final Path path;
    private final Process janitor;

    public ScratchFolder(String prefix) throws IOException {
        this.path = Files.createTempDirectory(prefix);
        this.janitor = new ProcessBuilder("sh", "-c", JANITOR, "janitor", path.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    public Path path() {
        return path;
    }

    @Override
    public void close() {
        try {
            janitor.getOutputStream().close();
            if (janitor.waitFor() != 0) {
                throw new IllegalStateException("cannot delete " + path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
