package dev.leaderelection.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.api.LeaderElectionSpec.Mode;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.simulation.Call.Verb;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * The shortest ways to break a promise, guard by guard: each must break it without the guard, and must not with it. Where a story
 * says that R1 pauses, it stands before the call that is named until it goes on.
 */
class SimulationTracesTest {

    private static Optional<Violation> play(
            Set<Guard> off, Set<Violation.Kind> ignored, long minimumTerm, String[] pods, Consumer<Script> story) {
        return Script.play(off, ignored, Profile.with(Profile.bullySpec(), Mode.ACTIVE, minimumTerm), pods, story);
    }

    private static void assertGuards(Guard guard, Violation.Kind kind, String[] pods, Consumer<Script> story) {
        assertThat(play(EnumSet.noneOf(Guard.class), Set.of(), 0, pods, story)).isEmpty();
        assertThat(play(EnumSet.of(guard), Set.of(), 0, pods, story))
                .map(Violation::kind)
                .contains(kind);
    }

    private static String[] pods(String... names) {
        return names;
    }

    /** R1 has prepared the promotion of a-1 when R2 moves leadership to a-0. */
    @Test
    void aDemotionOfAnUnlabelledPodDefeatsAPreparedPromotion() {
        assertGuards(Guard.MARK, Violation.Kind.TWO_LABELS, pods("a-1", "a-2"), script -> {
            script.told(1).runsUntil(1, Verb.PROMOTE);
            script.create("a-0");
            script.told(2).runs(2);
            script.goesOn(1);
        });
    }

    @Test
    void aPreparedPromotionCarriesTheRevisionItWasDecidedOn() {
        assertGuards(Guard.VERSION_IN_PROMOTION, Violation.Kind.TWO_LABELS, pods("a-1", "a-2"), script -> {
            script.told(1).runsUntil(1, Verb.PROMOTE);
            script.create("a-0");
            script.told(2).runs(2);
            script.goesOn(1);
        });
    }

    /** The mark that a-1 bears from a former election of the same name is the one that the next would set. */
    @Test
    void aMarkOfAFormerElectionIsNeverSetAgain() {
        Consumer<Script> story = script -> {
            script.told(1).runs(1);
            script.cluster().removePod("a-0");
            script.told(1).runsUntil(1, Verb.PROMOTE);
            script.cluster().deleteElection(Simulation.EPOCH, true);
            script.cluster().collectGarbage();
            script.recreateElection(1);
            script.create("a-0");
            script.told(2).runs(2);
            script.goesOn(1);
        };

        assertThat(play(Set.of(), Set.of(), 1, pods("a-0", "a-1"), story)).isEmpty();
        assertThat(play(EnumSet.of(Guard.FRESH_MARK), Set.of(), 1, pods("a-0", "a-1"), story))
                .map(Violation::kind)
                .contains(Violation.Kind.TWO_LABELS);
    }

    /** R1 has prepared a-1's promotion; R2 claims for a-0 and dies; who comes after it must know of a-1. */
    private static void claimsAndDies(Script script) {
        script.told(1).runs(1);
        script.renews(1);
        script.create("a-0");
        script.told(1).runs(1);
        script.renews(1);
        script.cluster().removePod("a-0");
        script.told(1).runsUntil(1, Verb.PROMOTE);
        script.create("a-0");
        script.told(2).runsUntil(2, Verb.DEMOTE);
        script.dies(2);
        script.told(2).runs(2);
        script.goesOn(1);
    }

    @Test
    void whoeverComesAfterAClaimKnowsWhomToFence() {
        assertGuards(Guard.RECORDED_SET, Violation.Kind.TWO_LABELS, pods("a-1"), SimulationTracesTest::claimsAndDies);
    }

    @Test
    void nothingIsDroppedFromTheSetThatMerelyLooksUnlabelled() {
        assertGuards(
                Guard.DROP_ONLY_OWN_DEMOTIONS,
                Violation.Kind.TWO_LABELS,
                pods("a-1"),
                SimulationTracesTest::claimsAndDies);
    }

    /** The Lease is lost; R2 makes it anew, claims and dies; who comes after it finds an empty set. */
    @Test
    void aLeaseMadeAnewSaysThatTheSetIsUnknown() {
        assertGuards(Guard.MARKER, Violation.Kind.TWO_LABELS, pods("a-1"), script -> {
            script.told(1).runs(1);
            script.renews(1);
            script.create("a-0");
            script.told(1).runs(1);
            script.renews(1);
            script.cluster().removePod("a-0");
            script.told(1).runsUntil(1, Verb.PROMOTE);
            script.cluster().removeLease();
            script.create("a-0");
            script.told(2).runsUntil(2, Verb.LIST_PODS);
            script.dies(2);
            script.told(2).runs(2);
            script.goesOn(1);
        });
    }

    /** R1 has never been told of a-0, which leads, when it makes the lost Lease anew. */
    @Test
    void aCandidateNewerThanTheCacheIsFencedAllTheSame() {
        assertGuards(Guard.LIVE_LIST, Violation.Kind.TWO_LABELS, pods("a-1"), script -> {
            script.told(1).runs(1);
            script.told(1);
            script.create("a-0");
            script.told(2).runs(2);
            script.cluster().removeLease();
            script.toldOfLeases(1).runs(1);
        });
    }

