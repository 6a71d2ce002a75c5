package dev.leaderelection.election;

import static dev.leaderelection.election.PlannedSteps.assertSteps;
import static dev.leaderelection.election.PlannedSteps.claim;
import static dev.leaderelection.election.PlannedSteps.promote;
import static dev.leaderelection.election.PodFixture.healthy;
import static dev.leaderelection.election.PodFixture.id;
import static dev.leaderelection.election.PodFixture.leading;
import static dev.leaderelection.election.PodFixture.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.election.Candidate.Contact;
import dev.leaderelection.election.Candidate.Life;
import dev.leaderelection.election.Candidate.Standing;
import dev.leaderelection.election.Plan.Situation;
import dev.leaderelection.election.Plan.Transition;
import dev.leaderelection.election.Strategy.OrdinalOrder;
import dev.leaderelection.election.Transfer.Acceptance;
import dev.leaderelection.election.Transfer.Outcome;
import dev.leaderelection.election.Transfer.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of a transfer: a leads in term 4, b and c stand. */
class TransfersTest {

    private static final PodIdentity A = id("a");
    private static final PodIdentity B = id("b");
    private static final Candidate LEADER = leading("a", 4);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final OrdinalOrder HIGHEST = OrdinalOrder.HIGHEST;

    private static World world(Candidate... others) {
        return World.of(Stream.concat(Stream.of(LEADER), Stream.of(others)).toArray(Candidate[]::new))
                .claimedBy(A, 4);
    }

    private static Optional<Outcome> outcome(World world) {
        return world.plan().steps().stream()
                .filter(Step.AnswerTransfer.class::isInstance)
                .map(step -> ((Step.AnswerTransfer) step).outcome())
                .findFirst();
    }

    private static Outcome refusal(World world) {
        return outcome(world).orElseThrow();
    }

    @Test
    void isPromisedBeforeAnythingIsDoneAboutIt() {
        Plan plan = world(healthy("b")).asked("b").plan();

        assertThat(plan.steps())
                .containsExactly(new Step.AnswerTransfer(
                        World.transfer("b", Optional.empty()), new Outcome.Accepted("a", 4, "b")));
        assertThat(plan.transition()).isEmpty();
    }

    @Test
    void goesToNobodyWhoDidNotAnswerLastUnlessByName() {
        World world = world(pod("b").priority(9).contact(Contact.SUSPECT).build(), healthy("c"));

        assertThat(outcome(world.asked(""))).contains(new Outcome.Accepted("a", 4, "c"));
        assertThat(outcome(world.asked("b"))).contains(new Outcome.Accepted("a", 4, "b"));
    }

    @Test
    void promisedItGoesTheWayOfEveryTransition() {
        Plan plan = world(healthy("b"), healthy("c")).promised("a", 4, "c").plan();

        assertSteps(
                plan,
                Situation.LED,
                new Step.Confirm(healthy("c")),
                claim(id("c"), 5, false, true, A),
                new Step.Demote(A, 5),
                promote(healthy("c"), 5, false));
        assertThat(plan.transition()).contains(new Transition(Optional.of(A), id("c"), 5, Reason.LEADERSHIP_TRANSFER));
    }

    @Test
    void obeysNoneOfTheWaitsOfTheStrategy() {
        Plan plan = world(healthy("b"))
                .minInterval(Duration.ofHours(2))
                .ledFor(Duration.ofMinutes(1))
                .promised("a", 4, "b")
                .plan();

        assertThat(plan.transition()).isPresent();
    }

    @Test
    void obeysTheFenceInFull() {
        Plan plan = world(healthy("b"))
                .fencing(Rules.Fencing.AWAIT_LEASE_EXPIRY)
                .promised("a", 4, "b")
                .plan();

        assertSteps(plan, Situation.FENCING, new Step.Confirm(healthy("b")), new Step.Withdraw(LEADER, "lease-uid", 4));
        assertThat(plan.nextLook()).isEqualTo(World.LAPSE);
    }

    @Test
    void goesToTheTargetEvenIfTheLeaderIsLostMeanwhile() {
        Plan plan = World.of(healthy("b"), pod("c").priority(9).build())
                .claimedBy(A, 4)
                .gone(A)
                .promised("a", 4, "b")
                .plan();

        assertThat(plan.transition()).map(Transition::to).contains(B);
    }

    @Test
    void tellsThatNobodySawTheFormerLeaderEnd() {
        Plan plan = World.of(healthy("b"))
                .claimedBy(A, 4)
                .gone(A)
                .fencing(Rules.Fencing.DELETE_POD)
                .promised("a", 4, "b")
                .plan();

        assertThat(plan.transition()).map(Transition::reason).contains(Reason.LEADER_UNFENCED);
    }

