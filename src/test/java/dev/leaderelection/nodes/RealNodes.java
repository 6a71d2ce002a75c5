package dev.leaderelection.nodes;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.leaderelection.cluster.Binary;
import dev.leaderelection.cluster.Command;
import dev.leaderelection.cluster.ControlPlaneBinaries;
import dev.leaderelection.cluster.GoBuild;
import dev.leaderelection.cluster.Release;
import dev.leaderelection.cluster.Table;
import dev.leaderelection.cluster.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The operator on real nodes as a command; see {@link Options#USAGE}. */
public final class RealNodes {

    static final Path OPERATOR_IMAGE = Path.of("target", "leader-election-operator-image.tar");
    static final Path MANIFESTS = Path.of("src", "test", "nodes");

    /** What a run leaves. */
    static final Path FOLDER = Path.of("target", "nodes");

    /** What was seen in it: answers to the client, logs of the operator, an election's status. */
    static final Path SEEN = FOLDER.resolve("seen");

    private static final Path APP_ROOT = FOLDER.resolve("root");

    static final Path APP = APP_ROOT.resolve("app");
    static final Path APP_IMAGE = FOLDER.resolve("app.tar");

    private RealNodes() {}

    /** Ends with 0 if all is as it should be, with 2 if the arguments make no sense. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Tool.run(
                Options.USAGE,
                Options::parse,
                options -> {
                    List<Row> rows = run(List.of(arguments), System.out::println);
                    Table table = Row.table(rows);
                    System.out.println();
                    System.out.print(options.markdown() ? table.markdown() + "\n" + table.text() : table.text());
                    List<Row> faulty =
                            rows.stream().filter(row -> !row.fault().isEmpty()).toList();
                    faulty.forEach(row -> System.out.println(row.story() + ": " + row.fault()));
                    return faulty.isEmpty();
                },
                arguments);
    }

    /**
     * Builds what is missing, brings the nodes up and plays the stories.
     *
     * @throws IllegalStateException when the machine lacks something, with what to do, or when the run broke off
     */
    static List<Row> run(List<String> options, Consumer<String> console) throws IOException {
        Enclosure.check();
        if (!Files.exists(OPERATOR_IMAGE)) {
            throw new IllegalStateException(
                    OPERATOR_IMAGE + " is not there: make it first (mvn -Pimage,local-base package -DskipTests)");
        }
        Set<Binary> programs = EnumSet.copyOf(Binary.CONTROL_PLANE);
        programs.addAll(Binary.NODE);
        ControlPlaneBinaries.ofThisMachine().locate(programs);
        makeApp();
        forgetTheLast();
        Path outcome = FOLDER.resolve("outcome.json");
        Files.deleteIfExists(outcome);
        List<String> arguments = new ArrayList<>(List.of(outcome.toString()));
        arguments.addAll(options);
        int exit = Enclosure.run(Inside.class, FOLDER.resolve("run.log"), console, arguments);
        if (exit != 0) {
            throw new IllegalStateException("the run broke off, see " + FOLDER.resolve("run.log"));
        }
        return new ObjectMapper().readValue(outcome.toFile(), new TypeReference<List<Row>>() {});
    }

    private static void forgetTheLast() throws IOException {
        Files.createDirectories(SEEN);
        try (Stream<Path> files = Files.list(SEEN)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    private static void makeApp() throws IOException {
        Files.createDirectories(APP_ROOT);
        GoBuild.ofThisMachine(System.getenv(), Release.CURRENT).buildOwn("nodes/app", APP.toAbsolutePath());
        Command.run(
                "packing the application",
                Duration.ofMinutes(1),
                List.of(
                        "sh",
                        "src/main/docker/pack.sh",
                        APP_ROOT.toString(),
                        Node.SANDBOX_IMAGE,
                        "{\"Entrypoint\":[\"/app\"],\"Cmd\":[\"pause\"]}",
                        APP_IMAGE.toString()));
    }
}
