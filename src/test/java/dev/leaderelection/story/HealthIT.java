package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.leaderelection.cluster.Identity;
import dev.leaderelection.cluster.NetworkProxy;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the probes of a kubelet are told of an operator that has lost its API server in one way or another. */
class HealthIT {

    /** Less than a request waits for its answer, and more than the event loop's second from tick to tick. */
    private static final String LIMIT = "1500ms";

    private static final Duration GLANCE = Duration.ofMillis(20);

    /** A request waits for a third of the interval. */
    private static final String PATIENT = "lease: {durationSeconds: 30, renewIntervalSeconds: 10}\n";

    private static final Pattern REFUSALS =
            Pattern.compile("leader_election_refusals_total\\{cause=\"unavailable\",?} ([0-9.]+)");

    private static NetworkProxy proxy;

    private final Stage stage = Stage.shared();

    @BeforeAll
    static void startBehindAProxy() throws IOException {
        Stage stage = Stage.shared();
        proxy = new NetworkProxy(URI.create(stage.controlPlane().url()).getPort());
        stage.restartOperator(Map.of(
                "KUBECONFIG",
                proxy.kubeconfig(stage.controlPlane(), Identity.OPERATOR).toString(),
                "LEADER_ELECTION_OVERDUE_LIMIT",
                LIMIT,
                "LEADER_ELECTION_REPLICA_DURATION",
                "60s"));
    }

    @AfterAll
    static void asBefore() throws IOException {
        Stage.shared().restartOperator();
        proxy.close();
    }

    @Test
    void aPassThatDoesNotEndFailsLivenessUntilItDoes() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect("orders", PATIENT);
            scene.awaitReadyElection("orders");
            assertThat(stage.operator().isLive()).isTrue();

            proxy.hold();
            try {
                await("a pass that hangs is noticed")
                        .pollInterval(GLANCE)
                        .atMost(Scene.PATIENCE)
                        .until(() -> !stage.operator().isLive());
            } finally {
                proxy.heal();
            }

            await("the pass has ended")
                    .pollInterval(GLANCE)
                    .atMost(Scene.PATIENCE)
                    .until(stage.operator()::isLive);
            scene.awaitRenewals("orders", 1);
        }
    }

    @Test
    void anApiServerThatIsGoneIsNoReasonToBeRestarted() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");

            double refused = refusals();
            proxy.cut();
            try {
                await("passes that are refused")
                        .pollInterval(GLANCE)
                        .atMost(Scene.PATIENCE)
                        .until(() -> {
                            assertThat(stage.operator().isLive()).isTrue();
                            return refusals() >= refused + 8;
                        });
            } finally {
                proxy.heal();
            }

            scene.awaitRenewals("orders", 1);
            scene.awaitLeader("orders", "orders-a");
        }
    }

    private double refusals() {
        Matcher matcher = REFUSALS.matcher(stage.operator().get("/q/metrics"));
        return matcher.find() ? Double.parseDouble(matcher.group(1)) : 0;
    }
}
