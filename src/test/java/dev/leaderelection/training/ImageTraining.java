package dev.leaderelection.training;

import dev.leaderelection.cluster.ChildProcess;
import dev.leaderelection.cluster.Command;
import dev.leaderelection.cluster.OperatorProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Lays out the image's {@code /app}: the packaged operator, the archive that the image's own JVM makes of its classes, and the file of
 * options that has the JVM use it.
 */
public final class ImageTraining {

    /** Where the folder is in the image. */
    private static final String PLACE = "/app/";

    /** What the image gives every file, as an archive is only used with the very jars that it was made of. */
    private static final FileTime MODIFIED = FileTime.from(Instant.ofEpochSecond(1));

    /** The first release that keeps classes loaded and linked, not only parsed, and from one option. */
    private static final int FIRST_WITH_AOT_CACHE = 25;

    /** In place of a JVM's home: the one that the base image's environment names. */
    private static final String OF_BASE = "base";

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Pattern VERSION = Pattern.compile("JAVA_VERSION=\"(\\d+).*");

    private final Path javaHome;
    private final Path folder;

    private ImageTraining(Path javaHome, Path folder) {
        this.javaHome = javaHome;
        this.folder = folder;
    }

    /**
     * Given the JVM's home, or {@code base}, the base image as a tar, and the folder to make, does so and ends the JVM, whose clients would
     * keep it alive.
     */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[2]);
        try {
            Path javaHome = arguments[0].equals(OF_BASE)
                    ? unpackRuntime(arguments[1], folder.resolveSibling("image-java"))
                    : Path.of(arguments[0]);
            System.out.println("Training the image's start-up archive with " + javaHome);
            new ImageTraining(javaHome, folder).run();
        } catch (UnusableRuntime e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
        System.exit(0);
    }

    /** There is no JVM to make the archive with, with a message for whoever builds the image. */
    private static final class UnusableRuntime extends Exception {
        UnusableRuntime(String what, Throwable cause) {
            super(
                    what.strip() + ": on a machine that the base image is not made for, name a JVM of the same release"
                            + " with -Dimage.java.home=; unless it is of the very same build, the image starts as if it"
                            + " had no archive",
                    cause);
        }
    }

    private static Path unpackRuntime(String base, Path target) throws UnusableRuntime {
        try {
            Command.run(
                    "unpacking the JVM",
                    PATIENCE,
                    List.of("sh", "src/main/docker/unpack.sh", base, "JAVA_HOME", target.toString()));
            return target;
        } catch (IllegalStateException e) {
            throw new UnusableRuntime(String.valueOf(e.getMessage()), e);
        }
    }

    private void run() throws IOException, UnusableRuntime {
        checkRuntime();
        copyPackage();
        String option = version() >= FIRST_WITH_AOT_CACHE ? makeCache("operator.aot") : makeArchive("operator.jsa");
        Files.writeString(folder.resolve("java.options"), option + "\n");
    }

    private void checkRuntime() throws UnusableRuntime {
        try {
            Command.run("java", PATIENCE, List.of(java().toString(), "-version"));
        } catch (IllegalStateException | UncheckedIOException e) {
            throw new UnusableRuntime(java() + " does not run here", e);
        }
    }

    private void copyPackage() throws IOException {
        delete(folder);
        try (Stream<Path> files = Files.walk(OperatorProcess.PACKAGE)) {
            for (Path file : files.toList()) {
                Path copy = folder.resolve(OperatorProcess.PACKAGE.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else if (!file.toString().endsWith(".jsa")) {
                    Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
                    Files.setLastModifiedTime(copy, MODIFIED);
                }
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file :
                        files.sorted((one, other) -> other.compareTo(one)).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** In two steps: the second, which works for some seconds, is not to run into the patience that a stop has. */
    private String makeCache(String name) throws IOException {
        Path recording = Files.createTempFile("operator", ".aotconf");
        Path log = Files.createTempFile("operator", ".log");
        try {
            String configuration = "-XX:AOTConfiguration=" + recording;
            train("-XX:AOTMode=record", configuration);
            List<String> command = List.of(
                    java().toString(),
                    "-XX:AOTMode=create",
                    configuration,
                    "-XX:AOTCache=" + folder.resolve(name),
                    "-jar",
                    jar().toString());
            Map<String, String> flags = Map.of("JAVA_TOOL_OPTIONS", OperatorProcess.deployedFlags());
            try (ChildProcess assembly = ChildProcess.start("assembly", command, flags, log)) {
                if (assembly.awaitExit() != 0) {
                    throw new IOException("no cache was made\n" + assembly.describe());
                }
            }
        } finally {
            Files.delete(recording);
            Files.delete(log);
        }
        return "-XX:AOTCache=" + PLACE + name;
    }

    private String makeArchive(String name) {
        train("-XX:ArchiveClassesAtExit=" + folder.resolve(name));
        return "-XX:SharedArchiveFile=" + PLACE + name;
    }

    private void train(String... flags) {
        StartupTraining.run(controlPlane -> OperatorProcess.train(controlPlane, java(), jar(), List.of(flags)));
    }

    private Path java() {
        return javaHome.resolve("bin").resolve("java");
    }

    private Path jar() {
        return folder.resolve(OperatorProcess.JAR_NAME);
    }

    private int version() throws IOException {
        for (String line : Files.readAllLines(javaHome.resolve("release"))) {
            Matcher matcher = VERSION.matcher(line);
            if (matcher.matches()) {
                return Integer.parseInt(matcher.group(1));
            }
        }
        throw new IOException(javaHome.resolve("release") + " does not tell the version");
    }
}
