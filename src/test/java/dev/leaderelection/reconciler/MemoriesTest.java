package dev.leaderelection.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.api.LeaderElection;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MemoriesTest {

    private static final LeaderElection FIRST = election("orders", "1");

    /** Of the same name: the first was deleted, and nobody told us. */
    private static final LeaderElection SECOND = election("orders", "2");

    private static final Duration NOW = Duration.ofHours(1);

    private final Memories memories = new Memories();

    private static LeaderElection election(String name, String uid) {
        return Serialization.unmarshal(
                "metadata: {namespace: shop, name: %s, uid: \"%s\"}".formatted(name, uid), LeaderElection.class);
    }

    @Test
    void anElectionIsRememberedFromPassToPass() {
        ElectionMemory memory = memories.of(FIRST);

        assertThat(memories.of(FIRST)).isSameAs(memory);
        assertThat(memories.find(FIRST)).containsSame(memory);
        assertThat(memories.find(new ResourceID("orders", "shop"))).containsSame(memory);
    }

    @Test
    void whoeverTakesAnElectionsPlaceInheritsNothingAndLeavesNothingOfItBehind() {
        memories.of(FIRST).expectNextPass(Optional.of(NOW));

        ElectionMemory memory = memories.of(SECOND);

        assertThat(memory.nextPass()).isEmpty();
        assertThat(memories.find(FIRST)).isEmpty();
        assertThat(memories.overdue(NOW.plusSeconds(60))).isEmpty();
    }

    @Test
    void aLateDeletionTakesNothingFromTheSuccessor() {
        memories.of(FIRST);
        ElectionMemory memory = memories.of(SECOND);

        memories.forget(FIRST);

        assertThat(memories.find(SECOND)).containsSame(memory);
    }

    @Test
    void aForgottenElectionIsNeverOverdue() {
        memories.of(FIRST).expectNextPass(Optional.of(NOW));

        memories.forget(FIRST);

        assertThat(memories.find(FIRST)).isEmpty();
        assertThat(memories.overdue(NOW.plusSeconds(60))).isEmpty();
    }

    @Test
    void aPassIsOverdueFromWhenItWasDue() {
        memories.of(FIRST).expectNextPass(Optional.of(NOW));
        memories.of(election("bills", "3")).expectNextPass(Optional.of(NOW.plusSeconds(9)));
        memories.of(election("carts", "4")).expectNextPass(Optional.empty());

        assertThat(memories.overdue(NOW)).isEmpty();
        assertThat(memories.overdue(NOW.plusSeconds(5))).containsExactly(Duration.ofSeconds(5));
        assertThat(memories.overdue(NOW.plusSeconds(10)))
                .containsExactlyInAnyOrder(Duration.ofSeconds(10), Duration.ofSeconds(1));
    }
}
