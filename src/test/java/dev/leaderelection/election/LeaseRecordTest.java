package dev.leaderelection.election;

import static dev.leaderelection.election.PodFixture.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LeaseRecordTest {

    private static final PodIdentity A = id("a");
    private static final PodIdentity B = id("b");
    private static final PodIdentity C = id("c");

    @Test
    void neverFencesItsOwnHolder() {
        assertThat(LeaseRecord.claimed(A, 2, Set.of(A, B), false).toFence()).containsExactly(B);
    }

    @Test
    void fencesAnEarlierIncarnationOfItsHolder() {
        PodIdentity earlier = new PodIdentity("a", "earlier");

        assertThat(LeaseRecord.claimed(A, 2, Set.of(earlier), false).toFence()).containsExactly(earlier);
    }

    @Test
    void dropsOnlyWhatWasFencedUnderIt() {
        LeaseRecord lease = LeaseRecord.claimed(A, 2, Set.of(B, C), true);

        assertThat(lease.settled(new Fenced("uid", 2, Set.of(B), false)))
                .isEqualTo(LeaseRecord.claimed(A, 2, Set.of(C), true));
        assertThat(lease.settled(new Fenced("uid", 2, Set.of(), true)))
                .isEqualTo(LeaseRecord.claimed(A, 2, Set.of(B, C), false));
        assertThat(lease.settled(Fenced.NOTHING)).isEqualTo(lease);
    }

    @Test
    void remembersNothingOfAnotherLeaseOrTerm() {
        Fenced fenced = Fenced.NOTHING.under("uid", 2).plus(B).plusEveryone();

        assertThat(fenced.under("uid", 2)).isEqualTo(new Fenced("uid", 2, Set.of(B), true));
        assertThat(fenced.under("other", 2)).isEqualTo(new Fenced("other", 2, Set.of(), false));
        assertThat(fenced.under("uid", 3)).isEqualTo(new Fenced("uid", 3, Set.of(), false));
    }

    @Test
    void closesUnlikeWhatStandsThereSoThatTheServerTakesTheRecordForOurs() {
        assertThat(LeaseRecord.closedUnlike(7)).isEqualTo(new LeaseRecord(Optional.empty(), 0, Set.of(), true, true));
        assertThat(LeaseRecord.closedUnlike(0)).isEqualTo(new LeaseRecord(Optional.empty(), 1, Set.of(), true, true));
    }

    @Test
    void closesWithoutAHolderAndWithTheMarkerAndTheTerm() {
        LeaseRecord closed = LeaseRecord.claimed(A, 7, Set.of(B), false).close();

        assertThat(closed).isEqualTo(new LeaseRecord(Optional.empty(), 7, Set.of(), true, true));
    }

    @Test
    void startsUnclaimedWithTheMarker() {
        assertThat(LeaseRecord.UNCLAIMED).isEqualTo(new LeaseRecord(Optional.empty(), 0, Set.of(), true, false));
    }

    @Test
    void refusesWhatCannotBe() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LeaseRecord(Optional.empty(), -1, Set.of(), false, false));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LeaseRecord(Optional.of(A), 0, Set.of(), false, false));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LeaseRecord(Optional.of(A), 1, Set.of(), false, true));
        assertThatIllegalArgumentException().isThrownBy(() -> new PodIdentity(" ", "uid"));
        assertThatIllegalArgumentException().isThrownBy(() -> new PodIdentity("a", ""));
    }
}
