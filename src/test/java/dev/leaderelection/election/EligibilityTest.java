package dev.leaderelection.election;

import static dev.leaderelection.election.PodFixture.healthy;
import static dev.leaderelection.election.PodFixture.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.election.Candidate.Life;
import dev.leaderelection.election.Candidate.Standing;
import org.junit.jupiter.api.Test;

class EligibilityTest {

    @Test
    void onlyARunningReadyStandingSelectedPodIsEligible() {
        assertThat(Eligibility.of(healthy("a"))).isEqualTo(Eligibility.ELIGIBLE);
        assertThat(Eligibility.of(pod("a").notReady().build())).isEqualTo(Eligibility.NOT_READY);
        assertThat(Eligibility.of(pod("a").life(Life.PENDING).build())).isEqualTo(Eligibility.NOT_READY);
        assertThat(Eligibility.of(pod("a").life(Life.TERMINATING).build())).isEqualTo(Eligibility.TERMINATING);
        assertThat(Eligibility.of(pod("a").life(Life.ENDED).build())).isEqualTo(Eligibility.ENDED);
        assertThat(Eligibility.of(pod("a").standing(Standing.EXCLUDED).build())).isEqualTo(Eligibility.EXCLUDED);
        assertThat(Eligibility.of(pod("a").standing(Standing.MALFORMED).build()))
                .isEqualTo(Eligibility.MALFORMED);
        assertThat(Eligibility.of(pod("a").unselected().build())).isEqualTo(Eligibility.NOT_SELECTED);
    }

    @Test
    void theMostFinalReasonIsGiven() {
        Candidate everything = pod("a").life(Life.ENDED)
                .notReady()
                .unselected()
                .standing(Standing.EXCLUDED)
                .build();

        assertThat(Eligibility.of(everything)).isEqualTo(Eligibility.ENDED);
        assertThat(Eligibility.of(pod("a").life(Life.TERMINATING).unselected().build()))
                .isEqualTo(Eligibility.TERMINATING);
        assertThat(Eligibility.of(
                        pod("a").notReady().standing(Standing.EXCLUDED).build()))
                .isEqualTo(Eligibility.EXCLUDED);
        assertThat(Eligibility.of(
                        pod("a").notReady().standing(Standing.MALFORMED).build()))
                .isEqualTo(Eligibility.NOT_READY);
    }

    @Test
    void aMalformedAnnotationKeepsASeatAndWinsNone() {
        assertThat(Eligibility.MALFORMED.keepsSeat()).isTrue();
        assertThat(Eligibility.MALFORMED.isEligible()).isFalse();
    }

    @Test
    void everyStateThatIsEligibleKeepsTheSeatAndEveryOtherSaysWhy() {
        for (Eligibility eligibility : Eligibility.values()) {
            assertThat(eligibility.isEligible()).isEqualTo(eligibility == Eligibility.ELIGIBLE);
            assertThat(eligibility.explanation()).isNotBlank();
            assertThat(!eligibility.isEligible() || eligibility.keepsSeat()).isTrue();
        }
    }
}