    @Test
    void isDoneOnceTheTargetCarriesTheLabelInALaterTerm() {
        World moved = World.of(healthy("a"), leading("b", 5)).claimedBy(B, 5);

        assertThat(outcome(moved.promised("a", 4, "b"))).contains(new Outcome.Completed(5));
    }

    @Test
    void isNotDoneBeforeTheTargetCarriesTheLabel() {
        World claimed = World.of(healthy("a"), healthy("b")).claimedBy(B, 5, A);

        assertThat(outcome(claimed.promised("a", 4, "b"))).isEmpty();
    }

    @Test
    void isDoneThoughTheElectionWasPausedSinceOrItsTimeIsUp() {
        World moved = World.of(healthy("a"), leading("b", 5))
                .claimedBy(B, 5)
                .mode(Rules.Mode.PAUSED)
                .promised("a", 4, "b")
                .transferRest(Duration.ZERO);

        assertThat(outcome(moved)).contains(new Outcome.Completed(5));
    }

    @Test
    void movesLeadershipOutOfTheTermThatItWasPromisedInAndOfNoOther() {
        World restored =
                World.of(leading("a", 17), healthy("b")).claimedBy(A, 17).promised("a", 4, "b");

        assertThat(restored.plan().transition()).isEmpty();
        assertThat(refusal(restored)).extracting("refusal").isEqualTo(Refusal.OVERTAKEN);
    }

    @Test
    void waitsUntilAFailoverThatIsUnderWayIsOver() {
        World failing = World.of(pod("a").notReady().routed(4).build(), healthy("b"))
                .claimedBy(A, 4)
                .asked("b");

        assertThat(failing.plan().transition()).map(Transition::reason).contains(Reason.LEADER_NOT_READY);
        assertThat(outcome(failing)).isEmpty();
    }

    @Test
    void waitsUntilAFenceIsPassed() {
        World failing = World.of(pod("a").notReady().routed(4).build(), healthy("b"))
                .claimedBy(A, 4)
                .fencing(Rules.Fencing.AWAIT_LEASE_EXPIRY)
                .asked("b");

        assertThat(outcome(failing)).isEmpty();
    }

