package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.Manifests;
import dev.leaderelection.cluster.OperatorProcess;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What keeps the operator from beginning, and what it says then. */
class StartupIT {

    private static final ControlPlane CONTROL_PLANE = ControlPlane.start();
    private static final Duration STARTING = Duration.ofSeconds(60);
    private static final Map<String, String> QUICK = Map.of("LEADER_ELECTION_REHEARSALS", "0");

    @AfterAll
    static void stop() {
        CONTROL_PLANE.close();
    }

    private static OperatorProcess launch(Map<String, String> environment) {
        return OperatorProcess.launch(CONTROL_PLANE, environment, Map.of());
    }

    /** The lines of an operator that ends because it cannot begin. */
    private static List<String> linesOfAFailedStart(Map<String, String> environment) {
        try (OperatorProcess operator = launch(environment)) {
            await().atMost(STARTING).until(() -> !operator.isAlive());
            assertThat(operator.awaitExit()).as(operator.log()).isEqualTo(1);
            List<String> lines = operator.log().lines().toList();
            assertThat(lines).noneMatch(line -> line.startsWith("\tat "));
            return lines.stream().filter(line -> line.contains("cannot start")).toList();
        }
    }

    @Test
    void aValueThatCannotBeReadIsNamed() {
        assertThat(linesOfAFailedStart(Map.of("LEADER_ELECTION_OVERDUE_LIMIT", "soon")))
                .singleElement()
                .asString()
                .contains("cannot start: bad configuration: ")
                .contains("leader-election.overdue-limit")
                .contains("soon");
    }

    @Test
    void valuesThatMakeNoSenseAreNamedWithWhatIsAllowed() {
        assertThat(linesOfAFailedStart(
                        Map.of("LEADER_ELECTION_EVENT_QUEUE", "0", "LEADER_ELECTION_REPLICA_DURATION", "1s")))
                .singleElement()
                .asString()
                .contains("cannot start: bad configuration: ")
                .contains("leader-election.event-queue must be at least 1, and is 0")
                .contains("leader-election.replica.duration must be a whole number of seconds");
    }

    /** Whoever deletes the definitions first, and uninstalls the operator then, is not held up. */
    private static void assertHasNothingToRelease() {
        try (OperatorProcess operator = launch(Map.of("LEADER_ELECTION_RELEASE", "true"))) {
            await().atMost(STARTING).until(() -> !operator.isAlive());
            assertThat(operator.awaitExit()).as(operator.log()).isZero();
            assertThat(operator.log())
                    .contains("there is nothing to let go")
                    .doesNotContain("cannot start")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void aClusterWithoutDefinitionAndRightsIsToldWhatToApplyAndAnAbsentOneIsWaitedFor() {
        assertThat(linesOfAFailedStart(QUICK))
                .singleElement()
                .asString()
                .contains("cannot start: the API server does not serve leaderelections and leadershiptransfers of ")
                .contains("kubectl apply -k crds/")
                .contains("patch pods")
                .contains("deploy/rbac.yaml");

        assertHasNothingToRelease();

        Manifests manifests = new Manifests(CONTROL_PLANE);
        manifests.applyCrds();
        manifests.applyRbac();
        CONTROL_PLANE.stopApiServer();
        try (OperatorProcess impatient = launch(QUICK);
                OperatorProcess patient = launch(QUICK)) {
            awaitWaiting(impatient);
            impatient.stop();
            awaitWaiting(patient);
            CONTROL_PLANE.startApiServer();
            patient.awaitReady();

            assertThat(patient.log().split("waiting for the API server", -1)).hasSize(2);
        }
    }

    private static void awaitWaiting(OperatorProcess operator) {
        await().atMost(STARTING).until(() -> operator.log().contains("waiting for the API server"));
    }
}
