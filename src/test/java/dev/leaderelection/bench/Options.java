package dev.leaderelection.bench;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a run is to measure, and how much of it.
 *
 * @param parts which parts to run
 * @param samples failovers of each kind in a warm process
 * @param warmUp failovers of each kind before those
 * @param starts fresh processes
 * @param intervals renewal intervals to count requests over
 * @param elections numbers of elections at which memory is read
 * @param image whether to measure the operator of the image that was built last, instead of the packaged one
 * @param markdown whether to print the table as Markdown, too
 */
record Options(
        Set<Part> parts,
        int samples,
        int warmUp,
        int starts,
        int intervals,
        List<Integer> elections,
        boolean image,
        boolean markdown) {

    static final String USAGE = """
            Measures failovers of the packaged operator on a control plane of its own, on loopback.

              --samples N      failovers of each kind in a warm process     (default 200; a p99 wants 200)
              --warm-up N      failovers of each kind before those          (default 50)
              --starts N       fresh processes, one first failover each     (default 20)
              --intervals N    renewal intervals to count requests over     (default 6)
              --elections N,N  elections of 3 pods at which memory is read  (default 100,1000)
              --only P,P       parts to run: warm, first, steady, memory    (default all)
              --image          measure the image built last (mvn -Pimage,local-base package), with its own JVM
              --markdown       print the table as Markdown, too
              --help           this text

            Figures go to target/benchmarks/failover.json. The defaults take about fifteen minutes on two cores.
            """;

    /** The parts of a run. */
    enum Part {
        WARM,
        FIRST,
        STEADY,
        MEMORY
    }

    /** Something that cannot be understood, with a message for the caller. */
    static final class Misuse extends Exception {
        Misuse(String message) {
            super(message);
        }
    }

    static Options parse(String... arguments) throws Misuse {
        Set<Part> parts = new LinkedHashSet<>(List.of(Part.values()));
        int samples = 200;
        int warmUp = 50;
        int starts = 20;
        int intervals = 6;
        List<Integer> elections = List.of(100, 1000);
        boolean image = false;
        boolean markdown = false;
        Deque<String> rest = new ArrayDeque<>(List.of(arguments));
        while (!rest.isEmpty()) {
            String option = rest.remove();
            switch (option) {
                case "--samples" -> samples = number(option, rest, 1);
                case "--warm-up" -> warmUp = number(option, rest, 0);
                case "--starts" -> starts = number(option, rest, 1);
                case "--intervals" -> intervals = number(option, rest, 1);
                case "--elections" -> elections = numbers(option, rest);
                case "--only" -> parts = parts(option, rest);
                case "--image" -> image = true;
                case "--markdown" -> markdown = true;
                default -> throw new Misuse("unknown option " + option + "; --help tells what there is");
            }
        }
        return new Options(parts, samples, warmUp, starts, intervals, elections, image, markdown);
    }

    private static String value(String option, Deque<String> rest) throws Misuse {
        if (rest.isEmpty()) {
            throw new Misuse(option + " needs a value");
        }
        return rest.remove();
    }

    private static int number(String option, Deque<String> rest, int least) throws Misuse {
        return number(option, value(option, rest), least);
    }

    private static int number(String option, String text, int least) throws Misuse {
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= 100_000) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new Misuse(option + " needs a number, not " + text);
        }
        throw new Misuse(option + " must be between " + least + " and 100000, not " + text);
    }

    private static List<Integer> numbers(String option, Deque<String> rest) throws Misuse {
        Set<Integer> numbers = new LinkedHashSet<>();
        for (String text : value(option, rest).split(",", -1)) {
            numbers.add(number(option, text, 1));
        }
        return numbers.stream().sorted().toList();
    }

    private static Set<Part> parts(String option, Deque<String> rest) throws Misuse {
        Set<Part> parts = new LinkedHashSet<>();
        for (String text : value(option, rest).split(",", -1)) {
            parts.add(Arrays.stream(Part.values())
                    .filter(part -> part.name().equalsIgnoreCase(text))
                    .findFirst()
                    .orElseThrow(() -> new Misuse(option + " knows "
                            + Arrays.stream(Part.values())
                                    .map(part -> part.name().toLowerCase(java.util.Locale.ROOT))
                                    .collect(Collectors.joining(", "))
                            + ", not " + text)));
        }
        return parts;
    }
}
