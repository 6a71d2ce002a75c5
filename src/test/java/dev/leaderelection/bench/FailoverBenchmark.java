package dev.leaderelection.bench;

import dev.leaderelection.bench.Options.Misuse;
import dev.leaderelection.bench.Options.Part;
import dev.leaderelection.cluster.Machine;
import dev.leaderelection.cluster.OperatorProcess;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Measures failovers and their cost; see {@link Options#USAGE}. */
public final class FailoverBenchmark {

    private static final Path FILE = Path.of("target", "benchmarks", "failover.json");

    private FailoverBenchmark() {}

    /** Ends with 0 when everything was measured, whatever the figures are, and with 2 when the arguments make no sense. */
    public static void main(String[] arguments) throws IOException {
        if (List.of(arguments).contains("--help")) {
            System.out.print(Options.USAGE);
            return;
        }
        try {
            run(Options.parse(arguments), System.out);
        } catch (Misuse e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
        // Watches may still be open.
        System.exit(0);
    }

    private static void run(Options options, PrintStream out) throws IOException {
        long start = System.nanoTime();
        out.println("starting a control plane");
        try (Setting setting = Setting.open(options.image())) {
            Map<String, String> facts = Machine.describe(setting.controlPlane(), OperatorProcess.deployedFlags());
            if (options.image()) {
                facts.put("Java", "the image's, " + OperatorProcess.imageRuntime());
            }
            Results results = new Results(facts);
            measure(options, setting, results, out);
            out.println();
            out.print(results.table());
            if (options.markdown()) {
                out.println();
                out.print(results.markdown());
            }
            results.write(FILE);
            out.printf(
                    "%nwritten to %s after %d s%n",
                    FILE, Duration.ofNanos(System.nanoTime() - start).toSeconds());
        }
    }

    private static void measure(Options options, Setting setting, Results results, PrintStream out) {
        if (options.parts().contains(Part.WARM) || options.parts().contains(Part.FIRST)) {
            Failovers failovers = new Failovers(setting, out, results);
            if (options.parts().contains(Part.WARM)) {
                failovers.warm(options.warmUp(), options.samples());
            }
            if (options.parts().contains(Part.FIRST)) {
                failovers.first(options.starts());
            }
        }
        Cost cost = new Cost(setting, out, results);
        if (options.parts().contains(Part.STEADY)) {
            cost.requests(options.intervals());
        }
        if (options.parts().contains(Part.MEMORY)) {
            cost.memory(options.elections());
        }
    }
}
