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

import dev.leaderelection.election.Candidate.Contact;
import dev.leaderelection.election.Candidate.Life;
import dev.leaderelection.election.Candidate.Mark;
import dev.leaderelection.election.Candidate.Role;
import dev.leaderelection.election.Candidate.Standing;
import dev.leaderelection.election.Plan.Situation;
import dev.leaderelection.election.Plan.Transition;
import dev.leaderelection.election.Strategy.OrdinalOrder;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole step sequences: given an observation, exactly these steps. */
class ElectionPlannerTest {

    private static final PodIdentity A = id("a");
    private static final PodIdentity B = id("b");
    private static final PodIdentity C = id("c");
    private static final Candidate HEIR = healthy("b");
    private static final Duration NEVER = Duration.ofDays(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    // How an election begins.

    @Test
    void holdsItsFinalizerBeforeItWritesAnythingElse() {
        assertSteps(World.of(HEIR).notHeld().reserved(0).plan(), Situation.VACANT, new Step.HoldFinalizer());
    }

    @Test
    void createsTheLeaseEmptyBeforeAnybodyClaimsIt() {
        assertSteps(World.of(HEIR).reserved(0).plan(), Situation.VACANT, new Step.CreateLease());
    }

    @Test
    void createsNoLeaseWhileNobodyCanLead() {
        assertIdle(World.of(pod("b").notReady().build()).plan(), Situation.VACANT, NEVER);
        assertIdle(World.of().plan(), Situation.VACANT, NEVER);
    }

    @Test
    void reservesClaimsFencesEveryoneAndPromotesUnderAnEmptyLease() {
        Plan plan = World.of(HEIR).unclaimed(0).reserved(0).plan();

        assertSteps(
                plan,
                Situation.LED,
                new Step.Reserve(17),
                claim(B, 1, true, true),
                new Step.DemoteEveryone(B, 1),
                promote(HEIR, 1, true));
        assertThat(plan.transition()).contains(new Transition(Optional.empty(), B, 1, Reason.SEAT_VACANT));
    }

    @Test
    void claimsAboveEveryTermThatWasReservedWhenNoLeaseTells() {
        assertSteps(
                World.of(HEIR).unclaimed(3).reserved(16).highest(5).plan(),
                Situation.LED,
                new Step.Reserve(33),
                claim(B, 17, true, true),
                new Step.DemoteEveryone(B, 17),
                promote(HEIR, 17, true));
    }

    @Test
    void claimsAboveTheMinimumTerm() {
        assertThat(World.of(HEIR)
                        .unclaimed(0)
                        .reserved(0)
                        .minimumTerm(1000)
                        .plan()
                        .steps())
                .startsWith(new Step.Reserve(1017), claim(B, 1001, true, true));
        assertThat(World.of(HEIR)
                        .claimedBy(A, 4)
                        .gone(A)
                        .minimumTerm(1000)
                        .plan()
                        .steps())
                .startsWith(new Step.Reserve(1017), claim(B, 1001, false, true));
    }

    // Who stays.

    @Test
    void writesNothingInTheSteadyState() {
        assertIdle(World.of(leading("a", 4), HEIR).claimedBy(A, 4).plan(), Situation.LED, World.RENEWAL_DUE);
    }

    @Test
    void renewsWhenItIsDue() {
        assertSteps(
                World.of(leading("a", 4), HEIR)
                        .claimedBy(A, 4)
                        .renewal(Duration.ZERO, false)
                        .plan(),
                Situation.LED,
                renew(A, 4, false));
    }

    @Test
    void renewsAHealthyLeaderUnderItsTermHoweverLongTheOutage() {
        assertSteps(
                World.of(leading("a", 4), HEIR)
                        .claimedBy(A, 4)
                        .renewal(Duration.ZERO, true)
                        .plan(),
                Situation.LED,
                renew(A, 4, false));
    }

    @Test
    void aLeaderWithAMalformedAnnotationKeepsItsSeatAndItsLabel() {
        Candidate leader = pod("a").standing(Standing.MALFORMED).routed(4).build();

        assertIdle(World.of(leader, HEIR).claimedBy(A, 4).plan(), Situation.LED, World.RENEWAL_DUE);
    }

    @Test
    void anUnhealthyLeaderWithoutAnHeirKeepsLabelAndLease() {
        Candidate leader = pod("a").notReady().routed(4).build();
        Candidate unfit = pod("b").notReady().build();

        assertSteps(
                World.of(leader, unfit)
                        .claimedBy(A, 4)
                        .renewal(Duration.ZERO, false)
                        .plan(),
                Situation.LED,
                renew(A, 4, false));
    }

    @Test
    void anExpiredLeaseOfAnUnhealthyLeaderIsNotRenewed() {
        Candidate leader = pod("a").notReady().routed(4).build();

        assertIdle(World.of(leader).claimedBy(A, 4).renewal(Duration.ZERO, true).plan(), Situation.LAPSING, NEVER);
    }

    @Test
    void aLeaseOfAPodThatIsGoneIsNotRenewed() {
        assertIdle(
                World.of().claimedBy(A, 4).gone(A).renewal(Duration.ZERO, false).plan(), Situation.VACANT, NEVER);
    }

    @Test
    void aLeaseOfAPodThatHasEndedIsNotRenewed() {
        Candidate leader = pod("a").life(Life.ENDED).routed(4).build();

        assertIdle(
                World.of(leader).claimedBy(A, 4).renewal(Duration.ZERO, false).plan(), Situation.LAPSING, NEVER);
    }

    @Test
    void aStickyStrategyIgnoresABetterCandidate() {
        Candidate better = pod("b").priority(9).build();

        assertIdle(World.of(leading("a", 4), better).claimedBy(A, 4).plan(), Situation.LED, World.RENEWAL_DUE);
    }

    @Test
    void ringWithASoleCandidateStaysInTheSameTerm() {
        assertIdle(World.of(leading("a", 4)).claimedBy(A, 4).strategy(ring()).plan(), Situation.LED, World.RENEWAL_DUE);
    }

    @Test
    void ringWithASoleCandidateHasNoEndOfTheTermToLookAt() {
        assertIdle(
                World.of(leading("a", 4))
                        .claimedBy(A, 4)
                        .strategy(ring())
                        .ledFor(MINUTE.minusSeconds(5))
                        .plan(),
                Situation.LED,
                World.RENEWAL_DUE);
    }

    // Who is replaced, and when.

    private static Strategy bully() {
        return new Strategy.Bully(OrdinalOrder.HIGHEST, Duration.ofSeconds(30));
    }

    private static Strategy ring() {
        return new Strategy.Ring(OrdinalOrder.HIGHEST, MINUTE);
    }

    static Stream<Arguments> replacedAtOnce() {
        return Stream.of(
                Arguments.of(pod("a").life(Life.ENDED).routed(4).build(), Reason.LEADER_ENDED),
                Arguments.of(pod("a").life(Life.TERMINATING).routed(4).build(), Reason.LEADER_TERMINATING),
                Arguments.of(pod("a").standing(Standing.EXCLUDED).routed(4).build(), Reason.LEADER_EXCLUDED),
                Arguments.of(pod("a").unselected().routed(4).build(), Reason.LEADER_NOT_SELECTED),
                Arguments.of(pod("a").notReady().routed(4).build(), Reason.LEADER_NOT_READY));
    }

    @ParameterizedTest
    @MethodSource("replacedAtOnce")
    void demotesOldLeaderBeforePromotingHeir(Candidate leader, Reason reason) {
        Plan plan = World.of(leader, HEIR).claimedBy(A, 4).plan();

        assertSteps(plan, Situation.LED, claim(B, 5, false, true, A), new Step.Demote(A, 5), promote(HEIR, 5, false));
        assertThat(plan.transition()).contains(new Transition(Optional.of(A), B, 5, reason));
        assertThat(plan.nextLook()).isZero();
    }

    @ParameterizedTest
    @MethodSource("replacedAtOnce")
    void anUnfitLeaderStaysWhileThereIsNoHeir(Candidate leader, Reason reason) {
        Plan plan = World.of(leader).claimedBy(A, 4).plan();

        assertThat(plan.situation()).isEqualTo(reason == Reason.LEADER_ENDED ? Situation.LAPSING : Situation.LED);
        assertThat(plan.steps()).as("with %s", reason).isEmpty();
        assertThat(plan.transition()).isEmpty();
    }

    @Test
    void aPodThatDidNotAnswerLastIsNoHeirWhileAnotherOneAnswers() {
        Candidate lost = pod("a").contact(Contact.PROBE_FAILED).routed(4).build();
        Candidate lostWithIt = pod("b").priority(9).contact(Contact.SUSPECT).build();

        assertThat(World.of(lost, lostWithIt, healthy("c"))
                        .claimedBy(A, 4)
                        .plan()
                        .transition())
                .contains(new Transition(Optional.of(A), C, 5, Reason.LEADER_PROBE_FAILED));
        assertThat(World.of(lost, lostWithIt).claimedBy(A, 4).plan().transition())
                .map(Transition::to)
                .contains(B);
    }

    @Test
    void aHealthyLeaderMakesNoRoomForAPodThatDidNotAnswerLast() {
        Candidate better = pod("b").priority(9).contact(Contact.SUSPECT).build();

        assertIdle(
                World.of(leading("a", 4), better)
                        .claimedBy(A, 4)
                        .strategy(bully())
                        .steadyFor(B, MINUTE)
                        .plan(),
                Situation.LED,
                World.RENEWAL_DUE);
    }

    @Test
    void aLeaderThatDidNotAnswerLastKeepsItsSeat() {
        Candidate leader = pod("a").contact(Contact.SUSPECT).routed(4).build();

        assertIdle(World.of(leader, HEIR).claimedBy(A, 4).plan(), Situation.LED, World.RENEWAL_DUE);
    }

    @Test
    void aLeaderThatALiveReadSaidIsGoneNeedsNoDemotion() {
        Plan plan = World.of(HEIR).claimedBy(A, 4).gone(A).plan();

        assertSteps(plan, Situation.LED, claim(B, 5, false, true), promote(HEIR, 5, false));
        assertThat(plan.transition()).contains(new Transition(Optional.of(A), B, 5, Reason.LEADER_GONE));
    }

    @Test
    void aLeaderThatIsOnlyMissingFromTheCacheIsFenced() {
        assertSteps(
                World.of(HEIR).claimedBy(A, 4).plan(),
                Situation.LED,
                claim(B, 5, false, true, A),
                new Step.Demote(A, 5),
                promote(HEIR, 5, false));
    }

    @Test
    void anotherPodOfTheSameNameIsAnotherCandidate() {
        Candidate reborn = pod("a").uid("reborn").build();

        Plan plan = World.of(reborn).claimedBy(A, 4).plan();

        assertSteps(
                plan,
                Situation.LED,
                claim(reborn.id(), 5, false, true, A),
                new Step.Demote(A, 5),
                promote(reborn, 5, false));
        assertThat(plan.transition()).contains(new Transition(Optional.of(A), reborn.id(), 5, Reason.LEADER_GONE));
    }

    @Test
    void aLeaderThatIsNotReadyHasItsGrace() {
        World world = World.of(pod("a").notReady().routed(4).build(), HEIR)
                .claimedBy(A, 4)
                .notReadyGrace(Duration.ofSeconds(8));

        assertIdle(world.steadyFor(A, Duration.ofSeconds(5)).plan(), Situation.LED, Duration.ofSeconds(3));
        assertThat(world.steadyFor(A, Duration.ofSeconds(8)).plan().transition().map(Transition::reason))
                .contains(Reason.LEADER_NOT_READY);
    }

    @Test
    void bullyTakesOverOnceItIsStable() {
        Candidate better = pod("b").priority(1).build();
        World world = World.of(leading("a", 4), better).claimedBy(A, 4).strategy(bully());

        assertIdle(world.steadyFor(B, Duration.ofSeconds(28)).plan(), Situation.LED, Duration.ofSeconds(2));

        Plan plan = world.steadyFor(B, Duration.ofSeconds(30)).plan();
        assertSteps(
                plan,
                Situation.LED,
                new Step.Confirm(better),
                claim(B, 5, false, true, A),
                new Step.Demote(A, 5),
                promote(better, 5, false));
        assertThat(plan.transition()).contains(new Transition(Optional.of(A), B, 5, Reason.HIGHER_RANK));
    }

    @Test
    void ringPassesTheDutyOnWhenTheTermEnds() {
        World world = World.of(leading("a", 4), HEIR).claimedBy(A, 4).strategy(ring());

        assertIdle(world.ledFor(Duration.ofSeconds(55)).plan(), Situation.LED, Duration.ofSeconds(5));
        assertThat(world.ledFor(MINUTE).plan().transition())
                .contains(new Transition(Optional.of(A), B, 5, Reason.TERM_ENDED));
    }

    static Stream<Arguments> heldByTheInterval() {
        return Stream.of(
                Arguments.of(pod("a").notReady().routed(4).build(), bully()),
                Arguments.of(pod("a").unselected().routed(4).build(), bully()),
                Arguments.of(pod("a").standing(Standing.EXCLUDED).routed(4).build(), bully()),
                Arguments.of(leading("a", 4), new Strategy.Bully(OrdinalOrder.HIGHEST, Duration.ZERO)),
                Arguments.of(leading("a", 4), new Strategy.Ring(OrdinalOrder.HIGHEST, Duration.ofSeconds(1))));
    }

    @ParameterizedTest
    @MethodSource("heldByTheInterval")
    void nobodySwitchesWithinTheMinimumInterval(Candidate leader, Strategy strategy) {
        Candidate better = pod("b").priority(1).build();
        World world =
                World.of(leader, better).claimedBy(A, 4).strategy(strategy).minInterval(MINUTE);

        assertIdle(world.ledFor(Duration.ofSeconds(57)).plan(), Situation.LED, Duration.ofSeconds(3));
        assertThat(world.ledFor(MINUTE).plan().transition()).isPresent();
    }

    @Test
    void aVanishedOrEndingLeaderIsExemptFromTheMinimumInterval() {
        for (Life life : List.of(Life.ENDED, Life.TERMINATING)) {
            assertThat(World.of(pod("a").life(life).routed(4).build(), HEIR)
                            .claimedBy(A, 4)
                            .minInterval(MINUTE)
                            .ledFor(Duration.ZERO)
                            .plan()
                            .transition())
                    .isPresent();
        }
        assertThat(World.of(HEIR)
                        .claimedBy(A, 4)
                        .minInterval(MINUTE)
                        .ledFor(Duration.ZERO)
                        .plan()
                        .transition())
                .isPresent();
    }

    // The terms.

    @Test
    void claimsTheLastReservedTermWithoutReservingMore() {
        assertSteps(
                World.of(HEIR).claimedBy(A, 15).gone(A).plan(),
                Situation.LED,
                claim(B, 16, false, true),
                promote(HEIR, 16, false));
    }

    @Test
    void reservesFurtherTermsWhenTheReservedOnesAreUsedUp() {
        assertSteps(
                World.of(HEIR).claimedBy(A, 16).gone(A).plan(),
                Situation.LED,
                new Step.Reserve(33),
                claim(B, 17, false, true),
                promote(HEIR, 17, false));
    }

    @Test
    void claimsAboveTheHighestTermThatWasSeenEvenIfTheLeaseIsBehind() {
        assertThat(World.of(HEIR).claimedBy(A, 4).highest(9).gone(A).plan().steps())
                .startsWith(claim(B, 10, false, true));
    }

    @Test
    void aRaisedMinimumTermGivesTheLeaderANewTermAndNoSwitch() {
        Candidate leader = leading("a", 4);
        Plan plan = World.of(leader, HEIR).claimedBy(A, 4).minimumTerm(10).plan();

        // The holder's term and mark are renewed; it never loses the label, for it is never demoted.
        assertThat(plan.steps()).containsExactly(claim(A, 11, false, false), promote(leader, 11, false));
        assertThat(plan.transition()).contains(new Transition(Optional.of(A), A, 11, Reason.MINIMUM_TERM_RAISED));
        assertThat(plan.transition().orElseThrow().isSwitch()).isFalse();
    }

    @Test
    void everyTermIsGreaterThanTheMinimumTerm() {
        Candidate leader = leading("a", 4);
        World world = World.of(leader).claimedBy(A, 4);

        assertIdle(world.minimumTerm(3).plan(), Situation.LED, World.RENEWAL_DUE);
        assertSteps(world.minimumTerm(4).plan(), Situation.LED, claim(A, 5, false, false), promote(leader, 5, false));
    }

    @Test
    void aRaisedMinimumTermWaitsForAHealthyLeader() {
        Candidate leader = pod("a").notReady().routed(4).build();

        assertThat(World.of(leader).claimedBy(A, 4).minimumTerm(10).plan().steps())
                .isEmpty();
    }

    // What was begun is finished.

    @Test
    void finishesTheFencingOfTheRecordedSetBeforePromoting() {
        assertSteps(
                World.of(leading("a", 3), HEIR).claimedBy(B, 4, A, C).plan(),
                Situation.LED,
                new Step.Demote(A, 4),
                new Step.Demote(C, 4),
                promote(HEIR, 4, false));
    }

    @Test
    void finishesTheFencingOfEveryoneWhileTheMarkerStands() {
        assertSteps(
                World.of(HEIR).claimedWithMarkerBy(B, 4).plan(),
                Situation.LED,
                new Step.DemoteEveryone(B, 4),
                promote(HEIR, 4, true));
    }

    @Test
    void carriesTheRecordedSetAndTheMarkerIntoTheNextTerm() {
        assertSteps(
                World.of(healthy("c")).claimedWithMarkerBy(B, 4, A).plan(),
                Situation.LED,
                claim(C, 5, true, true, A, B),
                new Step.Demote(A, 5),
                new Step.Demote(B, 5),
                new Step.DemoteEveryone(C, 5),
                promote(healthy("c"), 5, true));
    }

    @Test
    void whatIsFencedIsNotFencedAgainAndTheNextRenewalDropsIt() {
        World world = World.of(leading("b", 4))
                .claimedWithMarkerBy(B, 4, A)
                .fenced(new Fenced("lease-uid", 4, Set.of(A), true));

        assertIdle(world.plan(), Situation.LED, World.RENEWAL_DUE);
        assertSteps(world.renewal(Duration.ZERO, false).plan(), Situation.LED, renew(B, 4, false));
    }

    @Test
    void whatWasFencedUnderAnotherLeaseOrTermIsFencedAgain() {
        for (Fenced other :
                List.of(new Fenced("other-lease", 4, Set.of(A), true), new Fenced("lease-uid", 3, Set.of(A), true))) {
            assertThat(World.of(leading("b", 4))
                            .claimedBy(B, 4, A)
                            .fenced(other)
                            .plan()
                            .steps())
                    .containsExactly(new Step.Demote(A, 4));
        }
    }

    @Test
    void aHolderThatNeverGotItsLabelGetsIt() {
        assertSteps(World.of(HEIR).claimedBy(B, 4).plan(), Situation.LED, promote(HEIR, 4, false));
    }

    @Test
    void aLeaderWhoseLabelOrTermWasRemovedGetsItBack() {
        Candidate stale = leading("b", 3);

        assertSteps(World.of(stale).claimedBy(B, 4).plan(), Situation.LED, promote(stale, 4, false));
        Candidate bare =
                pod("b").mark(Mark.Origin.THIS_ELECTION, 4).labelTerm(4).build();
        assertSteps(World.of(bare).claimedBy(B, 4).plan(), Situation.LED, promote(bare, 4, false));
    }

    @Test
    void aLeaderWhoseLabelIsAnEarlierElectionsOfTheSameTermGetsThisOnes() {
        Candidate labelledBefore =
                pod("b").routed(4).mark(Mark.Origin.ANOTHER_ELECTION, 0).build();

        assertSteps(World.of(labelledBefore).claimedBy(B, 4).plan(), Situation.LED, promote(labelledBefore, 4, false));
    }

    @Test
    void anUnhealthyHolderWithoutALabelIsNotPromoted() {
        assertThat(World.of(pod("b").notReady().build()).claimedBy(B, 4).plan().steps())
                .isEmpty();
    }

    // Strays and followers.

    @Test
    void stripsWhoeverElseIsRoutedTo() {
        Candidate stray = pod("c").role(Role.LEADER).build();
        Candidate leftover = pod("d").labelTerm(2).build();

        assertSteps(
                World.of(leading("a", 4), HEIR, stray, leftover).claimedBy(A, 4).plan(),
                Situation.LED,
                new Step.Strip(List.of(stray, leftover)));
    }

    @Test
    void stripsBeforeItPromotes() {
        Candidate stray = pod("c").role(Role.LEADER).build();

        assertSteps(
                World.of(healthy("a"), stray).claimedBy(A, 4).plan(),
                Situation.LED,
                new Step.Strip(List.of(stray)),
                promote(healthy("a"), 4, false));
    }

    @Test
    void fencesAStrayWithTheTransition() {
        Candidate stray = pod("c").role(Role.LEADER).notReady().build();

        assertSteps(
                World.of(HEIR, stray).claimedBy(A, 4).gone(A).plan(),
                Situation.LED,
                claim(B, 5, false, true, C),
                new Step.Demote(C, 5),
                promote(HEIR, 5, false));
    }

    @Test
    void leavesAStrayToTheFencingWhileThatIsNotDone() {
        Candidate stray = pod("c").role(Role.LEADER).build();

        assertThat(World.of(leading("a", 4), stray).claimedBy(A, 4, C).plan().steps())
                .containsExactly(new Step.Demote(C, 4));
        assertThat(World.of(leading("a", 4), stray)
                        .claimedWithMarkerBy(A, 4)
                        .plan()
                        .steps())
                .containsExactly(new Step.DemoteEveryone(A, 4));
    }

    @Test
    void labelsFollowersThatAreSelectedAndAlive() {
        Candidate follower = pod("c").role(Role.FOLLOWER).build();
        Candidate ending = pod("d").life(Life.TERMINATING).build();
        Candidate starting = pod("e").life(Life.PENDING).build();

        assertThat(World.of(leading("a", 4), HEIR, follower, ending, starting)
                        .claimedBy(A, 4)
                        .labelsFollowers()
                        .plan()
                        .steps())
                .containsExactly(new Step.Strip(List.of(HEIR, starting)));
    }

    @Test
    void takesTheFollowersLabelOffAPodThatIsNoLongerSelected() {
        Candidate former = pod("c").unselected()
                .role(Role.FOLLOWER)
                .mark(Mark.Origin.THIS_ELECTION, 3)
                .build();
        Candidate somebodyElses = pod("d").unselected().role(Role.FOLLOWER).build();

        assertThat(World.of(leading("a", 4), former, somebodyElses)
                        .claimedBy(A, 4)
                        .labelsFollowers()
                        .plan()
                        .steps())
                .containsExactly(new Step.Strip(List.of(former)));
    }

    @Test
    void aLabelThatMeansNothingIsLeftAloneWithoutFollowers() {
        assertIdle(
                World.of(leading("a", 4), pod("c").role(Role.OTHER).build())
                        .claimedBy(A, 4)
                        .plan(),
                Situation.LED,
                World.RENEWAL_DUE);
    }

    // The Lease lost, edited, or not ours.

    @Test
    void aForeignLeaseIsLeftAlone() {
        assertIdle(World.of(HEIR).lease(new LeaseState.Foreign("somebody")).plan(), Situation.LEASE_TAKEN, NEVER);
    }

    @Test
    void aForeignLeaseIsNoReasonToHoldAFinalizer() {
        assertIdle(
                World.of(HEIR)
                        .notHeld()
                        .lease(new LeaseState.Foreign("somebody"))
                        .plan(),
                Situation.LEASE_TAKEN,
                NEVER);
    }

    @Test
    void anUntrackedLeaseIsMadeAnew() {
        assertSteps(
                World.of(leading("a", 4))
                        .lease(new LeaseState.Untracked(World.COPY))
                        .plan(),
                Situation.VACANT,
                new Step.DiscardLease(World.COPY));
    }

    @Test
    void aLeaderWhoseLeaseWasDeletedStaysAndOneIsCreated() {
        assertSteps(
                World.of(leading("a", 4), HEIR).highest(4).lastLeader(A).plan(),
                Situation.VACANT,
                new Step.CreateLease());
    }

    @Test
    void aHealthyLeaderIsClaimedForAgainAndNeverDemoted() {
        Candidate leader = leading("a", 4);
        Plan plan = World.of(leader, pod("b").priority(9).build())
                .unclaimed(4)
                .highest(4)
                .lastLeader(A)
                .plan();

        assertSteps(
                plan,
                Situation.LED,
                new Step.Reserve(33),
                claim(A, 17, true, false),
                new Step.DemoteEveryone(A, 17),
                promote(leader, 17, true));
        assertThat(plan.transition()).contains(new Transition(Optional.of(A), A, 17, Reason.LEASE_RESTORED));
    }

    @Test
    void theNewestOfSeveralLabelledPodsIsTheIncumbent() {
        Candidate former = leading("a", 3);
        Candidate latest = leading("b", 4);

        assertThat(World.of(former, latest).unclaimed(0).plan().transition().map(Transition::to))
                .contains(B);
    }

    @Test
    void aPodThatWasFencedAndThenLabelledByHandIsNotTakenForTheLeader() {
        Candidate leader = leading("a", 3);
        Candidate labelled = pod("b").role(Role.LEADER)
                .mark(Mark.Origin.THIS_ELECTION, 4)
                .priority(9)
                .build();

        assertThat(World.of(leader, labelled).unclaimed(0).plan().transition().map(Transition::to))
                .contains(A);
    }

    @Test
    void aLabelWithoutOurMarkMakesNoIncumbent() {
        Candidate stray = pod("a").role(Role.LEADER).priority(-1).build();

        assertThat(World.of(stray, HEIR).unclaimed(0).plan().transition())
                .contains(new Transition(Optional.empty(), B, 17, Reason.SEAT_VACANT));
    }

    @Test
    void whomTheStatusNamesIsTheIncumbentWhenNobodyIsLabelled() {
        Plan plan = World.of(healthy("a"), pod("b").priority(9).build())
                .unclaimed(0)
                .lastLeader(A)
                .plan();

        assertThat(plan.transition()).contains(new Transition(Optional.of(A), A, 17, Reason.LEASE_RESTORED));
    }

    @Test
    void aLeaderThatWentWithItsLeaseIsReplaced() {
        assertThat(World.of(HEIR).unclaimed(4).lastLeader(A).plan().transition())
                .contains(new Transition(Optional.of(A), B, 17, Reason.LEADER_GONE));
        assertThat(World.of(pod("a").life(Life.TERMINATING).routed(4).build(), HEIR)
                        .unclaimed(4)
                        .lastLeader(A)
                        .plan()
                        .transition())
                .contains(new Transition(Optional.of(A), B, 17, Reason.LEADER_TERMINATING));
    }

    @Test
    void anUnhealthyIncumbentWithoutALeaseIsClaimedForAndNotPromoted() {
        Candidate leader = pod("a").notReady().routed(4).build();

        assertThat(World.of(leader).unclaimed(4).plan().steps())
                .containsExactly(new Step.Reserve(33), claim(A, 17, true, false), new Step.DemoteEveryone(A, 17));
    }

    @Test
    void stripsStraysWhileNobodyCanLead() {
        Candidate stray = pod("a").role(Role.LEADER).notReady().build();

        assertSteps(World.of(stray).unclaimed(0).plan(), Situation.VACANT, new Step.Strip(List.of(stray)));
    }

    // Modes, obstacles, and the end.

    @Test
    void pausedTransfersNothingAndStillStripsAndRenews() {
        Candidate leader = pod("a").notReady().routed(4).build();
        Candidate stray = pod("c").role(Role.LEADER).build();

        assertSteps(
                World.of(leader, HEIR, stray)
                        .claimedBy(A, 4)
                        .mode(Rules.Mode.PAUSED)
                        .renewal(Duration.ZERO, false)
                        .plan(),
                Situation.LED,
                renew(A, 4, false),
                new Step.Strip(List.of(stray)));
    }

    @Test
    void pausedPromotesNobody() {
        assertIdle(World.of(HEIR).claimedBy(B, 4).mode(Rules.Mode.PAUSED).plan(), Situation.LED, World.RENEWAL_DUE);
        assertIdle(World.of(HEIR).mode(Rules.Mode.PAUSED).plan(), Situation.VACANT, NEVER);
        assertIdle(
                World.of(HEIR).claimedBy(A, 4).gone(A).mode(Rules.Mode.PAUSED).plan(), Situation.VACANT, NEVER);
    }

    @Test
    void pausedKeepsALabelledLeaderWhoseLeaseWasLost() {
        Candidate leader = leading("a", 4);

        assertThat(World.of(leader).unclaimed(4).mode(Rules.Mode.PAUSED).plan().steps())
                .containsExactly(
                        new Step.Reserve(33),
                        claim(A, 17, true, false),
                        new Step.DemoteEveryone(A, 17),
                        promote(leader, 17, true));
    }

    @Test
    void pausedIgnoresARaisedMinimumTerm() {
        assertThat(World.of(leading("a", 4))
                        .claimedBy(A, 4)
                        .minimumTerm(10)
                        .mode(Rules.Mode.PAUSED)
                        .plan()
                        .steps())
                .isEmpty();
    }

    @Test
    void observeSaysWhatItWouldDoAndWritesNothing() {
        Plan plan =
                World.of(HEIR).notHeld().reserved(0).mode(Rules.Mode.OBSERVE).plan();

        assertSteps(plan, Situation.OBSERVED);
        assertThat(plan.transition()).contains(new Transition(Optional.empty(), B, 1, Reason.SEAT_VACANT));
    }

    @Test
    void observeLetsItsFinalizerGo() {
        assertThat(World.of(leading("a", 4), HEIR)
                        .claimedBy(A, 4)
                        .mode(Rules.Mode.OBSERVE)
                        .plan()
                        .steps())
                .containsExactly(new Step.ReleaseFinalizer());
    }

    @Test
    void observeFollowsTheLeaderThatIsThere() {
        assertIdle(
                World.of(leading("a", 4), HEIR)
                        .notHeld()
                        .claimedBy(A, 4)
                        .mode(Rules.Mode.OBSERVE)
                        .plan(),
                Situation.OBSERVED,
                NEVER);
    }

    @Test
    void observeTakesWhoIsLabelledForTheLeaderWhenNothingElseTells() {
        assertIdle(
                World.of(HEIR, leading("c", 4))
                        .notHeld()
                        .mode(Rules.Mode.OBSERVE)
                        .plan(),
                Situation.OBSERVED,
                NEVER);
    }

    @Test
    void standsDownBeforeItWritesAnything() {
        for (Observation.Obstacle.Kind kind : Observation.Obstacle.Kind.values()) {
            assertIdle(World.of(HEIR).notHeld().obstacle(kind).plan(), Situation.STOOD_DOWN, Duration.ofSeconds(2));
        }
    }

    @Test
    void leavesAnElectionWhoseKeyItMayNotUseToTheOperatorThatKeepsItsLease() {
        World led = World.of(leading("a", 4), HEIR).claimedBy(A, 4).asked("b");

        assertIdle(
                led.obstacle(Observation.Obstacle.Kind.LABEL_KEY_NOT_ALLOWED).plan(),
                Situation.LEFT_TO_ANOTHER,
                Duration.ofSeconds(2));
        assertThat(led.renewal(Duration.ZERO, true).plan().situation()).isEqualTo(Situation.STOOD_DOWN);
        assertThat(World.of(leading("a", 4), HEIR)
                        .claimedBy(A, 4)
                        .obstacle(Observation.Obstacle.Kind.SELECTOR_OVERLAP)
                        .plan()
                        .situation())
                .isEqualTo(Situation.STOOD_DOWN);
    }

    @Test
    void closesTheLeaseBeforeItClearsThePodsAndDeletesIt() {
        LeaseState.Claimed claimed = World.claimed(A, 4, false, B);
        assertSteps(
                World.of(leading("a", 4)).deleting().lease(claimed).plan(),
                Situation.CLOSING,
                new Step.Close(World.COPY, claimed.lease().close()));

        LeaseState.Closed closed =
                new LeaseState.Closed(World.COPY, claimed.lease().close());
        assertSteps(
                World.of(leading("a", 4)).deleting().lease(closed).plan(),
                Situation.CLOSING,
                new Step.ClearEveryone(),
                new Step.DeleteLease(World.COPY));
    }

    @Test
    void clearsThePodsOfALostLeaseBeforeItLetsTheElectionGo() {
        assertSteps(World.of(leading("a", 4)).deleting().plan(), Situation.CLOSING, new Step.ClearEveryone());
        assertSteps(
                World.of(leading("a", 4)).deleting().cleared().plan(), Situation.CLOSING, new Step.ReleaseFinalizer());
    }

    @Test
    void closesALeaseThatSomebodyElseWroteAndDiscardsAnUntrackedOne() {
        assertSteps(
                World.of().deleting().unclaimed(4).plan(),
                Situation.CLOSING,
                new Step.Close(World.COPY, LeaseRecord.closedUnlike(4)));
        assertSteps(
                World.of()
                        .deleting()
                        .lease(new LeaseState.Untracked(World.COPY))
                        .plan(),
                Situation.CLOSING,
                new Step.DiscardLease(World.COPY));
    }

    @Test
    void neverDeletesAForeignLease() {
        World world = World.of(HEIR).deleting().lease(new LeaseState.Foreign("somebody"));

        assertSteps(world.reserved(0).plan(), Situation.CLOSING, new Step.ReleaseFinalizer());
        assertSteps(world.reserved(16).plan(), Situation.CLOSING, new Step.ClearEveryone());
        assertSteps(world.cleared().plan(), Situation.CLOSING, new Step.ReleaseFinalizer());
    }

    @Test
    void anElectionThatNeverClaimedATermLeavesAtOnce() {
        assertSteps(World.of(HEIR).deleting().reserved(0).plan(), Situation.CLOSING, new Step.ReleaseFinalizer());
        assertIdle(World.of(HEIR).deleting().notHeld().plan(), Situation.CLOSING, NEVER);
    }

    @Test
    void aLeaseThatNobodyEverClaimedGoesWithItsElection() {
        assertSteps(
                World.of(HEIR).deleting().reserved(0).unclaimed(0).plan(),
                Situation.CLOSING,
                new Step.ReleaseFinalizer());
    }

    @Test
    void anElectionWhoseStatusWasWipedIsClearedAllTheSame() {
        LeaseState.Closed closed = new LeaseState.Closed(World.COPY, LeaseRecord.closedUnlike(4));

        assertSteps(
                World.of(leading("a", 4)).deleting().reserved(0).lease(closed).plan(),
                Situation.CLOSING,
                new Step.ClearEveryone(),
                new Step.DeleteLease(World.COPY));
        assertSteps(
                World.of(leading("a", 4)).deleting().reserved(0).unclaimed(4).plan(),
                Situation.CLOSING,
                new Step.Close(World.COPY, LeaseRecord.closedUnlike(4)));
    }

    @Test
    void nobodyClaimsUnderAClosedLease() {
        LeaseState.Closed closed = new LeaseState.Closed(World.COPY, LeaseRecord.UNCLAIMED.close());

        assertIdle(World.of(HEIR).lease(closed).plan(), Situation.CLOSING, World.LAPSE);
    }

    @Test
    void aLeaseThatWasClosedAndLeftBehindIsDeletedOnceItsDurationHasPassed() {
        LeaseState.Closed closed = new LeaseState.Closed(World.COPY, LeaseRecord.UNCLAIMED.close());

        assertSteps(
                World.of(leading("a", 4)).lease(closed).lapse(Duration.ZERO).plan(),
                Situation.VACANT,
                new Step.DeleteLease(World.COPY));
    }

    @Test
    void anElectionThatIsLetGoIsLeftAsOneThatIsDeleted() {
        LeaseState.Claimed claimed = World.claimed(A, 4, false, B);
        for (World world : List.of(
                World.of(leading("a", 4), HEIR).lease(claimed),
                World.of(leading("a", 4))
                        .lease(new LeaseState.Closed(World.COPY, claimed.lease().close())),
                World.of(leading("a", 4)),
                World.of(HEIR).cleared(),
                World.of(HEIR).reserved(0),
                World.of(HEIR).obstacle(Observation.Obstacle.Kind.SELECTOR_OVERLAP))) {
            Plan let = world.mode(Rules.Mode.RELEASE).plan();

            assertThat(let.steps())
                    .isNotEmpty()
                    .isEqualTo(world.deleting().plan().steps());
        }
    }

    @Test
    void anElectionThatHasBeenLetGoIsLetAlone() {
        assertIdle(World.of(HEIR).notHeld().mode(Rules.Mode.RELEASE).plan(), Situation.RELEASED, NEVER);
    }

    @Test
    void whatAnotherOperatorTakesUpAgainOrAlwaysDidIsNotLetGo() {
        World led = World.of(leading("a", 4)).claimedBy(A, 4).mode(Rules.Mode.RELEASE);

        assertIdle(led.letGo().plan(), Situation.LEFT_TO_ANOTHER, NEVER);
        assertIdle(
                World.of(leading("a", 4))
                        .claimedBy(A, 4)
                        .mode(Rules.Mode.RELEASE)
                        .obstacle(Observation.Obstacle.Kind.LABEL_KEY_NOT_ALLOWED)
                        .plan(),
                Situation.LEFT_TO_ANOTHER,
                NEVER);
    }
}
