package dev.leaderelection.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.election.Transfer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransferMemoryTest {

    private static final Duration START = Duration.ofHours(1);
    private static final Instant NOW = Instant.EPOCH.plusSeconds(10);

    private final TransferMemory memory = new TransferMemory();

    private static Transfer transfer(String name, int createdAtSecond) {
        return new Transfer(
                name,
                name + "-uid",
                "5",
                Instant.ofEpochSecond(createdAtSecond),
                "",
                Duration.ofMinutes(1),
                false,
                Optional.empty(),
                false,
                false);
    }

    private static Transfer revision(Transfer transfer, String version, boolean finished) {
        return new Transfer(
                transfer.name(),
                transfer.uid(),
                version,
                transfer.created(),
                transfer.target(),
                transfer.rest(),
                transfer.stale(),
                transfer.accepted(),
                transfer.orphaned(),
                finished);
    }

    private Optional<String> pending(Duration ticks, Transfer... cached) {
        return memory.pending(List.of(cached), ticks, NOW).map(Transfer::name);
    }

    @Test
    void theOldestIsAnsweredFirst() {
        assertThat(pending(START, transfer("b", 2), transfer("z", 1))).contains("z");
        assertThat(pending(START, transfer("b", 1), transfer("a", 1))).contains("a");
    }

    @Test
    void timeRunsFromWhenItWasFirstSeen() {
        pending(START, transfer("a", 1));

        assertThat(memory.pending(List.of(transfer("a", 1)), START.plusSeconds(20), NOW))
                .map(Transfer::rest)
                .contains(Duration.ofSeconds(40));
    }

    /** Created in second 1, with a minute to be made in. */
    @ParameterizedTest
    @CsvSource({"-3600, false", "1, false", "61, false", "361, false", "362, true", "36000, true"})
    void whatWasAskedForLongBeforeItWasSeenIsStaleWithMinutesToSpare(long nowSecond, boolean stale) {
        assertThat(memory.pending(List.of(transfer("a", 1)), START, Instant.ofEpochSecond(nowSecond)))
                .map(Transfer::stale)
                .contains(stale);
    }

    @Test
    void theTimeOfDayTakesNothingFromTheTimeOut() {
        pending(START, transfer("a", 1));

        assertThat(memory.pending(List.of(transfer("a", 1)), START.plusSeconds(20), NOW.plusSeconds(86_400)))
                .map(Transfer::rest)
                .contains(Duration.ofSeconds(40));
    }

    @Test
    void whatWasWrittenCountsUntilTheCachesTellOfIt() {
        Transfer first = transfer("a", 1);
        pending(START, first);

        memory.wrote(revision(first, "6", true));

        assertThat(pending(START, first, transfer("b", 2))).contains("b");
    }

    @Test
    void oneThatCannotBeAnsweredIsLeftAloneForAWhileAndTheNextMustNotOvertakeIt() {
        Transfer first = transfer("a", 1);
        pending(START, first);

        memory.leaveAlone(first, START.plusSeconds(5));

        assertThat(pending(START.plusSeconds(1), first, transfer("b", 2))).isEmpty();
        assertThat(memory.nextLook(START.plusSeconds(1))).contains(Duration.ofSeconds(4));
        assertThat(pending(START.plusSeconds(5), first, transfer("b", 2))).contains("a");
    }

    @Test
    void oneThatWasDeletedIsForgotten() {
        pending(START, transfer("a", 1));
        pending(START.plusSeconds(50), transfer("b", 1));

        assertThat(memory.pending(List.of(transfer("a", 1)), START.plusSeconds(50), NOW))
                .map(Transfer::rest)
                .contains(Duration.ofMinutes(1));
    }
}
