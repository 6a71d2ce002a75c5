package dev.leaderelection.soak;

import dev.leaderelection.cluster.Tool;
import java.io.IOException;
import java.io.PrintStream;

/** A soak as a command; see {@link Options#USAGE}. */
public final class Soak {

    private Soak() {}

    /** Ends with 0 if all promises were kept under enough churn, with 2 if the arguments make no sense. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Tool.run(Options.USAGE, Options::parse, options -> run(options, System.out), arguments);
    }

    private static boolean run(Options options, PrintStream out) throws IOException, InterruptedException {
        try (SoakRun run = new SoakRun(options, out::println)) {
            Report report = run.run();
            out.println();
            out.print(options.markdown() ? report.markdown() + "\n" + report.text() : report.text());
            return report.isKept();
        }
    }
}