    @Test
    void isLookedAtAgainWhenItsTimeIsUp() {
        World waiting = World.of(healthy("a"), healthy("b")).claimedBy(B, 5, A).promised("a", 4, "b");

        assertThat(waiting.transferRest(Duration.ofSeconds(3)).plan().nextLook())
                .isLessThanOrEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void isCalledOffWhenItsTimeIsUp() {
        World late = world(healthy("b")).promised("a", 4, "b").transferRest(Duration.ZERO);

        assertThat(late.plan().transition()).isEmpty();
        assertThat(refusal(late)).extracting("refusal").isEqualTo(Refusal.TIMED_OUT);
    }

    // Long ago.

    @Test
    void whatWasAskedForLongBeforeItWasSeenIsRefusedThoughItsTimeHasNotRun() {
        World late = world(healthy("b")).asked("b").transferStale();

        assertThat(refusal(late)).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
            assertThat(failed.refusal()).isEqualTo(Refusal.TIMED_OUT);
            assertThat(failed.explanation()).contains("1970-01-01T00:00:00Z", "ask again");
        });
    }

    @Test
    void whatWasPromisedIsKeptHoweverLongAgoItWasAskedFor() {
        World promised = world(healthy("b")).promised("a", 4, "b").transferStale();

        assertThat(promised.plan().transition()).map(Transition::to).contains(B);
        assertThat(outcome(promised)).isEmpty();
    }

    // Fences, and the time that they take.

    private static World lapsing(Duration lapse, Duration rest) {
        return world(healthy("b"))
                .fencing(Rules.Fencing.AWAIT_LEASE_EXPIRY)
                .lapse(lapse)
                .asked("b")
                .transferRest(rest);
    }

    @Test
    void whatIsGivenUpBeforeTheLeaseHasLapsedIsRefusedAndTellsTheTimeThatItTakes() {
        for (World tooShort : List.of(
                lapsing(Duration.ofSeconds(22), Duration.ofSeconds(8)),
                lapsing(Duration.ofSeconds(22), Duration.ofSeconds(22)))) {
            Plan plan = tooShort.plan();

            assertThat(refusal(tooShort)).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
                assertThat(failed.refusal()).isEqualTo(Refusal.TIMEOUT_TOO_SHORT);
                assertThat(failed.explanation()).contains("in 22 s", "timeoutSeconds of 31 or more");
            });
            assertThat(plan.situation()).isEqualTo(Situation.LED);
            assertThat(plan.steps()).hasSize(1);
        }
    }

    @Test
    void whatOutlastsTheLeaseIsPromised() {
        assertThat(outcome(lapsing(Duration.ofSeconds(22), Duration.ofMillis(22_001))))
                .contains(new Outcome.Accepted("a", 4, "b"));
    }

    @Test
    void howLongTheLeaseLastsIsJudgedAfterTheRenewalThatPutsItOff() {
        World renewing = lapsing(Duration.ofSeconds(1), Duration.ofSeconds(8)).renewal(Duration.ZERO, false);

        assertThat(outcome(renewing)).isEmpty();
        assertThat(renewing.plan().steps()).hasSize(1).first().isInstanceOf(Step.Renew.class);
    }

    @Test
    void aLapseMattersToNoOtherFence() {
        World world = world(healthy("b")).lapse(MINUTE).asked("b").transferRest(Duration.ofSeconds(1));

        assertThat(outcome(world)).contains(new Outcome.Accepted("a", 4, "b"));
        assertThat(outcome(world.fencing(Rules.Fencing.DELETE_POD))).contains(new Outcome.Accepted("a", 4, "b"));
    }

    /** c would follow by the strategy. */
    private static World deleting(Candidate... left) {
        Candidate[] others = {healthy("b"), pod("c").priority(9).build()};
        return World.of(Stream.concat(Stream.of(left), Stream.of(others)).toArray(Candidate[]::new))
                .claimedBy(A, 4)
                .fencing(Rules.Fencing.DELETE_POD)
                .promised("a", 4, "b")
                .transferRest(Duration.ZERO);
    }

    @Test
    void whatHasCostTheLeaderItsPodIsKeptThoughItsTimeIsUp() {
        World going = deleting(pod("a").life(Life.TERMINATING).build());
        World gone = deleting().gone(A).stopped(A);

        assertThat(going.plan().situation()).isEqualTo(Situation.FENCING);
        assertThat(going.plan().nextLook()).isEqualTo(Seat.NEVER);
        assertThat(outcome(going)).isEmpty();
        assertThat(gone.plan().transition()).contains(new Transition(Optional.of(A), B, 5, Reason.LEADERSHIP_TRANSFER));
    }

    @Test
    void whatHasCostTheLeaderItsPodIsNotKeptForATargetThatMayNotLead() {
        World going = World.of(
                        pod("a").life(Life.TERMINATING).build(),
                        pod("b").notReady().build(),
                        healthy("c"))
                .claimedBy(A, 4)
                .fencing(Rules.Fencing.DELETE_POD)
                .promised("a", 4, "b")
                .transferRest(Duration.ZERO);

        assertThat(refusal(going)).extracting("refusal").isEqualTo(Refusal.TARGET_NOT_ELIGIBLE);
    }

    @Test
    void whatHasNotYetCostTheLeaderItsPodIsCalledOffWhenItsTimeIsUp() {
        World late = deleting(leading("a", 4));

        assertThat(refusal(late)).extracting("refusal").isEqualTo(Refusal.TIMED_OUT);
        assertThat(late.plan().steps()).noneMatch(Step.DeletePod.class::isInstance);
    }

    @Test
    void onlyWhereALeaderIsDeletedForItDoesItOutliveItsTime() {
        World going = deleting(pod("a").life(Life.TERMINATING).build()).fencing(Rules.Fencing.AWAIT_LEASE_EXPIRY);

        assertThat(refusal(going)).extracting("refusal").isEqualTo(Refusal.TIMED_OUT);
    }

    // What is true, whatever has happened since.

    static Stream<World> halfMade() {
        Supplier<World> claimed = () -> World.of(healthy("a"), healthy("b"))
                .claimedBy(B, 5, A)
                .promised("a", 4, "b")
                .transferRest(Duration.ZERO);
        return Stream.of(
                claimed.get(),
                claimed.get().mode(Rules.Mode.PAUSED),
                claimed.get().mode(Rules.Mode.OBSERVE).notHeld(),
                claimed.get().obstacle(Observation.Obstacle.Kind.SELECTOR_OVERLAP));
    }

    @ParameterizedTest
    @MethodSource("halfMade")
    void nothingIsSaidWhileTheLeaseNamesTheTargetAndItHasNoLabelYet(World halfMade) {
        assertThat(outcome(halfMade)).isEmpty();
        assertThat(halfMade.plan().nextLook()).isPositive();
    }

    @Test
    void aTargetThatIsLostAfterItsClaimWillNotBePromotedAndThatIsSaid() {
        World gone =
                World.of(pod("a").notReady().build()).claimedBy(B, 5, A).gone(B).promised("a", 4, "b");
        World going = World.of(
                        pod("a").notReady().build(),
                        pod("b").life(Life.TERMINATING).build())
                .claimedBy(B, 5, A)
                .promised("a", 4, "b");

        assertThat(refusal(gone)).extracting("refusal").isEqualTo(Refusal.TARGET_NOT_ELIGIBLE);
        assertThat(refusal(going)).extracting("refusal").isEqualTo(Refusal.TARGET_NOT_ELIGIBLE);
    }

    @Test
    void aTargetThatIsNotFitAfterItsClaimHasTheRestOfTheTimeToBecomeSo() {
        World unready = World.of(
                        pod("a").notReady().build(), pod("b").notReady().build())
                .claimedBy(B, 5, A)
                .promised("a", 4, "b");

        assertThat(outcome(unready)).isEmpty();
        assertThat(unready.transferRest(Duration.ofSeconds(3)).plan().nextLook())
                .isEqualTo(Duration.ofSeconds(3));
        assertThat(refusal(unready.transferRest(Duration.ZERO)))
                .extracting("refusal")
                .isEqualTo(Refusal.TIMED_OUT);
    }

    @Test
    void anElectionThatIsDeletedPromotesNobodyAndSaysSo() {
        World claimed = World.of(healthy("a"), healthy("b"))
                .claimedBy(B, 5, A)
                .promised("a", 4, "b")
                .deleting();

        assertThat(refusal(claimed)).extracting("refusal").isEqualTo(Refusal.ELECTION_DELETED);
    }

    @Test
    void isDoneThoughTheTargetWasLostSinceIfTheHistoryTells() {
        Supplier<World> lost =
                () -> World.of(leading("a", 6), healthy("b")).claimedBy(A, 6).promised("a", 4, "b");

        assertThat(outcome(lost.get().led(4, "a").led(5, "b").led(6, "a"))).contains(new Outcome.Completed(5));
        assertThat(outcome(lost.get().led(5, "b").transferRest(Duration.ZERO))).contains(new Outcome.Completed(5));
        assertThat(outcome(lost.get().led(3, "b").led(4, "a").led(6, "a")))
                .get()
                .extracting("refusal")
                .isEqualTo(Refusal.OVERTAKEN);
    }

    @Test
    void isDoneThoughItsLeaseIsLostIfTheHistoryTells() {
        World lost = World.of(pod("b").notReady().build())
                .lease(new LeaseState.Missing())
                .led(5, "b")
                .promised("a", 4, "b");

        assertThat(outcome(lost)).contains(new Outcome.Completed(5));
    }

    @Test
    void nothingIsSaidByWhoDoesNotYetSeeTheTermOfThePromise() {
        World behind = World.of(healthy("a"), leading("b", 3)).claimedBy(B, 3).promised("a", 4, "b");

        assertThat(behind.plan().transition()).isEmpty();
        assertThat(outcome(behind)).isEmpty();
    }

    static Stream<Arguments> refusals() {
        Candidate b = healthy("b");
        Transfer orphaned = new Transfer(
                "move",
                "move-uid",
                "7",
                Instant.EPOCH,
                "b",
                MINUTE,
                false,
                Optional.of(new Acceptance("a", 4, "b", Instant.EPOCH)),
                true,
                false);
        return Stream.of(
                Arguments.of(Refusal.TARGET_NOT_FOUND, world(b).asked("x")),
                Arguments.of(
                        Refusal.TARGET_NOT_FOUND,
                        world(b, pod("d").unselected().build()).asked("d")),
                Arguments.of(
                        Refusal.TARGET_NOT_ELIGIBLE,
                        world(pod("b").notReady().build()).asked("b")),
                Arguments.of(
                        Refusal.TARGET_NOT_ELIGIBLE,
                        world(pod("b").standing(Standing.EXCLUDED).build()).asked("b")),
                Arguments.of(
                        Refusal.TARGET_NOT_ELIGIBLE,
                        world(pod("b").life(Life.TERMINATING).build()).asked("b")),
                Arguments.of(Refusal.TARGET_NOT_ELIGIBLE, world().promised("a", 4, "b")),
                Arguments.of(
                        Refusal.TARGET_NOT_ELIGIBLE,
                        world(pod("b").notReady().build()).promised("a", 4, "b")),
                Arguments.of(Refusal.ALREADY_LEADS, world(b).asked("a")),
                Arguments.of(
                        Refusal.NO_ELIGIBLE_TARGET,
                        world(pod("b").notReady().build()).asked("")),
                Arguments.of(Refusal.NO_ELIGIBLE_TARGET, world().asked("")),
                Arguments.of(Refusal.PAUSED, world(b).mode(Rules.Mode.PAUSED).asked("b")),
                Arguments.of(Refusal.PAUSED, world(b).mode(Rules.Mode.PAUSED).promised("a", 4, "b")),
                Arguments.of(
                        Refusal.OBSERVING,
                        world(b).mode(Rules.Mode.OBSERVE).notHeld().asked("b")),
                Arguments.of(
                        Refusal.CONFLICTED,
                        world(b).obstacle(Observation.Obstacle.Kind.SELECTOR_OVERLAP)
                                .asked("b")),
                Arguments.of(
                        Refusal.CONFLICTED,
                        world(b).lease(new LeaseState.Foreign("somebody")).asked("b")),
                Arguments.of(Refusal.ELECTION_DELETED, world(b).deleting().asked("b")),
                Arguments.of(Refusal.ELECTION_DELETED, world(b).transfer(orphaned)),
                Arguments.of(
                        Refusal.NO_LEADER, World.of(pod("b").notReady().build()).asked("b")),
                Arguments.of(Refusal.TIMED_OUT, world(b).asked("b").transferRest(Duration.ZERO)),
                Arguments.of(Refusal.TIMED_OUT, world(b).asked("b").transferStale()),
                Arguments.of(Refusal.TIMEOUT_TOO_SHORT, lapsing(MINUTE, Duration.ofSeconds(59))),
                Arguments.of(
                        Refusal.OVERTAKEN,
                        World.of(healthy("a"), healthy("b"), leading("c", 5))
                                .claimedBy(id("c"), 5)
                                .promised("a", 4, "b")));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void isRefusedWithTheReason(Refusal refusal, World world) {
        assertThat(refusal(world)).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
            assertThat(failed.refusal()).isEqualTo(refusal);
            assertThat(failed.explanation()).isNotBlank();
        });
        Plan plan = world.plan();
        assertThat(plan.transition().map(Transition::reason)).isNotEqualTo(Optional.of(Reason.LEADERSHIP_TRANSFER));
    }

    @Test
    void underBullyNobodyGetsASeatThatWouldBeTakenBackAtOnce() {
        Strategy bully = new Strategy.Bully(HIGHEST, MINUTE);
        Candidate low = pod("b").priority(-1).build();

        assertThat(refusal(world(low).strategy(bully).asked("b")))
                .extracting("refusal")
                .isEqualTo(Refusal.OUTRANKED);
        assertThat(refusal(world(low).strategy(bully).asked("")))
                .extracting("refusal")
                .isEqualTo(Refusal.OUTRANKED);
    }

    @Test
    void underBullyWhoeverRanksAboveAllNeedNotWaitToBeStable() {
        Candidate high = pod("b").priority(1).build();

        assertThat(outcome(world(high)
                        .strategy(new Strategy.Bully(HIGHEST, MINUTE))
                        .asked("")))
                .contains(new Outcome.Accepted("a", 4, "b"));
    }

    @Test
    void underRingTheNextIsWhoWouldFollowAtTheEndOfTheTerm() {
        Candidate first = pod("z").priority(1).build();
        Candidate next = pod("y").priority(-1).build();

        assertThat(outcome(world(first, next)
                        .strategy(new Strategy.Ring(HIGHEST, Duration.ZERO))
                        .asked("")))
                .contains(new Outcome.Accepted("a", 4, "y"));
        assertThat(outcome(world(first)
                        .strategy(new Strategy.Ring(HIGHEST, Duration.ZERO))
                        .asked("")))
                .contains(new Outcome.Accepted("a", 4, "z"));
    }

    @Test
    void underLeaseTheNextIsWhoHasWaitedLongest() {
        Candidate late = pod("b").readySince(9).build();
        Candidate early = pod("c").readySince(3).build();

        assertThat(outcome(world(late, early).asked(""))).contains(new Outcome.Accepted("a", 4, "c"));
    }

    @Test
    void refusalsAreNamedInTheApiAsInTheCode() {
        assertThat(List.of(Refusal.values()))
                .allSatisfy(refusal -> assertThat(refusal.text().replaceAll("(?<=[a-z])(?=[A-Z])", "_"))
                        .isEqualToIgnoringCase(refusal.name()));
    }
}
