package dev.leaderelection.reconciler;

import static dev.leaderelection.election.PodFixture.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.election.Plan.Transition;
import dev.leaderelection.election.Reason;
import dev.leaderelection.election.Strategy;
import dev.leaderelection.kubernetes.Answer.Cause;
import dev.leaderelection.kubernetes.Answer.Refused;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.event.Level;

/** What the log tells of what. */
class ChronicleTest {

    private static final String ELECTION = "INFO namespace=shop election=orders ";
    private static final Strategy STRATEGY = new Strategy.Lease(Strategy.OrdinalOrder.HIGHEST);

    private final LogLines log = new LogLines(Chronicle.class);
    private final Chronicle chronicle = new Chronicle(Telemetry.NONE, Level.INFO);

    @AfterEach
    void closeLog() {
        log.close();
    }

    private void moved(Transition transition) {
        chronicle.moved(Reports.ELECTION, STRATEGY, transition, Duration.ofNanos(12_345_678));
    }

    @Test
    void aFailoverIsThreeLines() {
        moved(Reports.transition(id("a"), id("b"), 7, Reason.LEADER_NOT_READY));

        assertThat(log.lines())
                .containsExactly(
                        ELECTION + "pod=a reason=LeaderNotReady leader lost",
                        ELECTION + "pod=b term=7 heir claimed",
                        ELECTION + "pod=b term=7 reason=LeaderNotReady milliseconds=12.346 leader promoted");
    }

    @ParameterizedTest
    @EnumSource(names = {"HIGHER_RANK", "TERM_ENDED", "LEADERSHIP_TRANSFER"})
    void aLeaderThatIsWellIsNotLost(Reason reason) {
        moved(Reports.transition(id("a"), id("b"), 7, reason));

        assertThat(log.lines().get(0)).isEqualTo(ELECTION + "pod=a reason=" + reason.text() + " leader makes room");
    }

    @Test
    void theFirstLeaderFollowsNobody() {
        moved(new Transition(Optional.empty(), id("b"), 1, Reason.SEAT_VACANT));

        assertThat(log.lines()).hasSize(2).noneMatch(line -> line.contains("lost"));
    }

    @Test
    void aNewTermOfTheSameLeaderIsOneLine() {
        moved(Reports.transition(id("b"), id("b"), 8, Reason.LEASE_RESTORED));

        assertThat(log.lines())
                .containsExactly(ELECTION + "pod=b term=8 reason=LeaseRestored milliseconds=12.346 leader stays");
    }

    @Test
    void aDenialIsToldWhenItsCountHasDoubledAndAConflictOnlyWhenItHasNoEnd() {
        for (int streak = 1; streak <= 16; streak++) {
            chronicle.refused(Reports.ELECTION, new Refused<>(Cause.DENIED, "no"), streak);
            chronicle.refused(Reports.ELECTION, new Refused<>(Cause.CONFLICT, "changed"), streak);
        }

        assertThat(log.lines())
                .filteredOn(line -> line.startsWith("WARN"))
                .filteredOn(line -> line.contains("DENIED"))
                .hasSize(5);
        assertThat(log.lines())
                .filteredOn(line -> line.startsWith("WARN"))
                .filteredOn(line -> line.contains("CONFLICT"))
                .hasSize(2);
    }

    @Test
    void aPassThatEndsWithTheOperatorIsNothingToTellOf() {
        Thread.currentThread().interrupt();
        try {
            chronicle.refused(Reports.ELECTION, new Refused<>(Cause.UNAVAILABLE, "interrupted"), 1);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }

        assertThat(log.lines()).noneMatch(line -> line.startsWith("WARN"));
    }
}
