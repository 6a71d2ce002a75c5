package dev.leaderelection.reconciler;

import static dev.leaderelection.election.PodFixture.healthy;
import static dev.leaderelection.election.PodFixture.id;
import static dev.leaderelection.election.PodFixture.leading;
import static dev.leaderelection.election.PodFixture.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.election.Candidate.Mark.Origin;
import dev.leaderelection.election.Candidate.Role;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.Observation.Obstacle;
import dev.leaderelection.election.Plan.Transition;
import dev.leaderelection.election.Reason;
import dev.leaderelection.election.Rules.Mode;
import dev.leaderelection.election.World;
import dev.leaderelection.kubernetes.EventLog;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which Events tell of what. */
class AnnouncerTest {

    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final World LED = World.of(leading("b", 2), healthy("a")).claimedBy(id("b"), 2);

    private final EventLog log = new EventLog();
    private final Announcer announcer = new Announcer(log.recorder(() -> NOW));

    /** Tells of a pass, and gives the status that it left. */
    private LeaderElectionStatus tell(Report report) {
        LeaderElectionStatus before = report.sight().primary().status();
        LeaderElectionStatus after = StatusProjection.project(report, 1L, 10, NOW);
        announcer.changed(report, before, after);
        return after;
    }

    private static Report changed(World world, Transition transition) {
        Report report = Reports.of(world);
        return new Report(
                report.sight(),
                report.plan(),
                List.of(new Report.Change(transition, Duration.ZERO, NOW)),
                report.refusal());
    }

    @Test
    void aTransitionIsToldOnTheElectionAndOnBothPods() {
        tell(changed(LED, Reports.transition(id("a"), id("b"), 2, Reason.LEADER_NOT_READY)));

        assertThat(log.told())
                .containsExactly(
                        "LeaderElection/orders Normal LeadershipTransferred: from a to b (the leader is not ready), term 2",
                        "Pod/b Normal LeaderElected: leads orders (the leader is not ready), term 2",
                        "Pod/a Normal LeaderLost: no longer leads orders (the leader is not ready), term 2");
    }

    @Test
    void theFirstLeaderFollowsNobody() {
        tell(changed(LED, new Transition(Optional.empty(), id("b"), 2, Reason.SEAT_VACANT)));

        assertThat(log.told())
                .containsExactly(
                        "LeaderElection/orders Normal LeaderElected: b leads (the seat was vacant), term 2",
                        "Pod/b Normal LeaderElected: leads orders (the seat was vacant), term 2");
    }

    @Test
    void aRestoredLeaseIsAWarningAndNoSwitch() {
        tell(changed(LED, Reports.transition(id("b"), id("b"), 2, Reason.LEASE_RESTORED)));

        assertThat(log.told())
                .singleElement()
                .asString()
                .startsWith("LeaderElection/orders Warning LeaseRestored: b stays the leader");
    }

    @Test
    void aRaisedMinimumTermIsNoWarning() {
        tell(changed(LED, Reports.transition(id("b"), id("b"), 2, Reason.MINIMUM_TERM_RAISED)));

        assertThat(log.told())
                .singleElement()
                .asString()
                .startsWith("LeaderElection/orders Normal MinimumTermRaised: b stays the leader");
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void everyReasonIsGivenInWords(Reason reason) {
        tell(changed(LED, Reports.transition(id("a"), id("b"), 2, reason)));

        assertThat(log.told()).hasSize(3).allMatch(told -> told.contains(reason.explanation()));
    }

    @Test
    void aSteadyStateIsSilent() {
        LeaderElectionStatus first = tell(Reports.of(LED));
        tell(Reports.of(LED, first));

        assertThat(log.told()).isEmpty();
    }

    @Test
    void nobodyEligibleIsToldWhenItBeginsAndNotWhileItLasts() {
        World vacant = World.of(pod("a").notReady().build());
        LeaderElectionStatus first = tell(Reports.of(vacant));
        tell(Reports.of(vacant, first));

        assertThat(log.told())
                .singleElement()
                .asString()
                .startsWith("LeaderElection/orders Warning NoEligibleCandidate: none of 1 candidates is eligible");
    }

    @Test
    void aWorkloadThatIsScaledFromAndToZeroIsOneTrouble() {
        LeaderElectionStatus none = tell(Reports.of(World.of()));
        LeaderElectionStatus starting =
                tell(Reports.of(World.of(pod("a").notReady().build()), none));
        tell(Reports.of(World.of(), starting));

        assertThat(log.told())
                .singleElement()
                .asString()
                .startsWith("LeaderElection/orders Warning NoCandidate: the selector matches no pod");
    }

    @Test
    void aTroubleThatComesBackIsToldAgain() {
        World vacant = World.of(pod("a").notReady().build());
        LeaderElectionStatus first = tell(Reports.of(vacant));
        LeaderElectionStatus second = tell(Reports.of(LED, first));
        tell(Reports.of(vacant, second));

        assertThat(log.lengthened()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Obstacle.Kind.class)
    void anObstacleIsToldInOneEventHoweverManyConditionsItSpoils(Obstacle.Kind kind) {
        World blocked = World.of(leading("a", 1), healthy("b")).obstacle(kind);

        tell(Reports.of(blocked));

        assertThat(log.told()).singleElement().asString().endsWith(": somebody else was first");
        assertThat(log.lengthened()).isEmpty();
    }

    @Test
    void aForeignLeaseIsToldInOneEvent() {
        tell(Reports.of(World.of(healthy("a")).lease(new LeaseState.Foreign("somebody"))));

        assertThat(log.told())
                .singleElement()
                .asString()
                .startsWith("LeaderElection/orders Warning LeaseConflict: Lease orders exists");
    }

    @Test
    void aDenialIsToldInOneEventWithTheServersWords() {
        tell(Reports.denied(Reports.of(World.of(healthy("a"))), "POST /leases: 403 no"));

        assertThat(log.told())
                .containsExactly(
                        "LeaderElection/orders Warning WriteDenied: the API server denied a write: POST /leases: 403 no");
    }

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"PAUSED", "OBSERVE"})
    void whoAskedForNoLeaderIsNotWarnedThatThereIsNone(Mode mode) {
        tell(Reports.of(World.of(healthy("a")).mode(mode).notHeld()));

        assertThat(log.told()).isEmpty();
    }

    @Test
    void aStrippedPodIsToldOfAndItsTemplateBlamedIfItWasBornWithTheLabel() {
        announcer.stripped(
                Reports.ELECTION,
                List.of(
                        pod("born").role(Role.LEADER).build(),
                        pod("byhand")
                                .role(Role.LEADER)
                                .mark(Origin.THIS_ELECTION, 1)
                                .build(),
                        pod("follower").role(Role.FOLLOWER).build()));

        assertThat(log.told())
                .hasSize(4)
                .filteredOn(told -> told.contains("pod template"))
                .hasSize(2)
                .allMatch(told -> told.contains("pod born carried leaderelection.dev/role=leader"));
        assertThat(log.told())
                .filteredOn(told -> told.startsWith("Pod/"))
                .extracting(told -> told.split(":", 2)[0])
                .containsExactly("Pod/born Warning StrayLabelRemoved", "Pod/byhand Warning StrayLabelRemoved");
    }
}
