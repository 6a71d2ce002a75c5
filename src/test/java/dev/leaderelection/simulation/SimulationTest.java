package dev.leaderelection.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.simulation.Campaign.Outcome;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The production pass under simulated faults. More of it: {@code src/test/simulation/run.sh}. */
class SimulationTest {

    private static final int FIXED = 1500;
    private static final int FRESH = 500;

    /** Leases lost, or elections forced out, and labels set by hand at the same time. */
    private static final long[] ONCE_BROKEN = {109_862, 152_245, 263_845, 318_047};

    @Test
    void keepsItsPromisesUnderEveryKindOfFault() {
        try (Campaign campaign = new Campaign(Set.of(), Set.of())) {
            for (long seed = 1; seed <= FIXED; seed++) {
                assertKept(campaign, campaign.run(seed));
            }
            assertThat(campaign.tally().missing()).isEmpty();
        }
    }

    @Test
    void keepsItsPromisesWhereItOnceDidNot() {
        try (Campaign campaign = new Campaign(Set.of(), Set.of())) {
            for (long seed : ONCE_BROKEN) {
                assertKept(campaign, campaign.run(seed));
            }
        }
    }

    @Test
    void keepsItsPromisesUnderSeedsThatNobodyHasTriedBefore() {
        long first = new SplittableRandom().nextLong();
        System.out.println("simulating " + FRESH + " schedules from seed " + first);
        try (Campaign campaign = new Campaign(Set.of(), Set.of())) {
            for (long seed = first; seed < first + FRESH; seed++) {
                assertKept(campaign, campaign.run(seed));
            }
        }
    }

    @Test
    void aSeedRepeatsItselfToTheLetter() {
        try (Campaign campaign = new Campaign(Set.of(), Set.of())) {
            for (long seed = 1; seed <= 20; seed++) {
                List<String> first = campaign.replay(seed).trace();
                campaign.run(seed + 1000);

                assertThat(campaign.replay(seed).trace()).isEqualTo(first).isNotEmpty();
            }
        }
    }

    private static void assertKept(Campaign campaign, Outcome outcome) {
        if (outcome.violation().isPresent()) {
            throw new AssertionError(
                    "seed " + outcome.seed() + " (src/test/simulation/run.sh --seed " + outcome.seed() + "): "
                            + outcome.violation().get().getMessage() + "\n"
                            + String.join("\n", campaign.replay(outcome.seed()).trace()),
                    outcome.violation().get());
        }
    }
}