    /** R1 remembers that it has fenced everyone in term 2, but that was another Lease's. */
    @Test
    void whatWasFencedUnderAFormerLeaseIsFencedAgain() {
        Consumer<Script> story = script -> {
            script.lose(Verb.WRITE_STATUS);
            script.told(1).runsUntil(1, Verb.CREATE_LEASE);
            script.dies(1);
            script.toldOfElections(2).toldOfElections(3);
            script.ready("a-0", false);
            script.told(1).runsUntil(1, Verb.LIST_PODS);
            script.dies(1);
            script.ready("a-0", true);
            script.told(1).goesOn(1);
            script.ready("a-0", false);
            script.cluster().removeLease();
            script.toldOfPods(2).toldOfLeases(2).runsUntil(2, Verb.PROMOTE);
            script.ready("a-0", true);
            script.toldOfPods(3).toldOfLeases(3).runsUntil(3, Verb.DEMOTE);
            script.dies(3);
            script.told(1).goesOn(1);
            script.goesOn(2);
        };
        Set<Violation.Kind> terms = EnumSet.of(Violation.Kind.TERM_WITH_TWO_LEADERS, Violation.Kind.TERM_WENT_BACK);

        // Terms that are reserved never come again, and so protect the memory, too.
        assertThat(play(EnumSet.of(Guard.MEMORY_BY_LEASE, Guard.TERM_RESERVED), terms, 0, pods("a-0", "a-1"), story))
                .map(Violation::kind)
                .contains(Violation.Kind.TWO_LABELS);
        assertThat(play(EnumSet.of(Guard.TERM_RESERVED), terms, 0, pods("a-0", "a-1"), story)
                        .map(Violation::kind))
                .isNotEqualTo(Optional.of(Violation.Kind.TWO_LABELS));
    }

    /** R1 does not know yet that the election is being deleted, and gives the label back to a pod that R2 has cleared. */
    @Test
    void nobodyPromotesUnderAClosedLease() {
        assertGuards(Guard.CLOSING, Violation.Kind.TRACES_LEFT, pods("a-1"), script -> {
            script.told(1).runs(1);
            script.renews(1);
            script.told(1);
            script.cluster().deleteElection(Simulation.EPOCH, false);
            script.told(2).runsUntil(2, Verb.DELETE_LEASE);
            script.toldOfPods(1).runsUntil(1, Verb.PROMOTE);
            script.goesOn(2);
            script.goesOn(1);
        });
    }

    /** R1 does not know yet that the election is gone, and makes its Lease anew. */
    @Test
    void nobodyPromotesForAnElectionThatIsGone() {
        Consumer<Script> story = script -> {
            script.settles(1);
            script.cluster().deleteElection(Simulation.EPOCH, false);
            script.settles(2);
            script.toldOfPods(1).toldOfLeases(1).runs(1);
        };

        // To reserve terms is to write the election's status, which cannot be done when it is gone, and so protects,
        // too.
        assertThat(play(EnumSet.of(Guard.LIVE_GET_OF_ELECTION, Guard.TERM_RESERVED), Set.of(), 0, pods("a-1"), story))
                .map(Violation::kind)
                .contains(Violation.Kind.TRACES_LEFT);
        assertThat(play(EnumSet.of(Guard.TERM_RESERVED), Set.of(), 0, pods("a-1"), story))
                .isEmpty();
        assertThat(play(Set.of(), Set.of(), 0, pods("a-1"), story)).isEmpty();
    }

    /** Found by simulation: R1 is about to fence a-1 for an election that is gone when a-1 leads the next. */
    @Test
    void whoeverActsForAFormerElectionNeverStripsTheLeaderOfTheNext() {
        Consumer<Script> story = script -> {
            script.told(1).runsUntil(1, Verb.DEMOTE);
            script.cluster().deleteElection(Simulation.EPOCH, false);
            script.settles(2);
            script.cluster().removePod("a-0");
            script.recreateElection(0);
            script.settles(2);
            script.goesOn(1);
        };

        assertThat(play(Set.of(), Set.of(), 0, pods("a-0", "a-1"), story)).isEmpty();
    }

    /** Found by simulation: what is written as it stands there belongs to whoever wrote it before. */
    @Test
    void anElectionIsLetGoThoughAUserRestoresTheRecordOfItsClosedLease() {
        Consumer<Script> story = script -> {
            script.settles(1);
            script.emptyRecord();
            script.cluster().deleteElection(Simulation.EPOCH, false);
            script.told(2).runsUntil(2, Verb.LIST_PODS);
            script.restoreRecord();
        };

        assertThat(play(Set.of(), Set.of(), 0, pods("a-0", "a-1"), story)).isEmpty();
    }

    /** A user has wiped the status, R2 has closed the Lease and dies; R3 must not take the election for one that never led. */
    @Test
    void aClosedLeaseTellsThatThereIsSomethingToClear() {
        Consumer<Script> story = script -> {
            script.settles(1);
            script.cluster().changeStatus(LeaderElectionStatus.EMPTY);
            script.cluster().deleteElection(Simulation.EPOCH, false);
            script.told(2).runsUntil(2, Verb.LIST_PODS);
            script.dies(2);
            script.settles(3);
        };

        assertThat(play(Set.of(), Set.of(), 0, pods("a-0", "a-1"), story)).isEmpty();
    }

    /** Found by simulation: a user has wiped the status, and R2, told of an empty Lease, learns of the deletion from the server. */
    @Test
    void anElectionIsLetGoByWhatTheServerSaysOfItsLease() {
        Consumer<Script> story = script -> {
            script.told(1).runsUntil(1, Verb.CLAIM);
            script.told(2);
            script.settles(1);
            script.cluster().changeStatus(LeaderElectionStatus.EMPTY);
            script.cluster().deleteElection(Simulation.EPOCH, false);
            script.runs(2);
        };

        assertThat(play(Set.of(), Set.of(), 0, pods("a-0", "a-1"), story)).isEmpty();
    }
}
