package dev.leaderelection.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.leaderelection.cluster.ChildProcess;
import dev.leaderelection.cluster.Command;
import dev.leaderelection.cluster.OperatorProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** What is in {@code target/leader-election-operator-image.tar}; in the build that makes it alone. */
class ImageIT {

    private static final String IMAGE = "target/leader-election-operator-image.tar";

    /** What the profile local-base sets: of another base we promise neither what is in it nor how large it is. */
    private static final String LOCAL_BASE = "tar://.*/target/image/base\\.tar";

    private static final long MEBIBYTE = 1024 * 1024;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<Path> LAYERS = new ArrayList<>();

    @TempDir
    private static Path folder;

    private static JsonNode config = JSON.nullNode();
    private static Path app = Path.of("");
    private static Path javaHome = Path.of("");

    @BeforeAll
    static void unpack() throws IOException {
        Path parts = Files.createDirectory(folder.resolve("parts"));
        Command.run("tar", PATIENCE, List.of("tar", "-xf", IMAGE, "-C", parts.toString()));
        JsonNode manifest =
                JSON.readTree(parts.resolve("manifest.json").toFile()).get(0);
        manifest.path("Layers").forEach(layer -> LAYERS.add(parts.resolve(layer.asText())));
        config = JSON.readTree(parts.resolve(manifest.path("Config").asText()).toFile())
                .path("config");
        app = unpack("/app");
        javaHome = unpack("JAVA_HOME");
    }

    private static Path unpack(String what) {
        Path target = folder.resolve(what.replace("/", ""));
        Command.run("unpack.sh", PATIENCE, List.of("sh", "src/main/docker/unpack.sh", IMAGE, what, target.toString()));
        return target;
    }

    @Test
    void runsTheOperatorAsAUserWithoutRights() {
        assertThat(config.path("User").asText()).isEqualTo("10001:10001");
        assertThat(config.path("WorkingDir").asText()).isEqualTo("/app");
        assertThat(config.path("Entrypoint"))
                .extracting(JsonNode::asText)
                .containsExactly("java", "@/app/java.options", "-jar", "/app/quarkus-run.jar");
        assertThat(config.path("ExposedPorts").has("8080/tcp")).isTrue();
    }

    @Test
    void saysWhatItIs() {
        JsonNode labels = config.path("Labels");

        assertThat(labels.path("org.opencontainers.image.title").asText()).isEqualTo("Leader Election Operator");
        assertThat(labels.path("org.opencontainers.image.licenses").asText()).isEqualTo("Apache-2.0");
        assertThat(labels.path("org.opencontainers.image.version").asText()).isNotEmpty();
        assertThat(labels.path("org.opencontainers.image.description").asText()).isNotEmpty();
    }

    @Test
    void billOfMaterialsListsEveryLibrary() throws IOException {
        JsonNode bill = JSON.readTree(app.resolve("bom.cdx.json").toFile());

        assertThat(bill.path("bomFormat").asText()).isEqualTo("CycloneDX");
        Set<String> listed = new HashSet<>();
        for (JsonNode component : bill.path("components")) {
            listed.add(component.path("group").asText() + "."
                    + component.path("name").asText() + "-"
                    + component.path("version").asText() + ".jar");
        }
        try (Stream<Path> files = Files.walk(app.resolve("lib"))) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> file.getFileName().toString()))
                    .isNotEmpty()
                    .isSubsetOf(listed);
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "image.base", matches = LOCAL_BASE)
    void holdsNoShell() {
        assertThat(LAYERS)
                .flatMap(ImageIT::names)
                .anyMatch(name -> name.endsWith("/bin/java"))
                .noneMatch(name -> name.matches("(.*/)?(sh|bash|dash|ash|busybox)"));
    }

    private static List<String> names(Path layer) {
        return Command.run("tar", PATIENCE, List.of("tar", "-tzf", layer.toString()))
                .lines()
                .toList();
    }

    @Test
    @EnabledIfSystemProperty(named = "image.base", matches = LOCAL_BASE)
    void isPulledInAMoment() {
        assertThat(LAYERS.stream().mapToLong(layer -> layer.toFile().length()).sum())
                .isPositive()
                .isLessThan(100 * MEBIBYTE);
    }

    /** The JVM goes as far as the setting that makes no sense: that is most of a start, and needs no cluster. */
    @Test
    @EnabledIfSystemProperty(named = "image.java.home", matches = "base")
    void startsFromTheArchiveThatItsOptionsName() throws IOException {
        String option = Files.readString(app.resolve("java.options")).strip();
        assertThat(option).matches("-XX:(AOTCache|SharedArchiveFile)=/app/[a-z.]+");
        Path archive = app.resolve(option.substring(option.lastIndexOf('/') + 1));
        assertThat(archive).isNotEmptyFile();
        Path classes = folder.resolve("classes.log");
        Path log = folder.resolve("start.log");
        List<String> command = List.of(
                javaHome.resolve("bin").resolve("java").toString(),
                option.substring(0, option.indexOf('=') + 1) + archive,
                "-Xlog:class+load:file=" + classes,
                "-jar",
                app.resolve("quarkus-run.jar").toString());
        Map<String, String> environment = Map.of(
                "JAVA_TOOL_OPTIONS", OperatorProcess.deployedFlags(), "LEADER_ELECTION_OVERDUE_LIMIT", "nonsense");

        try (ChildProcess operator = ChildProcess.start("operator", command, environment, log)) {
            assertThat(operator.awaitExit(PATIENCE)).isTrue();

            assertThat(operator.log()).contains("leader-election.overdue-limit", "nonsense");
        }
        List<String> loaded = Files.readAllLines(classes);
        assertThat(shareFromArchive(loaded)).isGreaterThan(0.95);
        List<String> ours = loaded.stream()
                .filter(line -> line.contains(" dev.leaderelection."))
                .toList();
        assertThat(ours).hasSizeGreaterThan(100);
        assertThat(shareFromArchive(ours)).isGreaterThan(0.95);
    }

    private static double shareFromArchive(List<String> loaded) {
        return (double) loaded.stream()
                        .filter(line -> line.contains("source: shared objects file"))
                        .count()
                / loaded.size();
    }
}
