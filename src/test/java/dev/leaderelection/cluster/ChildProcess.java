package dev.leaderelection.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program that never outlives this JVM, not even when the JVM is killed with SIGKILL.
 *
 * <p>The program is started by a shell that first leaves a watchdog behind and then becomes the program, so that {@link #pid()}
 * is the program's own. The watchdog reads a pipe whose only other end is in this JVM: the kernel closes it when the JVM is gone,
 * however it went, and the watchdog kills the program.
 */
public final class ChildProcess implements AutoCloseable {

    /** Background jobs have their standard input taken away, hence descriptor 3; {@code $$} is the shell's pid there too. */
    private static final String TIED_TO_PARENT = """
            exec 3<&0 </dev/null
            ( trap '' HUP INT TERM; read -r _ <&3; kill -KILL $$ ) >/dev/null 2>&1 &
            exec 3<&-
            exec "$@"
            """;

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int TAIL_LINES = 40;

    private final String name;
    private final Process process;
    private final Path log;

    private ChildProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts a program; its output is appended to a log file.
     *
     * @param environment variables added to those of this JVM
     * @throws UncheckedIOException when the shell cannot be started
     */
    public static ChildProcess start(String name, List<String> command, Map<String, String> environment, Path log) {
        List<String> tied = new ArrayList<>(List.of("sh", "-c", TIED_TO_PARENT, name));
        tied.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(tied)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        try {
            return new ChildProcess(name, builder.start(), log);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + name, e);
        }
    }

    public String name() {
        return name;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public Path logFile() {
        return log;
    }

    /** Everything the program has written so far. */
    public String log() {
        try {
            return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the log of " + name, e);
        }
    }

    /** The last lines of the log, headed by the program's name and state: for messages of exceptions. */
    public String describe() {
        List<String> lines = log().lines().toList();
        String state = isAlive() ? "running" : "ended with exit code " + process.exitValue();
        return name + " (" + state + "), end of its log:\n"
                + String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    }

    /** Stops the program from running (SIGSTOP) until {@link #resume()}; its connections stay open. */
    public void pause() {
        signal("STOP");
    }

    /** Lets a paused program run on (SIGCONT). */
    public void resume() {
        signal("CONT");
    }

    /** Ends the program at once (SIGKILL) and waits until it is gone. */
    public void kill() {
        process.destroyForcibly();
        awaitExit(Duration.ofSeconds(30));
    }

    /** Waits until the program ends by itself and tells its exit code. */
    public int awaitExit() {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /**
     * Asks the program to end (SIGTERM) and waits; kills it when it takes longer than its grace.
     *
     * @return whether it ended by itself
     */
    public boolean stop(Duration grace) {
        // Not Process.destroy(): it closes the child's standard input too, and with that the child loses its parent.
        if (isAlive()) {
            signal("TERM");
        }
        boolean graceful = awaitExit(grace);
        if (!graceful) {
            kill();
        }
        return graceful;
    }

    @Override
    public void close() {
        stop(PATIENCE);
    }

    private void signal(String signal) {
        try {
            int exit = new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid())
                    .redirectErrorStream(true)
                    .start()
                    .waitFor();
            if (exit != 0 && isAlive()) {
                throw new IllegalStateException("cannot send SIG" + signal + " to " + describe());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot send SIG" + signal + " to " + name, e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Waits until the program ends by itself, but not for longer than that, and tells whether it has. */
    public boolean awaitExit(Duration patience) {
        try {
            return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted while waiting for " + name, e);
    }
}
