package dev.leaderelection.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.simulation.Violation;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A history as the operator makes it is sound; tampered with at any place, it is not. */
class HistoryCheckerTest {

    private final Story story = new Story();

    private void assertSound() {
        assertThat(story.checker().breaches()).isEmpty();
        assertThat(story.checker().switches().needless()).isEmpty();
    }

    private void assertBroken(Violation.Kind kind) {
        assertThat(story.checker().breaches())
                .extracting(HistoryChecker.Breach::kind)
                .containsExactly(kind);
    }

    /** A leads in the first term. */
    private void given() {
        story.election("e1");
        story.pod("a").pod("b");
        story.claim("a", 1).promote("a", 1).claim("a", 1).claim("a", 1);
        assertSound();
    }

    @Test
    void transitionThatFollowsTheProtocolIsSound() {
        given();

        story.unready("a").claim("b", 2).demote("a", 2).promote("b", 2);

        assertSound();
        assertThat(story.checker().failovers()).isEqualTo(1);
    }

    @Test
    void promotionBeforeTheDemotionIsTwoLabels() {
        given();

        story.unready("a").claim("b", 2).promote("b", 2);

        assertBroken(Violation.Kind.TWO_LABELS);
    }

    @Test
    void labelThatAUserPutOnIsNoSecondOne() {
        given();

        story.userLabels("b", true).demote("b", 1).userLabels("a", false).promote("a", 1);

        assertSound();
    }

    @Test
    void labelThatAUserPutOnIsASecondOneOnceTheOperatorConfirmsIt() {
        given();

        story.unready("a").userLabels("b", true).claim("b", 2).promote("b", 2);

        assertBroken(Violation.Kind.TWO_LABELS);
    }

    @Test
    void podThatIsGoneCarriesNoLabel() {
        given();

        story.remove("a").claim("b", 2).promote("b", 2);

        assertSound();
    }

    @Test
    void podOfTheSameNameIsAnotherPod() {
        given();
        story.remove("a").pod("a").claim("b", 2).promote("b", 2);
        assertSound();

        story.unready("b").claim("a", 3).demote("b", 3).promote("a", 3);

        assertSound();
        assertThat(story.checker().failovers()).isEqualTo(2);
    }

    @Test
    void labelWithoutAClaimIsFound() {
        given();

        story.remove("a").promote("b", 2);

        assertBroken(Violation.Kind.LABEL_WITHOUT_CLAIM);
    }

    @Test
    void labelUnderAClaimForAnotherIsFound() {
        given();

        story.demote("a", 2).claim("a", 2).promote("b", 2);

        assertThat(story.checker().breaches())
                .extracting(HistoryChecker.Breach::kind)
                .contains(Violation.Kind.LABEL_WITHOUT_CLAIM);
    }

    @Test
    void claimThatAUserForgedIsNone() {
        given();

        story.unready("a").userClaims("b", 2).demote("a", 2).promote("b", 2);

        assertThat(story.checker().breaches())
                .extracting(HistoryChecker.Breach::kind)
                .contains(Violation.Kind.LABEL_WITHOUT_CLAIM);
    }

    @Test
    void promotionThatLandsAfterALaterOneIsFound() {
        given();
        story.unready("a")
                .claim("b", 2)
                .demote("a", 2)
                .promote("b", 2)
                .unready("b")
                .claim("a", 3)
                .demote("b", 3);

        story.promote("b", 2).demote("b", 3).promote("a", 3).demote("a", 4).promote("b", 2);

        assertThat(story.checker().breaches())
                .extracting(HistoryChecker.Breach::kind)
                .contains(Violation.Kind.TERM_WENT_BACK);
    }

    @Test
    void termThatNamesTwoPodsIsFound() {
        given();

        story.unready("a").claim("b", 1);

        assertBroken(Violation.Kind.TERM_WITH_TWO_LEADERS);
    }

    @Test
    void termThatNamesThePodOfANameAndTheNextIsFound() {
        given();

        story.remove("a").pod("a").claim("a", 1);

        assertBroken(Violation.Kind.TERM_WITH_TWO_LEADERS);
    }

    @Test
    void termThatGoesBackIsFound() {
        given();
        story.claim("a", 5);

        story.claim("a", 4);

        assertBroken(Violation.Kind.TERM_WENT_BACK);
    }

    @Test
    void termThatGoesBackAfterTheLeaseWasLostIsFound() {
        given();
        story.claim("a", 5).deleteLease();

        story.claim("a", 2);

        assertBroken(Violation.Kind.TERM_WENT_BACK);
    }

