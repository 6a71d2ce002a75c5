package dev.leaderelection.cluster;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Builds the control plane's and the nodes' programs with Go from modules that pin every dependency. */
public final class GoBuild {

    private static final Pattern VERSION = Pattern.compile("go1\\.(\\d+).*");
    private static final int LEAST_MINOR = 26;

    private final Path modules;
    private final List<Path> goFolders;
    private final Release release;

    /**
     * @param modules the folder with the modules that {@link Binary#goModule()} names
     * @param goFolders where a Go may be
     */
    GoBuild(Path modules, List<Path> goFolders, Release release) {
        this.modules = modules;
        this.goFolders = List.copyOf(goFolders);
        this.release = release;
    }

    /** Uses the Go of the PATH, else the one where Go's own installation puts it. */
    public static GoBuild ofThisMachine(Map<String, String> environment, Release release) {
        Stream<Path> path = Arrays.stream(environment.getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .filter(folder -> !folder.isEmpty())
                .map(Path::of);
        return new GoBuild(
                Path.of("src", "test").toAbsolutePath(),
                Stream.concat(path, Stream.of(Path.of("/usr/local/go/bin"))).toList(),
                release);
    }

    /** Whether there are the modules and a Go new enough for them. */
    boolean isPossible() throws IOException {
        return Files.exists(modules.resolve(Binary.ETCD.goModule()).resolve("go.mod")) && go().isPresent();
    }

    /**
     * Builds one program, with the version that clients are told; takes up to five minutes on two cores.
     *
     * @param target the file to write
     * @throws IOException when the build fails, with the end of what Go said
     */
    void build(Binary binary, Path target) throws IOException {
        String stamp = "-X k8s.io/component-base/version.git";
        String linkerFlags = String.join(
                " ",
                "-s -w",
                stamp + "Version=v" + release.kubernetes(),
                stamp + "Major=" + release.major(),
                stamp + "Minor=" + release.minor());
        build(binary.goModule(), binary.goPackage(), target, "-tags", binary.goTags(), "-ldflags", linkerFlags);
    }

    /**
     * Builds a program of our own; takes a second.
     *
     * @param module a folder below {@code src/test}
     * @param target the file to write
     * @throws IOException when there is no Go new enough, or when the build fails, with the end of what Go said
     */
    public void buildOwn(String module, Path target) throws IOException {
        build(module, ".", target, "-ldflags", "-s -w");
    }

    private void build(String module, String goPackage, Path target, String... flags) throws IOException {
        Path go = go().orElseThrow(() -> new IOException("no Go >= 1." + LEAST_MINOR));
        List<String> arguments = new ArrayList<>(List.of("build", "-trimpath", "-o", target.toString()));
        arguments.addAll(List.of(flags));
        arguments.add(goPackage);
        Outcome outcome = run(go, modules.resolve(module), arguments.toArray(String[]::new));
        if (outcome.exit() != 0) {
            throw new IOException("go build " + module + " " + goPackage + " failed:\n" + outcome.output());
        }
    }

    private Optional<Path> go() throws IOException {
        for (Path folder : goFolders) {
            Path go = folder.resolve("go");
            if (Files.isExecutable(go) && isNewEnough(go)) {
                return Optional.of(go);
            }
        }
        return Optional.empty();
    }

    private boolean isNewEnough(Path go) throws IOException {
        Matcher matcher =
                VERSION.matcher(run(go, modules, "env", "GOVERSION").output().strip());
        return matcher.matches() && Integer.parseInt(matcher.group(1)) >= LEAST_MINOR;
    }

    /** Tied to this JVM: a build that nobody waits for would go on without the lock that it was started under. */
    private Outcome run(Path go, Path folder, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(go.toString(), "-C", folder.toString()));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile("go", ".log");
        try (ChildProcess process = ChildProcess.start("go", command, Map.of("CGO_ENABLED", "0"), output)) {
            return new Outcome(process.awaitExit(), process.log());
        } finally {
            Files.delete(output);
        }
    }

    private record Outcome(int exit, String output) {}
}
