package dev.leaderelection.soak;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * What a run is to be like.
 *
 * @param minutes how long it takes, once all elections have their first leader
 * @param elections how many there are, of three pods each
 * @param seed what is done, to whom and in which order
 * @param markdown whether to print the tables as Markdown, too
 * @param picture where to draw the dashboard, if anywhere
 */
record Options(int minutes, int elections, long seed, boolean markdown, Optional<Path> picture) {

    static final String USAGE = """
            Lets the packaged operator work for a long time, on a control plane of its own, on loopback, while leaders are broken,
            elections and pods come and go, watches are cut and the API server is restarted; all at a steady rate.

              --minutes N      how long it takes                              (default 30)
              --elections N    how many elections of three pods there are     (default 100)
              --seed S         what is done, to whom, in which order          (default 1)
              --markdown       print the tables as Markdown, too
              --picture FILE   have Prometheus scrape the operator, and draw deploy/monitoring/dashboard.json as SVG
              --help           this text

            Nothing is done in the first and the last two minutes, or tenth of the time if that is less: there the operator's
            requests are counted. Less than ten minutes tell nothing of memory. Figures and samples go to target/soak/soak.json.
            Ends with 1 if a promise was not kept or too little was done.
            """;

    private static final Duration LONGEST_QUIET = Duration.ofMinutes(2);

    /**
     * Reads them.
     *
     * @throws IllegalArgumentException when they cannot be understood
     */
    static Options parse(String... arguments) {
        Options options = new Options(30, 100, 1, false, Optional.empty());
        Deque<String> rest = new ArrayDeque<>(List.of(arguments));
        try {
            while (!rest.isEmpty()) {
                String option = rest.remove();
                options = switch (option) {
                    case "--minutes" -> options.withMinutes(number(rest.remove()));
                    case "--elections" -> options.withElections(number(rest.remove()));
                    case "--seed" -> options.withSeed(Long.parseLong(rest.remove()));
                    case "--markdown" -> options.withMarkdown();
                    case "--picture" -> options.withPicture(Path.of(rest.remove()));
                    default -> throw new IllegalArgumentException(option);
                };
            }
        } catch (NoSuchElementException e) {
            throw new IllegalArgumentException("the last one needs a value", e);
        }
        return options;
    }

    /** How long nothing is done in the beginning, and again in the end. */
    Duration quiet() {
        Duration tenth = Duration.ofMinutes(minutes).dividedBy(10);
        return tenth.compareTo(LONGEST_QUIET) < 0 ? tenth : LONGEST_QUIET;
    }

    /** How long there is something to do in between. */
    Duration busy() {
        return Duration.ofMinutes(minutes).minus(quiet().multipliedBy(2));
    }

    private static int number(String text) {
        int number = Integer.parseInt(text);
        if (number < 1 || number > 10_000) {
            throw new IllegalArgumentException(text + " is not between 1 and 10000");
        }
        return number;
    }

    private Options withMinutes(int other) {
        return new Options(other, elections, seed, markdown, picture);
    }

    private Options withElections(int other) {
        return new Options(minutes, other, seed, markdown, picture);
    }

    private Options withSeed(long other) {
        return new Options(minutes, elections, other, markdown, picture);
    }

    private Options withMarkdown() {
        return new Options(minutes, elections, seed, true, picture);
    }

    private Options withPicture(Path file) {
        return new Options(minutes, elections, seed, markdown, Optional.of(file));
    }
}
