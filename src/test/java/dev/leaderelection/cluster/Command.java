package dev.leaderelection.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program that is run to its end for what it prints. */
public final class Command {

    private Command() {}

    /** The same, in the environment of this JVM. */
    public static String run(String name, Duration patience, List<String> words) {
        return run(name, patience, Map.of(), words);
    }

    /**
     * Runs a program without input.
     *
     * @param name what to call it when it fails
     * @param patience after which it is killed
     * @param environment variables added to those of this JVM
     * @return what it printed on standard output
     * @throws IllegalStateException with what it printed on standard error when it fails or takes longer than that
     */
    public static String run(String name, Duration patience, Map<String, String> environment, List<String> words) {
        try {
            Path out = Files.createTempFile("command", ".out");
            Path err = Files.createTempFile("command", ".err");
            try {
                ProcessBuilder builder = new ProcessBuilder(words)
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
                builder.environment().putAll(environment);
                Process process = builder.start();
                boolean ended = process.waitFor(patience.toSeconds(), TimeUnit.SECONDS);
                process.destroyForcibly();
                if (!ended || process.waitFor() != 0) {
                    throw new IllegalStateException(name + " failed: " + Files.readString(err));
                }
                return Files.readString(out);
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + name, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted during " + name, e);
        }
    }
}
