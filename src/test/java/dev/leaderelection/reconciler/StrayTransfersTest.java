package dev.leaderelection.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.api.LeadershipTransferSpec;
import dev.leaderelection.election.Transfer;
import dev.leaderelection.election.World;
import dev.leaderelection.kubernetes.Answer;
import dev.leaderelection.kubernetes.Answer.Cause;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of transfers that name an election which is not there. */
class StrayTransfersTest {

    private static final Answer<Transfer> WRITTEN = new Answer.Done<>(World.transfer("", Optional.empty()));

    private final ListedElections elections = new ListedElections();
    private final List<LeadershipTransfer> unfinished = new ArrayList<>();
    private final Deque<Runnable> later = new ArrayDeque<>();
    private final List<Duration> pauses = new ArrayList<>();
    private final List<String> refused = new ArrayList<>();
    private Function<String, Answer<Transfer>> answer = name -> WRITTEN;
    private boolean acts = true;
    private final StrayTransfers strays =
            new StrayTransfers(elections, () -> List.copyOf(unfinished), this::refuse, () -> acts, (task, pause) -> {
                pauses.add(pause);
                later.add(task);
            });

    private Answer<Transfer> refuse(LeadershipTransfer transfer) {
        String name = transfer.getMetadata().getName();
        refused.add(name);
        return answer.apply(name);
    }

    private void asked(String name, String election) {
        LeadershipTransfer transfer = new LeadershipTransfer();
        transfer.setMetadata(
                new ObjectMetaBuilder().withNamespace("shop").withName(name).build());
        transfer.setSpec(new LeadershipTransferSpec(election, "", 20));
        unfinished.add(transfer);
    }

    private void aWhilePasses() {
        later.remove().run();
    }

    @Test
    void onlyThoseWhoseElectionIsNotThereAreRefused() {
        elections.put("shop", "orders", "1");
        elections.put("bank", "bills", "2");
        asked("of-orders", "orders");
        asked("of-bills", "bills");

        strays.lookSoon();
        aWhilePasses();

        assertThat(refused).containsExactly("of-bills");
        assertThat(later).isEmpty();
    }

    @Test
    void anElectionThatComesAMomentAfterItsTransferIsInTime() {
        asked("of-orders", "orders");

        strays.lookSoon();
        assertThat(refused).isEmpty();
        elections.put("shop", "orders", "1");
        aWhilePasses();

        assertThat(refused).isEmpty();
    }

    @Test
    void aReplicaThatDoesNotActLeavesThemToTheOneThatDoes() {
        asked("of-orders", "orders");
        acts = false;

        strays.lookSoon();
        aWhilePasses();

        assertThat(refused).isEmpty();
        assertThat(later).isEmpty();
    }

    @Test
    void aServerThatDeniesIsAskedAgainLater() {
        asked("of-orders", "orders");
        answer = name -> Answer.refused(Cause.DENIED, "not yet");

        strays.lookSoon();
        aWhilePasses();
        aWhilePasses();

        assertThat(pauses).containsExactly(Duration.ofSeconds(1), Duration.ofMinutes(1), Duration.ofMinutes(1));
        answer = name -> WRITTEN;
        aWhilePasses();
        assertThat(refused).containsExactly("of-orders", "of-orders", "of-orders");
        assertThat(later).isEmpty();
    }

    @Test
    void aDenialOfOneDoesNotPutOffAnotherThatCouldNotBeWritten() {
        asked("first", "orders");
        asked("second", "orders");
        answer = name -> Answer.refused(name.equals("first") ? Cause.DENIED : Cause.UNAVAILABLE, "no");

        strays.lookSoon();
        aWhilePasses();

        assertThat(pauses).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(5));
    }

    @Test
    void howeverOftenSomethingElseHasItLookItTriesAgainOnce() {
        asked("of-orders", "orders");
        answer = name -> Answer.refused(Cause.DENIED, "no");
        for (int i = 0; i < 3; i++) {
            strays.lookSoon();
        }
        for (int i = 0; i < 3; i++) {
            aWhilePasses();
        }
        assertThat(refused).hasSize(3);

        for (int i = 0; i < 3; i++) {
            aWhilePasses();
        }

        assertThat(refused).hasSize(4);
        assertThat(later).hasSize(1);
    }

    @Test
    void aServerThatCannotBeReachedIsAskedAgainAndHoldsUpNoOther() {
        asked("first", "orders");
        asked("second", "orders");
        answer = name -> name.equals("first") ? Answer.refused(Cause.UNAVAILABLE, "away") : WRITTEN;

        strays.lookSoon();
        aWhilePasses();

        assertThat(refused).containsExactly("first", "second");
        unfinished.remove(1);
        answer = name -> WRITTEN;
        aWhilePasses();
        assertThat(refused).containsExactly("first", "second", "first");
        assertThat(later).isEmpty();
    }

    /** Whatever else stands in the way, asking again would not take away; a transfer that has changed is told anew. */
    @ParameterizedTest
    @EnumSource(
            value = Cause.class,
            names = {"UNAVAILABLE", "DENIED"},
            mode = EnumSource.Mode.EXCLUDE)
    void whatIsRefusedForGoodIsNotTriedAgain(Cause cause) {
        asked("of-orders", "orders");
        answer = name -> Answer.refused(cause, "no");

        strays.lookSoon();
        aWhilePasses();

        assertThat(refused).containsExactly("of-orders");
        assertThat(later).isEmpty();
    }
}
