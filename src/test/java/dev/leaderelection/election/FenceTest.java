package dev.leaderelection.election;

import static dev.leaderelection.election.PlannedSteps.assertIdle;
import static dev.leaderelection.election.PlannedSteps.assertSteps;
import static dev.leaderelection.election.PlannedSteps.claim;
import static dev.leaderelection.election.PlannedSteps.promote;
import static dev.leaderelection.election.PlannedSteps.renew;
import static dev.leaderelection.election.PodFixture.healthy;
import static dev.leaderelection.election.PodFixture.id;
import static dev.leaderelection.election.PodFixture.leading;
import static dev.leaderelection.election.PodFixture.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.election.Candidate.Life;
import dev.leaderelection.election.Candidate.Mark;
import dev.leaderelection.election.Candidate.Role;
import dev.leaderelection.election.Candidate.Standing;
import dev.leaderelection.election.Plan.Situation;
import dev.leaderelection.election.Plan.Transition;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole step sequences where a leader that may still be running is to be replaced: a leads, b is its heir. */
class FenceTest {

    private static final PodIdentity A = id("a");
    private static final PodIdentity B = id("b");
    private static final PodIdentity C = id("c");
    private static final Candidate HEIR = healthy("b");
    private static final Duration NEVER = Duration.ofDays(1);

    private static World fencing(Rules.Fencing fencing, Candidate... pods) {
        return World.of(pods).claimedBy(A, 4).fencing(fencing).renewal(Duration.ZERO, false);
    }

    private static Stream<Arguments> leadersToReplace() {
        return Stream.of(
                Arguments.of(pod("a").notReady().routed(4)),
                Arguments.of(pod("a").life(Life.TERMINATING).routed(4)),
                Arguments.of(pod("a").standing(Standing.EXCLUDED).routed(4)),
                Arguments.of(pod("a").unselected().routed(4)),
                Arguments.of(pod("a").contact(Candidate.Contact.NODE_LOST).routed(4)),
                Arguments.of(pod("a").contact(Candidate.Contact.PROBE_FAILED).routed(4)));
    }

    @ParameterizedTest
    @MethodSource("leadersToReplace")
    void awaitingExpiryTakesTheLabelAndRenewsNoMore(PodFixture fixture) {
        Candidate leader = fixture.build();

        Plan plan = fencing(Rules.Fencing.AWAIT_LEASE_EXPIRY, leader, HEIR).plan();

        assertSteps(plan, Situation.FENCING, new Step.Withdraw(leader, "lease-uid", 4));
        assertThat(plan.nextLook()).isEqualTo(World.LAPSE);
    }

    @ParameterizedTest
    @MethodSource("leadersToReplace")
    void whenTheLeaseHasLapsedTheHeirIsPromoted(PodFixture fixture) {
        Candidate leader = fixture.role(Role.NONE).labelTerm(0).build();

        assertSteps(
                fencing(Rules.Fencing.AWAIT_LEASE_EXPIRY, leader, HEIR)
                        .lapse(Duration.ZERO)
                        .plan(),
                Situation.LED,
                claim(B, 5, false, true, A),
                new Step.Demote(A, 5),
                promote(HEIR, 5, false));
    }

    @Test
    void aFencedLeaderThatIsNotLabelledAnyMoreIsWaitedFor() {
        Candidate leader =
                pod("a").notReady().mark(Mark.Origin.THIS_ELECTION, 4).build();

        assertIdle(fencing(Rules.Fencing.AWAIT_LEASE_EXPIRY, leader, HEIR).plan(), Situation.FENCING, World.LAPSE);
    }

    @ParameterizedTest
    @EnumSource(
            value = Rules.Fencing.class,
            names = {"AWAIT_LEASE_EXPIRY", "DELETE_POD"})
    void aLeaderThatHasStoppedIsNotWaitedFor(Rules.Fencing fencing) {
        Candidate ended = pod("a").life(Life.ENDED).stopped().routed(4).build();
        Candidate stopped = pod("a").life(Life.TERMINATING).stopped().routed(4).build();

        for (World world : List.of(
                fencing(fencing, ended, HEIR),
                fencing(fencing, stopped, HEIR),
                fencing(fencing, HEIR).gone(A).stopped(A))) {
            assertThat(world.plan().transition())
                    .map(Transition::reason)
                    .hasValueSatisfying(reason -> assertThat(reason)
                            .isIn(Reason.LEADER_ENDED, Reason.LEADER_TERMINATING, Reason.LEADER_GONE));
        }
    }