    @Test
    void termsOfAnElectionMadeAnewStartAnew() {
        given();
        story.closeLease().clear("a").deleteLease().removeElection();

        story.election("e2").claim("b", 1).promote("b", 1);

        assertSound();
    }

    @Test
    void statusThatNamesAnotherIsFound() {
        given();
        story.status("a", 1);
        assertSound();

        story.status("b", 1);

        assertBroken(Violation.Kind.TERM_WITH_TWO_LEADERS);
    }

    @Test
    void leaderThatIsStrippedIsFound() {
        given();

        story.demote("a", 1);

        assertBroken(Violation.Kind.LEADER_STRIPPED);
    }

    @Test
    void switchFromAHealthyLeaderIsNeedless() {
        given();

        story.claim("b", 2).demote("a", 2).promote("b", 2);

        assertThat(story.checker().breaches()).isEmpty();
        assertThat(story.checker().switches().needless()).hasSize(1);
    }

    @Test
    void switchFromALeaderThatWasUnhealthyWhenItWasDecidedIsNotNeedless() {
        given();

        story.unready("a").ready("a").claim("a", 1).claim("b", 2).demote("a", 2).promote("b", 2);

        assertSound();
    }

    @Test
    void switchFromALeaderThatHasRecoveredLongAgoIsNeedless() {
        given();
        story.unready("a").ready("a").claim("a", 1).claim("a", 1).claim("a", 1);

        story.claim("b", 2).demote("a", 2);

        assertThat(story.checker().switches().needless()).hasSize(1);
    }

    @Test
    void claimThatIsTakenBackBeforeAnybodyNoticesIsNoSwitch() {
        given();

        story.claim("b", 2).claim("a", 3).promote("a", 3).demote("b", 3);

        assertSound();
        assertThat(story.checker().failovers()).isZero();
    }

    @Test
    void switchThatTheStrategyAsksForIsNotNeedless() {
        given();
        story.strategy("Bully").prioritize("b", 1).claim("a", 1).claim("a", 1);

        story.claim("b", 2).demote("a", 2);

        assertSound();
    }

    @Test
    void switchToALowerRankIsNeedlessUnderBullyToo() {
        given();
        story.strategy("Bully").prioritize("a", 1).claim("a", 1).claim("a", 1);

        story.claim("b", 2).demote("a", 2);

        assertThat(story.checker().switches().needless()).hasSize(1);
    }

    @Test
    void writeToALeaseOfSomebodyElseIsFound() {
        given();
        story.deleteLease().foreignLease();

        story.claim("a", 2);

        assertBroken(Violation.Kind.FOREIGN_HARM);
    }

    @Test
    void deletionOfALeaseOfSomebodyElseIsFound() {
        given();
        story.deleteLease().foreignLease();

        story.deleteLease();

        assertBroken(Violation.Kind.FOREIGN_HARM);
    }

    @Test
    void leaseThatItsOwnerDeletesIsNobodysHarm() {
        given();
        story.deleteLease().foreignLease();

        story.ownerDeletesLease().claim("a", 2).promote("a", 2);

        assertSound();
    }

    @Test
    void writeOfMoreThanTheLabelIsFound() {
        given();

        story.promoteAnd("a", 1, Map.of("other", "annotation"));

        assertBroken(Violation.Kind.FOREIGN_HARM);
    }

    @Test
    void fieldThatBelongsToTheOperatorAndMustNotIsFound() {
        given();

        story.ownField("b");

        assertBroken(Violation.Kind.FOREIGN_HARM);
    }

    @Test
    void labelOnAPodOfNoElectionIsFound() {
        given();
        story.stranger("s");
        assertSound();

        story.promote("s", 1);

        assertBroken(Violation.Kind.FOREIGN_HARM);
    }

    @Test
    void labelThatStaysWhenItsElectionIsGoneIsFound() {
        given();
        story.closeLease();

        story.removeElection();

        assertBroken(Violation.Kind.TRACES_LEFT);
    }

    @Test
    void leaseThatStaysWhenItsElectionIsGoneIsFound() {
        given();
        story.deletingElection().clear("a");

        story.removeElection();

        assertBroken(Violation.Kind.TRACES_LEFT);
    }

    @Test
    void labelForAnElectionThatIsGoneIsFound() {
        given();
        story.closeLease().clear("a").deleteLease().removeElection();

        story.promote("a", 1);

        assertBroken(Violation.Kind.TRACES_LEFT);
    }
}
