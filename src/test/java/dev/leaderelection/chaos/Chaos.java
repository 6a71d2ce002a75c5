package dev.leaderelection.chaos;

import dev.leaderelection.cluster.Tool;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;

/** Chaos as a command; see {@link Options#USAGE}. */
public final class Chaos {

    private Chaos() {}

    /** Ends with 0 if all promises were kept under enough chaos, with 2 if the arguments make no sense. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Tool.run(
                Options.USAGE,
                Options::parse,
                options -> options.replay().isPresent()
                        ? replay(options.replay().get(), System.out)
                        : run(options, System.out),
                arguments);
    }

    private static boolean run(Options options, PrintStream out) throws IOException, InterruptedException {
        try (ChaosRun run = new ChaosRun(options, out::println)) {
            Report report = run.run();
            out.println();
            out.print(options.markdown() ? report.markdown() + "\n" + report.table() : report.table());
            report.remarks().forEach(out::println);
            if (!report.remarks().isEmpty()) {
                out.println("the history is in " + run.history());
            }
            return report.failures().isEmpty();
        }
    }

    private static boolean replay(Path file, PrintStream out) throws IOException {
        HistoryChecker checker = new HistoryChecker(new World());
        HistoryFile.read(file, checker::see);
        checker.breaches().forEach(out::println);
        checker.switches().needless().forEach(move -> out.println("needless: " + move));
        out.printf(
                "%d failovers, %d violations%n",
                checker.failovers(), checker.breaches().size());
        return checker.breaches().isEmpty();
    }
}