    @Test
    void aRecoveredLeaderGetsItsLabelBackFromWhoTookIt() {
        Candidate leader = pod("a").mark(Mark.Origin.THIS_ELECTION, 4).build();
        World world = fencing(Rules.Fencing.AWAIT_LEASE_EXPIRY, leader, HEIR);

        assertSteps(
                world.fenced(new Fenced("lease-uid", 4, Set.of(A), false)).plan(),
                Situation.LED,
                renew(A, 4, false),
                promote(leader, 4, false));
    }

    @Test
    void whoSeesALeaderFencedByAnotherWaitsUntilNobodyCanBeAtItAnyMore() {
        Candidate leader = pod("a").mark(Mark.Origin.THIS_ELECTION, 4).build();
        World world = fencing(Rules.Fencing.AWAIT_LEASE_EXPIRY, leader, HEIR);

        assertIdle(world.plan(), Situation.FENCING, World.LAPSE);
        assertSteps(world.lapse(Duration.ZERO).plan(), Situation.LED, renew(A, 4, false), promote(leader, 4, false));
    }

    @Test
    void deletingTakesTheLabelThenDeletesThenWaitsUntilThePodIsGone() {
        Candidate leader = pod("a").notReady().routed(4).build();
        Candidate going = pod("a").life(Life.TERMINATING)
                .mark(Mark.Origin.THIS_ELECTION, 4)
                .build();

        assertSteps(
                fencing(Rules.Fencing.DELETE_POD, leader, HEIR).plan(),
                Situation.FENCING,
                new Step.Withdraw(leader, "lease-uid", 4),
                new Step.DeletePod(leader));
        assertIdle(
                fencing(Rules.Fencing.DELETE_POD, going, HEIR)
                        .lapse(Duration.ZERO)
                        .plan(),
                Situation.FENCING,
                NEVER);
    }

    private static Stream<Arguments> othersToClear() {
        Candidate leader = pod("a").notReady().routed(4).build();
        Candidate stray = pod("c").role(Role.LEADER).build();
        World world = World.of(leader, HEIR, stray).fencing(Rules.Fencing.AWAIT_LEASE_EXPIRY);
        return Stream.of(
                Arguments.of(world.claimedBy(A, 4).observe(), new Step.Strip(List.of(stray))),
                Arguments.of(world.claimedBy(A, 4, C).observe(), new Step.Demote(C, 4)),
                Arguments.of(world.claimedWithMarkerBy(A, 4).observe(), new Step.DemoteEveryone(A, 4)));
    }

    @ParameterizedTest
    @MethodSource("othersToClear")
    void whileALeaderIsFencedWhoeverElseIsRoutedToLosesTheLabel(Observation o, Step clears) {
        Candidate leader = o.pod(A).orElseThrow();

        assertSteps(ElectionPlanner.plan(o), Situation.FENCING, new Step.Withdraw(leader, "lease-uid", 4), clears);
    }

    @Test
    void aPodRemovedByForceIsToldAsUnfenced() {
        assertThat(fencing(Rules.Fencing.DELETE_POD, HEIR).gone(A).plan().transition())
                .contains(new Transition(Optional.of(A), B, 5, Reason.LEADER_UNFENCED));
        assertIdle(fencing(Rules.Fencing.AWAIT_LEASE_EXPIRY, HEIR).gone(A).plan(), Situation.FENCING, World.LAPSE);
    }

    @Test
    void aFencedLeaderWithoutAnHeirIsLeftInPeace() {
        Candidate leader = pod("a").notReady().routed(4).build();

        assertSteps(fencing(Rules.Fencing.DELETE_POD, leader).plan(), Situation.LED, renew(A, 4, false));
    }

