package dev.leaderelection.election;

import static dev.leaderelection.election.PodFixture.healthy;
import static dev.leaderelection.election.PodFixture.like;
import static dev.leaderelection.election.PodFixture.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.election.Candidate.Contact;
import dev.leaderelection.election.Candidate.Mark;
import dev.leaderelection.election.Candidate.Role;
import org.junit.jupiter.api.Test;

class CandidateTest {

    private static final Candidate POD =
            pod("a").priority(3).ordinal(2).revision("v1", 10).readySince(20).build();

    @Test
    void aPodThatNoElectionHasWrittenBearsNothing() {
        assertThat(healthy("a").bearsNothing()).isTrue();
    }

    @Test
    void whateverAnElectionHasLeftIsBorne() {
        assertThat(pod("a").role(Role.OTHER).build().bearsNothing()).isFalse();
        assertThat(pod("a").labelTerm(1).build().bearsNothing()).isFalse();
        assertThat(pod("a").mark(Mark.Origin.ANOTHER_ELECTION, 0).build().bearsNothing())
                .isFalse();
    }

    @Test
    void aWriteChangesNothingButWhatWasWritten() {
        assertThat(POD.written("2", Role.LEADER, 5, new Mark(Mark.Origin.THIS_ELECTION, 5)))
                .isEqualTo(like(POD).version("2").routed(5).build());
    }

    @Test
    void detectionAndPriorityChangeNothingElse() {
        assertThat(POD.withContact(Contact.PROBE_FAILED))
                .isEqualTo(like(POD).contact(Contact.PROBE_FAILED).build());
        assertThat(POD.withContact(Contact.FINE)).isEqualTo(POD);
        assertThat(POD.withPriority(9)).isEqualTo(like(POD).priority(9).build());
    }
}
