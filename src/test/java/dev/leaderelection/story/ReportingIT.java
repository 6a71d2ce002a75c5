package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.api.LeaderElectionStatus.MemberState;
import dev.leaderelection.api.LeaderElectionStatus.Transition;
import dev.leaderelection.cluster.AuditLog;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What people and scripts are told, and how little it costs. */
class ReportingIT {

    private final Stage stage = Stage.shared();

    @Test
    void failoverIsTheThreeLinesThatTheDocumentationShows() throws IOException {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            scene.ready("orders-a", false);
            scene.awaitTransition("orders", "orders-a", "orders-b", "LeaderNotReady");

            assertThat(LogPage.written(stage.operator().log(), scene.namespace(), 3))
                    .isEqualTo(LogPage.shown("20"));
        }
    }

    @Test
    void statusTellsWhoLeadsWhoStandsAndWhy() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b", "orders-c");
            scene.ready("orders-c", false);
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            scene.awaitMember("orders", "orders-c", MemberState.NOT_READY);

            LeaderElectionStatus status = scene.status("orders");
            Pod pod = scene.getPod("orders-a");
            LeaderElectionStatus.Leader leader = Objects.requireNonNull(status.leader());
            assertThat(leader.podName()).isEqualTo("orders-a");
            assertThat(leader.podUID()).isEqualTo(pod.getMetadata().getUid());
            assertThat(leader.podIP()).isEqualTo(pod.getStatus().getPodIP());
            assertThat(leader.nodeName()).isEqualTo(pod.getSpec().getNodeName());
            assertThat(leader.term()).isEqualTo(status.term());
            assertThat(Instant.parse(leader.since()))
                    .isAfterOrEqualTo(
                            Instant.parse(scene.election("orders").getMetadata().getCreationTimestamp()));
            assertThat(status.termReserved()).isGreaterThanOrEqualTo(leader.term());
            assertThat(status.observedGeneration())
                    .isEqualTo(scene.election("orders").getMetadata().getGeneration());
            assertThat(Objects.requireNonNull(status.candidates()).summary()).isEqualTo("2/3");
            assertThat(status.members())
                    .extracting(member -> member.podName() + " " + member.state())
                    .containsExactly("orders-a LEADER", "orders-b ELIGIBLE", "orders-c NOT_READY");
            assertThat(status.conditions())
                    .extracting(condition -> condition.getType() + "=" + condition.getStatus())
                    .containsExactlyInAnyOrder(
                            "Ready=True",
                            "LeaderElected=True",
                            "LeaseHeld=True",
                            "RoutingConsistent=True",
                            "Conflicted=False",
                            "Paused=False");
        }
    }

    @Test
    void historyIsNewestFirstAndNoLongerThanItsLimit() {
        try (Scene scene = stage.scene()) {
            scene.readyPodWithPriority("orders-a", 1);
            scene.readyPodWithPriority("orders-b", 2);
            scene.elect("orders", Scene.FAST + "historyLimit: 2\nstrategy: {type: Ring, ring: {maxTermSeconds: 1}}");
            await().atMost(Scene.PATIENCE).until(() -> scene.history().leaders().size() > 3);

            List<Transition> history = scene.status("orders").history();

            assertThat(history).hasSize(2);
            assertThat(history.get(0).term()).isEqualTo(history.get(1).term() + 1);
            assertThat(history.get(0).from()).isEqualTo(history.get(1).to());
            assertThat(history.get(0).durationMilliseconds()).isBetween(0L, 10_000L);
        }
    }

    @Test
    void everyTransitionIsToldOnTheElectionAndOnBothPods() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect("orders", Scene.FAST);
            scene.awaitEvent("LeaderElection", "orders", "LeaderElected");
            scene.awaitEvent("Pod", "orders-a", "LeaderElected");

            scene.ready("orders-a", false);

            scene.awaitEvent("LeaderElection", "orders", "LeadershipTransferred");
            scene.awaitEvent("Pod", "orders-a", "LeaderLost");
            scene.awaitEvent("Pod", "orders-b", "LeaderElected");
        }
    }

    @Test
    void kubectlPrintsTheTableAndKnowsTheShortName() {
        try (Scene scene = stage.scene()) {
            scene.readyPods("orders-a");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");

            List<String> table = scene.kubectl("get", "le").lines().toList();

            assertThat(table.get(0).split("\\s+"))
                    .containsExactly("NAME", "STRATEGY", "LEADER", "TERM", "READY", "CANDIDATES", "LAST-SWITCH", "AGE");
            assertThat(table.get(1).split("\\s+")).startsWith("orders", "Lease", "orders-a", "1", "True", "1/1");
        }
    }

    @Test
    void steadyStateIsOneLeasePutPerIntervalAndNothingElse() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b", "orders-c");
            scene.elect("orders", Scene.FAST);
            scene.elect("bills", Scene.FAST + "routing: {label: {key: example.com/bills}}");
            scene.awaitReadyElection("orders");
            scene.awaitReadyElection("bills");
            // The first renewal settles what the first term has fenced.
            scene.awaitRenewals("orders", 2);
            scene.awaitRenewals("bills", 2);
            AuditLog log = new AuditLog(stage.controlPlane());
            int before = log.requests(scene.namespace()).size();
            long start = System.nanoTime();

            await().atMost(Scene.PATIENCE)
                    .until(() -> log.requests(scene.namespace()).size() >= before + 10);

            double seconds = (System.nanoTime() - start) / 1e9;
            List<AuditLog.Request> made = log.requests(scene.namespace());
            assertThat(made.subList(before, made.size()))
                    .allMatch(request -> request.equals(new AuditLog.Request(
                            "update", "coordination.k8s.io/leases", scene.namespace(), request.name(), 200)))
                    .extracting(AuditLog.Request::name)
                    .containsOnly("orders", "bills");
            // Five renewals each of two elections, at 0.8 to 1.0 s; the first and the last interval may be cut short.
            assertThat(seconds).isGreaterThan(4 * 0.8);
        }
    }

    @Test
    void podsThatComeAndGoElsewhereCostNothing() {
        try (Scene scene = stage.scene()) {
            scene.readyPods("orders-a");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            scene.awaitRenewals("orders", 2);
            AuditLog log = new AuditLog(stage.controlPlane());
            int before = log.requests(scene.namespace()).size();

            scene.pod("bystander", Map.of("app", "else"), Map.of());
            scene.awaitReady("bystander");
            scene.annotate("orders-a", "example.com/note", "nothing to do with elections");
            scene.awaitRenewals("orders", 2);

            List<AuditLog.Request> made = log.requests(scene.namespace());
            assertThat(made.subList(before, made.size()))
                    .allMatch(request -> request.verb().equals("update"));
        }
    }

    @Test
    void pausedElectionMovesNothingButStillStripsAndRenews() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            long term = scene.term("orders");
            scene.elect("orders", Scene.FAST + "mode: Paused");
            scene.awaitCondition("orders", "Paused", "True", "Paused");

            scene.ready("orders-a", false);
            scene.stray("orders-b");

            scene.awaitEvent("Pod", "orders-b", "StrayLabelRemoved");
            scene.awaitCondition("orders", "Ready", "False", "IncumbentNotReady");
            scene.awaitRenewals("orders", 2);
            scene.awaitLeader("orders", "orders-a");
            assertThat(scene.term("orders")).isEqualTo(term);
            scene.elect("orders", Scene.FAST + "mode: Active");
            scene.awaitTransition("orders", "orders-a", "orders-b", "LeaderNotReady");
        }
    }

    @Test
    void observedElectionSaysWhomItWouldElectAndWritesNothingElse() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");

            scene.elect("orders", Scene.FAST + "mode: Observe");

            scene.awaitCondition("orders", "LeaderElected", "False", "Observing");
            assertThat(scene.condition("orders", "LeaderElected").orElseThrow().getMessage())
                    .contains("orders-a");
            scene.awaitCondition("orders", "Paused", "True", "Observing");
            assertThat(scene.lease("orders")).isEmpty();
            assertThat(scene.labelled()).isEmpty();
            assertThat(scene.election("orders").getMetadata().getFinalizers()).isEmpty();
            assertThat(new AuditLog(stage.controlPlane()).requests(scene.namespace()))
                    .filteredOn(request -> !request.verb().equals("get"))
                    .allMatch(request -> request.resource().endsWith("/status")
                            || request.resource().startsWith("events.k8s.io/"));
            scene.elect("orders", Scene.FAST + "mode: Active");
            scene.awaitReadyElection("orders");
        }
    }
}
