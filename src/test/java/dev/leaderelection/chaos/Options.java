package dev.leaderelection.chaos;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * What a run is to be like.
 *
 * @param failovers how many there must be
 * @param seed what is done, to whom and in which order
 * @param elections how many elections there are, of three pods each
 * @param isShort whether every round has an outage of every scope, so that few rounds have all kinds of faults
 * @param markdown whether to print the table as Markdown, too
 * @param replay a history to judge instead
 */
record Options(int failovers, long seed, int elections, boolean isShort, boolean markdown, Optional<Path> replay) {

    static final String USAGE = """
            Chaos on the real API server: two packaged operators that both act, processes killed and frozen, the network
            delayed, held and cut, pods, Leases and elections broken by hand; every revision is replayed into a checker.

              --failovers N    how many failovers there must be               (default 500)
              --seed S         what is done, to whom, in which order          (default 1)
              --elections N    how many elections of three pods there are     (default 9)
              --markdown       print the table as Markdown, too
              --replay FILE    judge a history that a failing run has left
              --help           this text

            Ends with 1 if a promise was broken, a kind of fault was never injected, or there were too few failovers; then
            the history is left in target/chaos.
            """;

    private static final int ROUNDS_WITHOUT_FAILOVERS = 15;

    /**
     * Reads them.
     *
     * @throws IllegalArgumentException when they cannot be understood
     */
    static Options parse(String... arguments) {
        Options options = new Options(500, 1, 9, false, false, Optional.empty());
        Deque<String> rest = new ArrayDeque<>(List.of(arguments));
        try {
            while (!rest.isEmpty()) {
                String option = rest.remove();
                options = switch (option) {
                    case "--failovers" -> options.withFailovers(number(rest.remove()));
                    case "--seed" -> options.withSeed(Long.parseLong(rest.remove()));
                    case "--elections" -> options.withElections(number(rest.remove()));
                    case "--markdown" ->
                        new Options(options.failovers, options.seed, options.elections, false, true, options.replay);
                    case "--replay" ->
                        new Options(
                                options.failovers,
                                options.seed,
                                options.elections,
                                false,
                                options.markdown,
                                Optional.of(Path.of(rest.remove())));
                    default -> throw new IllegalArgumentException(option);
                };
            }
        } catch (NoSuchElementException e) {
            throw new IllegalArgumentException("the last one needs a value", e);
        }
        return options;
    }

    private static int number(String text) {
        int number = Integer.parseInt(text);
        if (number < 1 || number > 100_000) {
            throw new IllegalArgumentException(text + " is not between 1 and 100000");
        }
        return number;
    }

    private Options withFailovers(int other) {
        return new Options(other, seed, elections, isShort, markdown, replay);
    }

    private Options withSeed(long other) {
        return new Options(failovers, other, elections, isShort, markdown, replay);
    }

    private Options withElections(int other) {
        return new Options(failovers, seed, other, isShort, markdown, replay);
    }

    /** Every kind of fault within a few rounds. */
    Options withoutLeisure() {
        return new Options(failovers, seed, elections, true, markdown, replay);
    }

    /** Tells runs apart that go on beside each other. */
    String name() {
        return isShort ? "short" : Long.toString(seed);
    }

    /** A run that goes on for longer than this shows nothing any more. */
    int mostRounds() {
        return ROUNDS_WITHOUT_FAILOVERS + failovers;
    }
}
