package dev.leaderelection.reconciler;

import static dev.leaderelection.election.PodFixture.healthy;
import static dev.leaderelection.election.PodFixture.id;
import static dev.leaderelection.election.PodFixture.leading;
import static dev.leaderelection.election.PodFixture.pod;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.Candidate.Life;
import dev.leaderelection.election.Candidate.Mark.Origin;
import dev.leaderelection.election.Candidate.Role;
import dev.leaderelection.election.Candidate.Standing;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.Observation.Obstacle;
import dev.leaderelection.election.Rules;
import dev.leaderelection.election.Rules.Mode;
import dev.leaderelection.election.World;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every condition, for every way in which an election can stand. */
class FindingTest {

    private static final Candidate LED_BY_ANOTHER = pod("a").role(Role.LEADER)
            .labelTerm(3)
            .mark(Origin.ANOTHER_ELECTION, 0)
            .build();

    private static List<Finding> findings(Report report) {
        return Finding.of(report, StatusProjection.leader(report.sight().observation()));
    }

    private static Map<String, String> told(Report report) {
        return findings(report).stream()
                .collect(Collectors.toMap(Finding::type, finding -> finding.holds() + " " + finding.reason()));
    }

    private static String message(Report report, String type) {
        return findings(report).stream()
                .filter(finding -> finding.type().equals(type))
                .map(Finding::message)
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, String> conditions(
            String ready, String elected, String held, String routing, String conflicted, String paused) {
        return Map.of(
                "Ready", ready,
                "LeaderElected", elected,
                "LeaseHeld", held,
                "RoutingConsistent", routing,
                "Conflicted", conflicted,
                "Paused", paused);
    }

    static Stream<Arguments> situations() {
        String none = "false NoConflict";
        String active = "false Active";
        String consistent = "true Consistent";
        return Stream.of(
                arguments(
                        "a healthy leader",
                        World.of(leading("a", 1)).claimedBy(id("a"), 1),
                        conditions("true LeaderReady", "true Elected", "true Held", consistent, none, active)),
                arguments(
                        "a leader with a malformed annotation",
                        World.of(pod("a").standing(Standing.MALFORMED).routed(1).build())
                                .claimedBy(id("a"), 1),
                        conditions("true LeaderReady", "true Elected", "true Held", consistent, none, active)),
                arguments(
                        "a leader that is not ready, and no heir",
                        World.of(pod("a").notReady().routed(1).build()).claimedBy(id("a"), 1),
                        conditions("false IncumbentNotReady", "true Elected", "true Held", consistent, none, active)),
                arguments(
                        "a leader that is going, and no heir",
                        World.of(pod("a").life(Life.TERMINATING).routed(1).build())
                                .claimedBy(id("a"), 1),
                        conditions("false IncumbentUnfit", "true Elected", "true Held", consistent, none, active)),
                arguments(
                        "a leader whose Lease has run out",
                        World.of(leading("a", 1)).claimedBy(id("a"), 1).renewal(Duration.ZERO, true),
                        conditions(
                                "false LeaseExpired", "true Elected", "false LeaseExpired", consistent, none, active)),
                arguments(
                        "a leader that has ended, whose Lease has run out, and no heir",
                        World.of(pod("a").life(Life.ENDED).routed(1).build())
                                .claimedBy(id("a"), 1)
                                .renewal(Duration.ZERO, true),
                        conditions(
                                "false IncumbentUnfit",
                                "true Elected",
                                "false LeaseExpired",
                                consistent,
                                none,
                                active)),
                arguments(
                        "a leader without its label",
                        World.of(healthy("a")).claimedBy(id("a"), 1),
                        conditions(
                                "false LeaderNotLabelled",
                                "true Elected",
                                "true Held",
                                "false LeaderNotLabelled",
                                none,
                                active)),
                arguments(
                        "a second pod with the label",
                        World.of(leading("a", 1), leading("b", 1)).claimedBy(id("a"), 1),
                        conditions("false StrayLabel", "true Elected", "true Held", "false StrayLabel", none, active)),
                arguments(
                        "a leader that is gone, and no heir",
                        World.of().claimedBy(id("a"), 1).gone(id("a")),
                        conditions(
                                "false NoCandidate",
                                "false NoCandidate",
                                "false HolderGone",
                                consistent,
                                none,
                                active)),
                arguments(
                        "a leader that is being fenced",
                        World.of(pod("a").notReady().build(), healthy("b"))
                                .claimedBy(id("a"), 1)
                                .fencing(Rules.Fencing.AWAIT_LEASE_EXPIRY),
                        conditions("false Fencing", "true Elected", "true Held", "false Fencing", none, active)),
                arguments(
                        "a leader that is gone, and may still be running",
                        World.of(healthy("b"))
                                .claimedBy(id("a"), 1)
                                .gone(id("a"))
                                .fencing(Rules.Fencing.AWAIT_LEASE_EXPIRY),
                        conditions(
                                "false Fencing", "false Fencing", "false HolderGone", "false Fencing", none, active)),
                arguments(
                        "nobody who may lead",
                        World.of(pod("a").notReady().build()),
                        conditions(
                                "false NoEligibleCandidate",
                                "false NoEligibleCandidate",
                                "false NotHeld",
                                consistent,
                                none,
                                active)),
                arguments(
                        "no pod at all",
                        World.of(),
                        conditions(
                                "false NoCandidate", "false NoCandidate", "false NotHeld", consistent, none, active)),
                arguments(
                        "paused, with a leader",
                        World.of(leading("a", 1)).claimedBy(id("a"), 1).mode(Mode.PAUSED),
                        conditions("true LeaderReady", "true Elected", "true Held", consistent, none, "true Paused")),
                arguments(
                        "paused before the first leader",
                        World.of(healthy("a")).mode(Mode.PAUSED),
                        conditions("false Paused", "false Paused", "false NotHeld", consistent, none, "true Paused")),
                arguments(
                        "observed",
                        World.of(healthy("a")).mode(Mode.OBSERVE).notHeld(),
                        conditions(
                                "false Observing",
                                "false Observing",
                                "false NotHeld",
                                consistent,
                                none,
                                "true Observing")),
                arguments(
                        "observed, with a leader whose Lease nobody renews",
                        World.of(leading("a", 1))
                                .claimedBy(id("a"), 1)
                                .renewal(Duration.ZERO, true)
                                .mode(Mode.OBSERVE)
                                .notHeld(),
                        conditions(
                                "false Observing",
                                "true Elected",
                                "false LeaseExpired",
                                consistent,
                                none,
                                "true Observing")),
                arguments(
                        "observed, with a leader that is in order",
                        World.of(leading("a", 1))
                                .claimedBy(id("a"), 1)
                                .mode(Mode.OBSERVE)
                                .notHeld(),
                        conditions(
                                "true LeaderReady", "true Elected", "true Held", consistent, none, "true Observing")),
                arguments(
                        "a Lease of somebody else's",
                        World.of(healthy("a")).lease(new LeaseState.Foreign("somebody")),
                        conditions(
                                "false LeaseConflict",
                                "false LeaseConflict",
                                "false LeaseConflict",
                                consistent,
                                "true LeaseConflict",
                                active)),
                arguments(
                        "an older election over the same pods, which leads one of them",
                        World.of(LED_BY_ANOTHER, healthy("b")).obstacle(Obstacle.Kind.SELECTOR_OVERLAP),
                        conditions(
                                "false SelectorOverlap",
                                "false SelectorOverlap",
                                "false NotHeld",
                                "false SelectorOverlap",
                                "true SelectorOverlap",
                                active)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("situations")
    void everySituationHasItsConditions(String situation, World world, Map<String, String> conditions) {
        assertThat(told(Reports.of(world))).as(situation).isEqualTo(conditions);
    }

    @Test
    void whoObservesIsToldWhatIsNotInOrder() {
        Report report = Reports.of(World.of(pod("a").notReady().routed(1).build())
                .claimedBy(id("a"), 1)
                .mode(Mode.OBSERVE)
                .notHeld());

        assertThat(message(report, "Ready")).startsWith("mode Observe: a leads but is not fit (not ready)");
    }

    @Test
    void readyComesFirst() {
        assertThat(findings(Reports.of(World.of())).get(0).type()).isEqualTo("Ready");
    }

    @ParameterizedTest
    @EnumSource(Obstacle.Kind.class)
    void anObstacleAndNotTheCandidatesIsBlamedForAVacantSeat(Obstacle.Kind kind) {
        Report report = Reports.of(World.of(healthy("a")).obstacle(kind));

        assertThat(List.of("Ready", "LeaderElected", "Conflicted"))
                .allSatisfy(type -> assertThat(message(report, type)).isEqualTo("somebody else was first"));
    }

    @Test
    void aDenialAndNotTheCandidatesIsBlamedForAVacantSeat() {
        Report report = Reports.denied(Reports.of(World.of(healthy("a"))), "POST /leases: 403 no");

        assertThat(told(report))
                .containsEntry("LeaderElected", "false WriteDenied")
                .containsEntry("RoutingConsistent", "false WriteDenied")
                .containsEntry("Ready", "false WriteDenied");
        assertThat(message(report, "Ready")).contains("POST /leases: 403 no");
    }

    @Test
    void aDenialUnderALeaderLeavesItElectedAndHeld() {
        Report report =
                Reports.denied(Reports.of(World.of(leading("a", 1)).claimedBy(id("a"), 1)), "PATCH /pods/a: 403 no");

        assertThat(told(report))
                .containsEntry("LeaderElected", "true Elected")
                .containsEntry("LeaseHeld", "true Held")
                .containsEntry("RoutingConsistent", "false WriteDenied")
                .containsEntry("Ready", "false WriteDenied");
    }

    @Test
    void aSelectorThatMatchesNothingIsToldFromCandidatesThatAreNotEligible() {
        assertThat(message(Reports.of(World.of()), "Ready")).contains("matches no pod");
        assertThat(message(
                        Reports.of(World.of(
                                pod("a").notReady().build(),
                                pod("b").standing(Standing.EXCLUDED).build(),
                                pod("c").unselected().build())),
                        "Ready"))
                .contains("none of 2 candidates is eligible");
    }

    @Test
    void observingTellsWhomItWouldElectAndWhy() {
        assertThat(message(Reports.of(World.of(healthy("a")).mode(Mode.OBSERVE).notHeld()), "LeaderElected"))
                .contains("would elect a (SeatVacant)");
        assertThat(message(Reports.of(World.of().mode(Mode.OBSERVE).notHeld()), "LeaderElected"))
                .contains("nobody would be elected");
    }

    @Test
    void whatTheOperatorHasLetGoSaysSoAndWhatIsInItsWayOnlyBesides() {
        World world = World.of(healthy("a")).mode(Mode.RELEASE).notHeld().obstacle(Obstacle.Kind.SELECTOR_OVERLAP);

        assertThat(told(Reports.of(world)))
                .containsEntry("Ready", "false Released")
                .containsEntry("LeaderElected", "false Released")
                .containsEntry("LeaseHeld", "false NotHeld")
                .containsEntry("RoutingConsistent", "true Consistent")
                .containsEntry("Conflicted", "true SelectorOverlap")
                .containsEntry("Paused", "false Released");
        assertThat(message(Reports.of(world), "Ready")).contains("the operator was uninstalled");
    }

    @Test
    void aForeignLeaseIsNamedWithItsHolderAndTheWayOut() {
        assertThat(message(Reports.of(World.of().lease(new LeaseState.Foreign("somebody"))), "Conflicted"))
                .contains("Lease orders")
                .contains("'somebody'")
                .contains("lease.name");
    }

    @Test
    void aLeaderThatIsNotFitIsToldWithWhatKeepsItInItsSeat() {
        Candidate unready = pod("a").notReady().routed(1).build();
        World alone = World.of(unready).claimedBy(id("a"), 1);
        World graced = World.of(unready, healthy("b")).claimedBy(id("a"), 1).notReadyGrace(Duration.ofMinutes(1));
        World paused = World.of(unready, healthy("b")).claimedBy(id("a"), 1).mode(Mode.PAUSED);

        assertThat(message(Reports.of(alone), "Ready"))
                .isEqualTo("a leads but is not fit (not ready): it keeps the seat until another candidate is eligible");
        assertThat(message(Reports.of(graced), "Ready"))
                .isEqualTo("a leads but is not fit (not ready): it has the time of detection.notReadyGraceSeconds to"
                        + " become ready again");
        assertThat(message(Reports.of(paused), "Ready"))
                .isEqualTo("a leads but is not fit (not ready): it keeps the seat as long as the election is paused");
    }

    @Test
    void whatCannotBeFoundOutIsSaidBesideAHealthyLeader() {
        Report report = Reports.of(World.of(leading("a", 1)).claimedBy(id("a"), 1));

        assertThat(message(report, "Ready")).isEqualTo("a leads and is ready");
        assertThat(message(Reports.unheard(report, "grant the right"), "Ready"))
                .isEqualTo("a leads and is ready; grant the right");
        assertThat(told(Reports.unheard(report, "grant the right"))).isEqualTo(told(report));
    }

    @Test
    void theTimeOfAConditionIsThatOfTheLastChangeOfItsStatus() {
        Finding ready = new Finding("Ready", true, "LeaderReady", "a leads and is ready");
        Condition first = ready.toCondition(List.of(), 1L, Instant.parse("2026-01-01T00:00:01.9Z"));
        Condition same = new Finding("Ready", true, "LeaderReady", "b leads and is ready")
                .toCondition(List.of(first), 2L, Instant.parse("2026-01-01T00:00:05Z"));
        Condition other = new Finding("Ready", false, "NoEligibleCandidate", "nobody")
                .toCondition(List.of(same), 2L, Instant.parse("2026-01-01T00:00:09Z"));

        assertThat(first.getLastTransitionTime()).isEqualTo("2026-01-01T00:00:01Z");
        assertThat(same.getLastTransitionTime()).isEqualTo("2026-01-01T00:00:01Z");
        assertThat(same.getMessage()).isEqualTo("b leads and is ready");
        assertThat(same.getObservedGeneration()).isEqualTo(2);
        assertThat(other.getLastTransitionTime()).isEqualTo("2026-01-01T00:00:09Z");
        assertThat(other.getStatus()).isEqualTo("False");
    }
}
