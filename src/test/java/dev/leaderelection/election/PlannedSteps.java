package dev.leaderelection.election;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.election.Plan.Situation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whole step sequences, as short as a table of them wants them: every Lease is that of {@link World}. */
final class PlannedSteps {

    private PlannedSteps() {}

    static Step.Claim claim(PodIdentity holder, long term, boolean all, boolean newHolder, PodIdentity... fence) {
        return new Step.Claim(World.COPY, LeaseRecord.claimed(holder, term, Set.of(fence), all), newHolder);
    }

    static Step.Promote promote(Candidate heir, long term, boolean all) {
        return new Step.Promote(heir, "lease-uid", term, all);
    }

    static Step.Renew renew(PodIdentity holder, long term, boolean all, PodIdentity... fence) {
        return new Step.Renew(World.COPY, LeaseRecord.claimed(holder, term, Set.of(fence), all));
    }

    static void assertIdle(Plan plan, Situation situation, Duration nextLook) {
        assertThat(plan).isEqualTo(new Plan(situation, Optional.empty(), List.of(), nextLook));
    }

    static void assertSteps(Plan plan, Situation situation, Step... steps) {
        assertThat(plan.situation()).isEqualTo(situation);
        assertThat(plan.steps()).containsExactly(steps);
        assertThat(plan.nextLook()).isGreaterThanOrEqualTo(Duration.ZERO);
    }
}
