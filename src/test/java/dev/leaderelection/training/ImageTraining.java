package dev.leaderelection.training;

import dev.leaderelection.cluster.ChildProcess;
import dev.leaderelection.cluster.OperatorProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
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

    private static final Pattern VERSION = Pattern.compile("JAVA_VERSION=\"(\\d+).*");

    private final Path javaHome;
    private final Path folder;

    private ImageTraining(Path javaHome, Path folder) {
        this.javaHome = javaHome;
        this.folder = folder;
    }

    /** Given the JVM's home and the folder to make, does so and ends the JVM, whose clients would keep it alive. */
    public static void main(String[] arguments) throws IOException {
        System.out.println("Training the image's start-up archive with " + arguments[0]);
        new ImageTraining(Path.of(arguments[0]), Path.of(arguments[1])).run();
        System.exit(0);
    }

    private void run() throws IOException {
        copyPackage();
        String option = version() >= FIRST_WITH_AOT_CACHE ? makeCache("operator.aot") : makeArchive("operator.jsa");
        Files.writeString(folder.resolve("java.options"), option + "\n");
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
