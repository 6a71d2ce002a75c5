package dev.leaderelection.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildProcessTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    @Test
    void childThatIsAskedToEndMayFinishWhatItDoes() {
        try (ChildProcess child =
                shell("trap 'sleep 0.3; echo finished; exit 0' TERM; echo begun; while true; do sleep 0.05; done")) {
            awaitBegun(child);

            assertThat(child.stop(PATIENCE)).isTrue();

            assertThat(child.log()).contains("finished");
        }
    }

    @Test
    void childThatDoesNotEndIsKilled() {
        try (ChildProcess child = shell("trap '' TERM; echo begun; while true; do sleep 0.05; done")) {
            awaitBegun(child);

            assertThat(child.stop(Duration.ofMillis(300))).isFalse();

            assertThat(child.isAlive()).isFalse();
        }
    }

    @Test
    void childThatHasEndedMayBeStoppedAgain() {
        try (ChildProcess child = shell("exit 3")) {
            assertThat(child.awaitExit()).isEqualTo(3);

            assertThat(child.stop(PATIENCE)).isTrue();
        }
    }

    private ChildProcess shell(String script) {
        return ChildProcess.start("child", List.of("sh", "-c", script), Map.of(), folder.resolve("log"));
    }

    private static void awaitBegun(ChildProcess child) {
        await().pollInterval(Duration.ofMillis(10))
                .atMost(PATIENCE)
                .until(() -> child.log().contains("begun"));
    }
}
