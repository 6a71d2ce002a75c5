package dev.leaderelection.soak;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;

/** A soak as a command; see {@link Options#USAGE}. */
public final class Soak {

    private Soak() {}

    /** Ends with 0 if all promises were kept under enough churn, with 2 if the arguments make no sense. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (List.of(arguments).contains("--help")) {
            System.out.print(Options.USAGE);
            return;
        }
        Options options;
        try {
            options = Options.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println("cannot understand the arguments: " + e.getMessage());
            System.err.print(Options.USAGE);
            System.exit(2);
            return;
        }
        System.exit(run(options, System.out) ? 0 : 1);
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
