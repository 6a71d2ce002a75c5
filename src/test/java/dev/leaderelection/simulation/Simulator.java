package dev.leaderelection.simulation;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The simulator as a command; see {@link #USAGE}. */
public final class Simulator {

    private static final String USAGE = """
            Runs the operator's protocol under a simulated API server, in virtual time, as seeds say.

              --seeds N    how many schedules            (default 1000000)
              --from S     the first seed                (default 1)
              --seed S     one schedule alone, with a trace of everything that happens
              --without G  leaves out a guard of the protocol, which must show; --help lists them
              --help       this text

            Guards: %s

            Ends with 1 if a promise was broken, or if some kind of fault was never injected.
            """.formatted(Arrays.toString(Guard.values()));

    private static final Duration PROGRESS = Duration.ofSeconds(5);
    private static final int MOST_SHOWN = 20;

    private Simulator() {}

    /** Ends with 0 if all promises were kept and every kind of fault was injected, with 2 if the arguments make no sense. */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    private static int run(String[] arguments) {
        long seeds = 1_000_000;
        long from = 1;
        Optional<Long> only = Optional.empty();
        Set<Guard> off = EnumSet.noneOf(Guard.class);
        Deque<String> rest = new ArrayDeque<>(List.of(arguments));
        try {
            while (!rest.isEmpty()) {
                String option = rest.remove();
                switch (option) {
                    case "--seeds" -> seeds = Long.parseLong(rest.remove());
                    case "--from" -> from = Long.parseLong(rest.remove());
                    case "--seed" -> only = Optional.of(Long.parseLong(rest.remove()));
                    case "--without" -> off.add(Guard.valueOf(rest.remove()));
                    case "--help" -> {
                        System.out.print(USAGE);
                        return 0;
                    }
                    default -> throw new IllegalArgumentException(option);
                }
            }
        } catch (IllegalArgumentException | java.util.NoSuchElementException e) {
            System.err.println("cannot understand the arguments: " + e.getMessage());
            System.err.print(USAGE);
            return 2;
        }
        try (Campaign campaign = new Campaign(off, Set.of())) {
            return only.isPresent() ? replay(campaign, only.get()) : run(campaign, from, seeds);
        }
    }

    private static int replay(Campaign campaign, long seed) {
        Campaign.Outcome outcome = campaign.replay(seed);
        outcome.trace().forEach(System.out::println);
        System.out.println(outcome.violation().map(Violation::getMessage).orElse("no violation"));
        outcome.violation().map(Violation::getCause).ifPresent(Throwable::printStackTrace);
        return outcome.violation().isPresent() ? 1 : 0;
    }

    private static int run(Campaign campaign, long from, long seeds) {
        long start = System.nanoTime();
        long told = start;
        int shown = 0;
        for (long i = 0; i < seeds; i++) {
            Campaign.Outcome outcome = campaign.run(from + i);
            if (outcome.violation().isPresent() && shown++ < MOST_SHOWN) {
                System.out.println("seed " + outcome.seed() + ": "
                        + outcome.violation().get().getMessage());
            }
            long now = System.nanoTime();
            if (now - told >= PROGRESS.toNanos() || i + 1 == seeds) {
                told = now;
                System.out.printf(
                        "%,d of %,d schedules, %,.0f/s, %d violations%n",
                        i + 1,
                        seeds,
                        (i + 1) * 1e9 / (now - start),
                        campaign.tally().violations());
            }
        }
        System.out.println();
        System.out.print(campaign.tally().table());
        if (!campaign.tally().missing().isEmpty()) {
            System.out.println("never injected: " + campaign.tally().missing());
            return 1;
        }
        return campaign.tally().violations() > 0 ? 1 : 0;
    }
}
