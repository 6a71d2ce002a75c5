package dev.leaderelection.cluster;

import java.io.IOException;
import java.util.List;
import java.util.function.Function;

/** How a tool of the test tree is called from a shell. */
public final class Tool {

    private Tool() {}

    /** What it does, given its options. */
    public interface Work<O> {

        /** Tells whether all was as it should be. */
        boolean run(O options) throws IOException, InterruptedException;
    }

    /**
     * Does the work and ends the JVM: with 0 if all was as it should be, with 1 if not, with 2 if the arguments make no sense.
     * {@code --help} prints the usage alone.
     *
     * @param parse reads the arguments, and throws an {@link IllegalArgumentException} when they cannot be understood
     */
    public static <O> void run(String usage, Function<String[], O> parse, Work<O> work, String... arguments)
            throws IOException, InterruptedException {
        if (List.of(arguments).contains("--help")) {
            System.out.print(usage);
            return;
        }
        O options;
        try {
            options = parse.apply(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println("cannot understand the arguments: " + e.getMessage());
            System.err.print(usage);
            System.exit(2);
            return;
        }
        System.exit(work.run(options) ? 0 : 1);
    }
}
