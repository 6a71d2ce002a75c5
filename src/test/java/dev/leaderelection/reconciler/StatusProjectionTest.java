package dev.leaderelection.reconciler;

import static dev.leaderelection.election.PodFixture.healthy;
import static dev.leaderelection.election.PodFixture.id;
import static dev.leaderelection.election.PodFixture.leading;
import static dev.leaderelection.election.PodFixture.pod;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.api.LeaderElectionStatus.Leader;
import dev.leaderelection.api.LeaderElectionStatus.Member;
import dev.leaderelection.api.LeaderElectionStatus.Transition;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.Candidate.Life;
import dev.leaderelection.election.Candidate.Standing;
import dev.leaderelection.election.PodFixture;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.election.Reason;
import dev.leaderelection.election.Strategy;
import dev.leaderelection.election.Strategy.OrdinalOrder;
import dev.leaderelection.election.World;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What people and scripts read. */
class StatusProjectionTest {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00.7Z");
    private static final String AT_NOON = "2026-01-01T12:00:00Z";
    private static final Instant LATER = NOON.plusSeconds(90);
    private static final String AT_LATER = "2026-01-01T12:01:30Z";

    private static LeaderElectionStatus project(Report report, Instant now) {
        return StatusProjection.project(report, 1L, 10, now);
    }

    private static Report with(Report report, Report.Change... changes) {
        return new Report(report.sight(), report.plan(), List.of(changes), report.refusal());
    }

    private static Report.Change change(String from, String to, long term, Instant at) {
        return new Report.Change(
                Reports.transition(id(from), id(to), term, Reason.LEADER_NOT_READY), Duration.ofMillis(250), at);
    }

    private static LeaderElectionStatus status(Optional<Leader> leader, Optional<Long> term, List<Transition> history) {
        return new LeaderElectionStatus(
                1L, leader.orElse(null), term.orElse(null), 32L, null, List.of(), history, List.of());
    }

    private static LeaderElectionStatus led(String by, long term) {
        return status(
                Optional.of(new Leader(by, by + "-uid", null, null, term, AT_NOON)),
                Optional.of(term),
                List.of(told("x", by, term)));
    }

    private static Transition told(String from, String to, long term) {
        return new Transition(from, to, term, "LeaderNotReady", AT_NOON, 250L);
    }

    private static List<String> members(World world) {
        return project(Reports.of(world), NOON).members().stream()
                .map(member -> member.podName() + " " + member.state())
                .toList();
    }

    @Test
    void tellsWhoLeadsSinceWhenAndInWhichTerm() {
        LeaderElectionStatus status =
                project(Reports.of(World.of(leading("a", 7), healthy("b")).claimedBy(id("a"), 7)), NOON);

        assertThat(status.leader()).isEqualTo(new Leader("a", "a-uid", null, null, 7L, AT_NOON));
        assertThat(status.term()).isEqualTo(7);
        assertThat(status.observedGeneration()).isEqualTo(1);
        assertThat(Objects.requireNonNull(status.candidates()).summary()).isEqualTo("2/2");
    }

    static Stream<Arguments> steadyWorlds() {
        return Stream.of(
                arguments("led", World.of(leading("a", 1), healthy("b")).claimedBy(id("a"), 1)),
                arguments("empty", World.of()),
                arguments("nobody ready", World.of(pod("a").notReady().build())),
                arguments(
                        "a rival stabilizes",
                        World.of(leading("a", 1), pod("b").priority(1).build())
                                .claimedBy(id("a"), 1)
                                .strategy(new Strategy.Bully(OrdinalOrder.HIGHEST, Duration.ofHours(1)))));
    }