    @Test
    void withoutALeaseToTellWhoMayHaveLedIsFenced() {
        Candidate leader = pod("a").notReady().routed(4).build();
        World world = World.of(leader, HEIR).unclaimed(0).lastLeader(A);

        assertSteps(
                world.fencing(Rules.Fencing.AWAIT_LEASE_EXPIRY).plan(),
                Situation.FENCING,
                new Step.Strip(List.of(leader)));
        assertSteps(
                world.fencing(Rules.Fencing.DELETE_POD).plan(),
                Situation.FENCING,
                new Step.Strip(List.of(leader)),
                new Step.DeletePod(leader));
        assertThat(world.fencing(Rules.Fencing.AWAIT_LEASE_EXPIRY)
                        .lapse(Duration.ZERO)
                        .plan()
                        .transition())
                .map(Transition::to)
                .contains(B);
    }

    @Test
    void withoutALeaseEverybodyWhoMayHaveLedIsDeleted() {
        Candidate named = pod("a").notReady().build();
        Candidate labelled = pod("c").notReady().routed(4).build();

        assertSteps(
                World.of(named, HEIR, labelled)
                        .unclaimed(0)
                        .lastLeader(A)
                        .fencing(Rules.Fencing.DELETE_POD)
                        .plan(),
                Situation.FENCING,
                new Step.Strip(List.of(labelled)),
                new Step.DeletePod(named),
                new Step.DeletePod(labelled));
    }

    @Test
    void withoutALeaseTheStatusIsNoProofThatNobodyHasLedSince() {
        World world = World.of(HEIR).unclaimed(0).lastLeader(B);

        assertIdle(world.fencing(Rules.Fencing.AWAIT_LEASE_EXPIRY).plan(), Situation.FENCING, World.LAPSE);
        assertThat(world.fencing(Rules.Fencing.DELETE_POD).plan().transition())
                .contains(new Transition(Optional.of(B), B, 17, Reason.LEASE_RESTORED));
    }

    @Test
    void withoutALeaseALostLeaderThatNobodySeesIsWaitedForAndCannotBeDeleted() {
        World world = World.of(HEIR).unclaimed(0).lastLeader(A);

        assertIdle(world.fencing(Rules.Fencing.AWAIT_LEASE_EXPIRY).plan(), Situation.FENCING, World.LAPSE);
        assertThat(world.fencing(Rules.Fencing.DELETE_POD).plan().transition())
                .contains(new Transition(Optional.of(A), B, 17, Reason.LEADER_GONE));
    }

    @Test
    void withoutALeaseAUsersLabelIsNoProofThatNobodyElseRuns() {
        Candidate labelledByHand =
                pod("b").role(Role.LEADER).mark(Mark.Origin.THIS_ELECTION, 3).build();

        assertSteps(
                World.of(labelledByHand)
                        .unclaimed(0)
                        .fencing(Rules.Fencing.AWAIT_LEASE_EXPIRY)
                        .plan(),
                Situation.FENCING,
                new Step.Strip(List.of(labelledByHand)));
        assertThat(World.of(leading("b", 3))
                        .unclaimed(0)
                        .fencing(Rules.Fencing.AWAIT_LEASE_EXPIRY)
                        .plan()
                        .transition())
                .map(Transition::reason)
                .contains(Reason.LEASE_RESTORED);
    }

    @Test
    void withoutALeaseALabelThatTellsNoTermIsNoProofEither() {
        Candidate labelledByHand = pod("b").role(Role.LEADER).build();

        assertSteps(
                World.of(labelledByHand)
                        .unclaimed(0)
                        .fencing(Rules.Fencing.AWAIT_LEASE_EXPIRY)
                        .plan(),
                Situation.FENCING,
                new Step.Strip(List.of(labelledByHand)));
    }

    @Test
    void theFirstLeaderIsPromotedAtOnceWhateverTheFencing() {
        for (Rules.Fencing fencing : Rules.Fencing.values()) {
            assertThat(World.of(HEIR)
                            .unclaimed(0)
                            .reserved(0)
                            .fencing(fencing)
                            .plan()
                            .transition())
                    .map(Transition::to)
                    .contains(B);
        }
    }
}
