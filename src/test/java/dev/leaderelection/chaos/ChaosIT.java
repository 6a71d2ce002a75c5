package dev.leaderelection.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The short version of {@code src/test/chaos/run.sh}. */
class ChaosIT {

    @Test
    void everyPromiseIsKeptThroughEveryKindOfFault() throws IOException, InterruptedException {
        Options options = Options.parse("--failovers", "20", "--elections", "6").withoutLeisure();
        Consumer<String> console = System.out::println;
        try (ChaosRun run = new ChaosRun(options, console)) {

            Report report = run.run();

            console.accept(report.table());
            report.remarks().forEach(console);
            assertThat(report.failures()).as("history in " + run.history()).isEmpty();
        }
    }
}
