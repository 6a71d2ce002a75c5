package dev.leaderelection.election;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LeaseStateTest {

    private static final LeaseState.Claimed CLAIMED = World.claimed(PodFixture.id("a"), 4, false);

    @Test
    void everyLeaseOfOursTellsItsRevision() {
        assertThat(List.of(
                        CLAIMED,
                        new LeaseState.Closed(World.COPY, CLAIMED.lease().close()),
                        new LeaseState.Unclaimed(World.COPY, 4, "somebody else wrote it"),
                        new LeaseState.Untracked(World.COPY)))
                .allSatisfy(lease -> assertThat(lease.ours()).contains(World.COPY));
    }

    @Test
    void noOtherDoes() {
        assertThat(List.of(new LeaseState.Missing(), new LeaseState.Foreign("somebody")))
                .allSatisfy(lease -> assertThat(lease.ours()).isEmpty());
    }
}