    /** Everything that only time changes is left out. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("steadyWorlds")
    void aSteadyStateIsNeverWrittenTwice(String name, World world) {
        LeaderElectionStatus first = project(Reports.of(world), NOON);
        World later = world.ledFor(Duration.ofHours(9))
                .renewal(Duration.ofMillis(1), false)
                .steadyFor(id("b"), Duration.ofMinutes(1));

        LeaderElectionStatus second = project(Reports.of(later, first), LATER);

        assertThat(second).as(name).isEqualTo(first);
    }

    @Test
    void theTermNeverGoesBack() {
        assertThat(project(Reports.of(World.of(), led("a", 9)), NOON).term()).isEqualTo(9);
        assertThat(project(Reports.of(World.of(leading("a", 3)).claimedBy(id("a"), 3), led("a", 9)), NOON)
                        .term())
                .isEqualTo(9);
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0", "0, 1, 17", "16, 1, 16", "17, 9, 17", "17, 10, 26", "17, 17, 33", "100, 1, 100"})
    void termsAreReservedAheadAndNeverGivenBack(long reserved, long term, long expected) {
        LeaderElectionStatus before = new LeaderElectionStatus(
                1L, null, null, reserved == 0 ? null : reserved, null, List.of(), List.of(), List.of());
        World world = term == 0 ? World.of() : World.of(leading("a", term)).claimedBy(id("a"), term);

        Long now = project(Reports.of(world, before), NOON).termReserved();

        assertThat(now == null ? 0 : now).isEqualTo(expected);
    }

    // Since when.

    @Test
    void aLeaderThatIsStillTheLeaderLeadsSinceThen() {
        Report report = Reports.of(World.of(leading("a", 2)).claimedBy(id("a"), 2), led("a", 2));

        assertThat(Objects.requireNonNull(project(report, LATER).leader()).since())
                .isEqualTo(AT_NOON);
    }

    @Test
    void aNewTermOfTheSameLeaderIsNoNewLead() {
        Report report = with(
                Reports.of(World.of(leading("a", 3)).claimedBy(id("a"), 3), led("a", 2)),
                new Report.Change(
                        Reports.transition(id("a"), id("a"), 3, Reason.LEASE_RESTORED), Duration.ZERO, LATER));

        assertThat(Objects.requireNonNull(project(report, LATER).leader()).since())
                .isEqualTo(AT_NOON);
    }

    @Test
    void anotherPodOfTheSameNameIsAnotherLeader() {
        Report report = Reports.of(
                World.of(pod("a").uid("another").routed(3).build()).claimedBy(new PodIdentity("a", "another"), 3),
                led("a", 2));

        assertThat(Objects.requireNonNull(project(report, LATER).leader()).since())
                .isEqualTo(AT_LATER);
    }

    @Test
    void aLeaderThatLostTheLeadAndWonItBackUnreportedLeadsSinceItWonIt() {
        Report report = with(
                Reports.of(World.of(leading("a", 4)).claimedBy(id("a"), 4), led("a", 2)),
                change("a", "b", 3, LATER.minusSeconds(60)),
                change("b", "a", 4, LATER));

        assertThat(Objects.requireNonNull(project(report, LATER.plusSeconds(60)).leader())
                        .since())
                .isEqualTo(AT_LATER);
    }

    // History.

    @Test
    void aTransitionIsDatedByWhenItWasMadeAndNotByWhenItIsTold() {
        Report report = with(
                Reports.of(World.of(leading("b", 3)).claimedBy(id("b"), 3), led("a", 2)), change("a", "b", 3, NOON));

        LeaderElectionStatus status = project(report, LATER);

        assertThat(status.history().get(0)).isEqualTo(new Transition("a", "b", 3L, "LeaderNotReady", AT_NOON, 250L));
        assertThat(Objects.requireNonNull(status.leader()).since()).isEqualTo(AT_NOON);
    }

    @ParameterizedTest
    @CsvSource({"0, ''", "1, 4", "2, '4,3'", "3, '4,3,2'", "10, '4,3,2'"})
    void theHistoryIsNewestFirstAndNoLongerThanItsLimit(int limit, String terms) {
        Report report = with(
                Reports.of(World.of(leading("a", 4)).claimedBy(id("a"), 4), led("a", 2)),
                change("a", "b", 3, NOON),
                change("b", "a", 4, NOON));

        List<String> kept = StatusProjection.project(report, 1L, limit, NOON).history().stream()
                .map(transition -> transition.term().toString())
                .toList();

        assertThat(String.join(",", kept)).isEqualTo(terms);
    }

    @Test
    void aLowerLimitShortensTheHistoryAtOnce() {
        Report report = Reports.of(
                World.of(leading("a", 4)).claimedBy(id("a"), 4),
                status(Optional.empty(), Optional.of(4L), List.of(told("b", "a", 4), told("a", "b", 3))));

        assertThat(StatusProjection.project(report, 1L, 1, NOON).history()).containsExactly(told("b", "a", 4));
    }

    @Test
    void whatAStatusTellsAlreadyIsNotToldAgain() {
        Report report = with(
                Reports.of(World.of(leading("b", 3)).claimedBy(id("b"), 3), led("b", 3)), change("a", "b", 3, NOON));

        assertThat(project(report, LATER).history()).containsExactly(told("x", "b", 3));
    }

    static Stream<Arguments> unreported() {
        Leader a = new Leader("a", "a-uid", null, null, 2L, AT_NOON);
        Leader b = new Leader("b", "b-uid", null, null, 3L, AT_NOON);
        return Stream.of(
                arguments("the first term", LeaderElectionStatus.EMPTY, "nobody"),
                arguments("a later term", led("a", 2), "a"),
                arguments("a term that is told", led("b", 3), "untold"),
                arguments(
                        "a term that was claimed when the status was written, but not begun",
                        status(Optional.of(b), Optional.of(3L), List.of(told("x", "a", 2))),
                        "a"),
                arguments(
                        "a term after a leader whose pod is gone",
                        status(Optional.of(b), Optional.of(3L), List.of(told("x", "gone", 2))),
                        "nobody"),
                arguments("a later term, without a history", status(Optional.of(a), Optional.of(2L), List.of()), "a"),
                arguments(
                        "a term that is told, without a history",
                        status(Optional.of(b), Optional.of(3L), List.of()),
                        "untold"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unreported")
    void whoeverFindsATermThatNoStatusTellsOfSaysWhoLedBefore(String name, LeaderElectionStatus before, String from) {
        World world = World.of(healthy("a"), leading("b", 3)).claimedBy(id("b"), 3);
        if (before.leader() != null) {
            world.lastLeader(
                    new PodIdentity(before.leader().podName(), before.leader().podUID()));
        }

        var resumed = StatusProjection.resumed(Reports.of(world, before).sight());

        assertThat(resumed.map(transition ->
                                transition.from().map(PodIdentity::name).orElse("nobody"))
                        .orElse("untold"))
                .as(name)
                .isEqualTo(from);
        resumed.ifPresent(transition -> {
            assertThat(transition.to()).isEqualTo(id("b"));
            assertThat(transition.term()).isEqualTo(3);
            assertThat(transition.reason()).isEqualTo(Reason.RESUMED);
        });
    }

    // Members.

    @Test
    void theLeaderComesFirstThenTheOthersByRank() {
        assertThat(members(World.of(
                                pod("a").priority(9).build(),
                                leading("b", 1),
                                pod("c").priority(10).build(),
                                healthy("d"))
                        .claimedBy(id("b"), 1)))
                .containsExactly("b LEADER", "c ELIGIBLE", "a ELIGIBLE", "d ELIGIBLE");
    }

    @Test
    void atMostAHundredAreListedAndAllAreCounted() {
        List<Candidate> many = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            many.add(healthy("pod-%03d".formatted(i)));
        }
        many.add(leading("z", 1));
        LeaderElectionStatus status = project(Reports.of(World.of().pods(many).claimedBy(id("z"), 1)), NOON);

        assertThat(status.members()).hasSize(100);
        assertThat(status.members().get(0).podName()).isEqualTo("z");
        assertThat(Objects.requireNonNull(status.candidates()).summary()).isEqualTo("151/151");
    }

    @Test
    void twoIncarnationsOfOneNameAreListedOnce() {
        assertThat(members(World.of(pod("a").uid("earlier").notReady().build(), leading("a", 1))
                        .claimedBy(id("a"), 1)))
                .containsExactly("a LEADER");
    }

    static Stream<Arguments> standings() {
        return Stream.of(
                arguments(pod("x"), "ELIGIBLE", "1/1"),
                arguments(pod("x").notReady(), "NOT_READY", "0/1"),
                arguments(pod("x").life(Life.PENDING), "NOT_READY", "0/1"),
                arguments(pod("x").life(Life.TERMINATING), "TERMINATING", "0/1"),
                arguments(pod("x").life(Life.ENDED), "TERMINATING", "0/1"),
                arguments(pod("x").standing(Standing.EXCLUDED), "EXCLUDED", "0/1"),
                arguments(pod("x").standing(Standing.MALFORMED), "EXCLUDED", "0/1"));
    }

    @ParameterizedTest
    @MethodSource("standings")
    void everyCandidateHasItsStateAndAReason(PodFixture pod, String state, String summary) {
        LeaderElectionStatus status = project(Reports.of(World.of(pod.build())), NOON);

        Member member = status.members().get(0);
        assertThat(member.state()).hasToString(state);
        assertThat(member.reason()).isNotBlank();
        assertThat(Objects.requireNonNull(status.candidates()).summary()).isEqualTo(summary);
    }

    @Test
    void aStrangerIsNotListedUnlessItLeads() {
        Candidate stranger = pod("a").unselected().routed(1).build();

        assertThat(members(World.of(stranger, healthy("b")).claimedBy(id("b"), 1)))
                .containsExactly("b LEADER");
        LeaderElectionStatus status =
                project(Reports.of(World.of(stranger, healthy("b")).claimedBy(id("a"), 1)), NOON);
        assertThat(status.members()).extracting(Member::podName).containsExactly("a", "b");
        assertThat(status.members().get(0).reason()).contains("no longer matched");
        assertThat(Objects.requireNonNull(status.candidates()).summary()).isEqualTo("1/1");
    }

    @ParameterizedTest
    @CsvSource({"29, 1, STABILIZING", "30, 1, ELIGIBLE", "29, -1, ELIGIBLE"})
    void aBetterCandidateStabilizesUntilItsTimeIsUp(long seconds, int priority, String state) {
        World world = World.of(leading("a", 1), pod("b").priority(priority).build())
                .claimedBy(id("a"), 1)
                .strategy(new Strategy.Bully(OrdinalOrder.HIGHEST, Duration.ofSeconds(30)))
                .steadyFor(id("b"), Duration.ofSeconds(seconds));

        assertThat(members(world)).containsExactly("a LEADER", "b " + state);
    }
}
