package dev.leaderelection.reconciler;

import static dev.leaderelection.election.PodFixture.healthy;
import static dev.leaderelection.election.PodFixture.id;
import static dev.leaderelection.election.PodFixture.leading;
import static dev.leaderelection.election.PodFixture.pod;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.Candidate.Life;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.Observation.Obstacle;
import dev.leaderelection.election.Rules;
import dev.leaderelection.election.World;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** How an election looks to whoever counts. */
class ElectionSummaryTest {

    private static final World LED = World.of(leading("b", 2), healthy("a")).claimedBy(id("b"), 2);

    private final Vitals vitals = new Vitals();
    private Duration now = Duration.ofHours(1);

    private void found(World world) {
        found(Reports.of(world));
    }

    private void found(Report report) {
        vitals.found(found(report, now));
    }

    /** What a pass leaves behind. */
    static Vitals.Found found(Report report, Duration at) {
        LeaderElectionStatus status = StatusProjection.project(report, 1L, 10, Instant.EPOCH);
        return new Vitals.Found(Reports.ELECTION, report.plan().situation(), status, at);
    }

    private ElectionSummary summary() {
        return vitals.summary(now).orElseThrow();
    }

    @Test
    void thereIsNoneBeforeTheFirstPass() {
        assertThat(vitals.summary(now)).isEmpty();
    }

    @Test
    void tellsWhatTheStatusTells() {
        found(LED);

        assertThat(summary().namespace() + "/" + summary().name()).isEqualTo("shop/orders");
        assertThat(summary().isLed()).isTrue();
        assertThat(summary().term()).isEqualTo(2);
        assertThat(summary().conditions()).hasSize(6);
    }

    @Test
    void aLeaseAgesUntilItIsSeenToChange() {
        found(LED);
        vitals.leaseUnchangedFor("uid/1", now);
        now = now.plusSeconds(15);

        assertThat(summary().lease().orElseThrow().ratio()).isEqualTo(0.5);
        vitals.leaseUnchangedFor("uid/2", now);
        assertThat(summary().lease().orElseThrow().ratio()).isZero();
    }

    @Test
    void aLeaseThatIsLeftToRunOutOnPurposeHasNoAge() {
        Candidate unready = pod("b").notReady().routed(2).build();
        vitals.leaseUnchangedFor("uid/1", now);

        found(World.of(unready, healthy("a")).claimedBy(id("b"), 2).fencing(Rules.Fencing.DELETE_POD));
        assertThat(summary().lease()).as("being fenced").isEmpty();

        found(World.of(pod("b").life(Life.ENDED).routed(2).build()).claimedBy(id("b"), 2));
        assertThat(summary().lease()).as("ended").isEmpty();

        found(World.of(unready).claimedBy(id("b"), 2));
        assertThat(summary().lease()).as("not ready").isPresent();

        found(World.of(unready).claimedBy(id("b"), 2).renewal(Duration.ZERO, true));
        assertThat(summary().lease()).as("not ready when it ran out").isEmpty();
    }

    static Stream<Arguments> vacancies() {
        return Stream.of(
                arguments("NoCandidate", World.of()),
                arguments("NoEligibleCandidate", World.of(pod("b").notReady().build())),
                arguments(
                        "IncumbentNotReady",
                        World.of(pod("b").notReady().routed(2).build()).claimedBy(id("b"), 2)),
                arguments(
                        "IncumbentUnfit",
                        World.of(pod("b").life(Life.ENDED).routed(2).build()).claimedBy(id("b"), 2)),
                arguments("LeaderNotLabelled", World.of(healthy("b")).claimedBy(id("b"), 2)),
                arguments(
                        "Fencing",
                        World.of(pod("b").life(Life.TERMINATING).build(), healthy("a"))
                                .claimedBy(id("b"), 2)
                                .fencing(Rules.Fencing.DELETE_POD)));
    }

    @ParameterizedTest
    @MethodSource("vacancies")
    void whereNobodyCanBeReachedNobodyLeads(String reason, World world) {
        found(world);
        now = now.plusSeconds(40);
        found(world);
        now = now.plusSeconds(20);

        assertThat(summary().isLed()).isFalse();
        assertThat(summary().vacancy()).contains(new ElectionSummary.Vacancy(reason, Duration.ofMinutes(1)));
    }

    @Test
    void aVacancyLastsWhateverItsReasonUntilSomebodyLeads() {
        found(World.of(pod("b").notReady().routed(2).build()).claimedBy(id("b"), 2));
        now = now.plusSeconds(40);
        found(World.of());
        assertThat(summary().vacancy()).contains(new ElectionSummary.Vacancy("NoCandidate", Duration.ofSeconds(40)));

        found(LED);
        assertThat(summary().vacancy()).isEmpty();

        found(World.of());
        assertThat(summary().vacancy()).contains(new ElectionSummary.Vacancy("NoCandidate", Duration.ZERO));
    }

    @Test
    void nobodyIsMissedWhereNobodyShallLead() {
        List<World> worlds = List.of(
                World.of(healthy("a")).mode(Rules.Mode.PAUSED),
                World.of(healthy("a")).mode(Rules.Mode.OBSERVE).notHeld(),
                World.of(healthy("a")).obstacle(Obstacle.Kind.LABEL_IN_USE),
                World.of(healthy("a")).lease(new LeaseState.Foreign("somebody")));

        for (World world : worlds) {
            found(world);
            assertThat(summary().isLed()).isFalse();
            assertThat(summary().vacancy()).isEmpty();
        }
    }

    @Test
    void aLeaderWhoseLeaseMayNotBeWrittenLeads() {
        found(Reports.denied(Reports.of(LED), "PUT /leases/orders: 403 no"));

        assertThat(summary().isLed()).isTrue();
        assertThat(summary().vacancy()).isEmpty();
    }

    @Test
    void whatIsLeftToAnotherIsNotCounted() {
        found(World.of());

        vitals.left();

        assertThat(vitals.summary(now)).isEmpty();
    }

    @Test
    void fourLeadersLostWithinTenMinutesAreFlapping() {
        found(LED);
        for (int i = 0; i < 3; i++) {
            vitals.switched(now);
            now = now.plusMinutes(3);
        }
        assertThat(summary().isFlapping()).isFalse();

        vitals.switched(now);

        assertThat(summary().isFlapping()).isTrue();
        now = now.plusMinutes(2);
        assertThat(summary().isFlapping()).isFalse();
    }

    @Test
    void oneLeaderAnHourIsNotFlapping() {
        found(LED);
        for (int i = 0; i < 10; i++) {
            vitals.switched(now);
            now = now.plusHours(1);
        }

        assertThat(summary().isFlapping()).isFalse();
    }
}
