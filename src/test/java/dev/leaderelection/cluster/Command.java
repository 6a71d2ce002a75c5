package dev.leaderelection.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a program to its end. */
public final class Command {

    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private Command() {}

    /**
     * Runs a program without any input.
     *
     * @param scratch a folder for what it prints
     * @param environment variables added to those of this JVM
     * @return what it printed on standard output
     * @throws IllegalStateException with what it printed on standard error when it fails or takes longer than two minutes
     */
    public static String run(Path scratch, Map<String, String> environment, List<String> command) {
        try {
            Path out = Files.createTempFile(scratch, "command", ".out");
            Path err = Files.createTempFile(scratch, "command", ".err");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            boolean ended = process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            process.destroyForcibly();
            if (!ended || process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + " failed: " + Files.readString(err));
            }
            return Files.readString(out);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command.get(0), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + command.get(0) + " was running", e);
        }
    }
}
