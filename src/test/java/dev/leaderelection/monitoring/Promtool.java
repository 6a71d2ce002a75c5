package dev.leaderelection.monitoring;

import dev.leaderelection.cluster.ChildProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Prometheus' own tool for rules, built with Go from a module that pins every dependency, once for each user and version.
 *
 * @param program where it is
 */
record Promtool(Path program) {

    private static final Path MODULE = Path.of("src", "test", "promtool");
    private static final String PACKAGE = "github.com/prometheus/prometheus/cmd/promtool";

    /** Finds it in the cache, or builds it, which takes some minutes. */
    static Promtool locate() throws IOException {
        Path program = cache().resolve("promtool");
        if (!Files.isExecutable(program)) {
            build(program);
        }
        return new Promtool(program);
    }

    /** Under another name first, so that a file with the right name is always whole. */
    private static void build(Path program) throws IOException {
        System.out.println("Building promtool, once");
        Files.createDirectories(program.getParent());
        Path part = Files.createTempFile(program.getParent(), "promtool", ".part");
        String output = run(
                List.of(
                        "go",
                        "-C",
                        MODULE.toString(),
                        "build",
                        "-trimpath",
                        // It shall read rules, not find the targets of every cloud.
                        "-tags=remove_all_sd",
                        "-ldflags=-s -w",
                        "-o",
                        part.toString(),
                        PACKAGE),
                Map.of("CGO_ENABLED", "0", "PATH", System.getenv("PATH") + File.pathSeparator + "/usr/local/go/bin"));
        System.out.print(output);
        Files.move(part, program, StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Runs it, and gives what it said.
     *
     * @throws IllegalStateException with that, if it was not content
     */
    String run(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        return run(command, Map.of());
    }

    private static String run(List<String> command, Map<String, String> environment) throws IOException {
        Path output = Files.createTempFile("promtool", ".log");
        try (ChildProcess process = ChildProcess.start("promtool", command, environment, output)) {
            if (process.awaitExit() != 0) {
                throw new IllegalStateException(process.describe());
            }
            return process.log();
        } finally {
            Files.delete(output);
        }
    }

    private static Path cache() throws IOException {
        String base = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
        Path caches = base.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(base);
        return caches.resolve("leader-election-operator").resolve("prometheus-" + version());
    }

    private static String version() throws IOException {
        return Files.readAllLines(MODULE.resolve("go.mod")).stream()
                .map(String::strip)
                .filter(line -> line.contains("github.com/prometheus/prometheus v"))
                .map(line -> line.replaceFirst(".*prometheus v", "").replaceFirst(" .*", ""))
                .findFirst()
                .orElseThrow();
    }
}
