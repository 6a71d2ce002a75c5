package dev.leaderelection.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.cluster.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's first command does what it says, with what the build that runs this test has made. */
class DemoIT {

    private static final String SCRIPT = "examples/demo.sh";

    /** The demonstration's own temporary files go here. */
    @TempDir
    private Path scratch;

    @Test
    void showsEveryTakeOverAndLeavesNothingBehind() throws IOException {
        Run run = run("--built");

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output())
                .containsPattern("Lease: leader deleted +\\S+ +\\S+ +2 +\\d+ ms +\\d+ ms")
                .containsPattern("Lease: leader not ready +\\S+ +\\S+ +3 +\\d+ ms +\\d+ ms")
                .containsPattern("Bully: leader deleted +crunch-0 +crunch-1 +2 +\\d+ ms +\\d+ ms")
                .containsPattern("Bully: higher rank back +crunch-1 +crunch-0 +3 +\\d+ ms +\\d+ ms")
                .containsPattern("Ring: term over +sequence-\\d +sequence-\\d +3 +\\d+ ms +\\d+ ms")
                .doesNotContain("\u001b", "Exception");
        try (Stream<Path> left = Files.list(scratch)) {
            assertThat(left.map(Path::getFileName)).containsExactly(Path.of("demo.log"));
        }
    }

    @Test
    void refusesAnUnknownOption() {
        Run run = run("--kep");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.output()).isEqualTo("demo: unknown option --kep; --help tells which there are\n");
    }

    @Test
    void explainsItself() {
        Run run = run("--help");

        assertThat(run.exitCode()).isZero();
        assertThat(run.output()).startsWith("Usage: examples/demo.sh");
    }

    private record Run(int exitCode, String output) {}

    private Run run(String option) {
        Path log = scratch.resolve("demo.log");
        try (ChildProcess demo = ChildProcess.start(
                "demo", List.of(SCRIPT, option), Map.of("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + scratch), log)) {
            return new Run(demo.awaitExit(), demo.log());
        }
    }
}
