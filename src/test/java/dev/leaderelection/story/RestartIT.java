package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.leaderelection.cluster.OperatorProcess;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The operator or the API server goes away, at any instant, and comes back. */
class RestartIT {

    private final Stage stage = Stage.shared();

    @Test
    void outageOfTheOperatorLongerThanTheLeaseMovesNothing() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-b", "orders-a");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            long term = scene.term("orders");
            stage.operator().stop();
            try {
                await("the Lease has run out")
                        .atMost(Scene.PATIENCE)
                        .until(() -> scene.lease("orders")
                                .orElseThrow()
                                .getSpec()
                                .getRenewTime()
                                .plusSeconds(3)
                                .toInstant()
                                .isBefore(Instant.now()));
            } finally {
                stage.restartOperator();
            }

            scene.awaitRenewals("orders", 2);

            scene.awaitReadyElection("orders");
            scene.awaitLeader("orders", "orders-b");
            assertThat(scene.term("orders")).isEqualTo(term);
            assertThat(scene.history().leaders()).containsExactly("orders-b");
        }
    }

    @Test
    void leaderThatDiedWhileTheOperatorWasKilledIsReplacedOnItsReturn() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            stage.operator().kill();
            try {
                scene.deletePod("orders-a");
                await().atMost(Scene.PATIENCE)
                        .until(() -> scene.findPod("orders-a").isEmpty());
            } finally {
                stage.restartOperator();
            }

            scene.awaitTransition("orders", "orders-a", "orders-b", "LeaderGone");
        }
    }

    @Test
    void restartOfTheApiServerMovesNothing() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-b", "orders-a");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            long term = scene.term("orders");

            String leader = scene.getPod("orders-b").getMetadata().getResourceVersion();
            String follower = scene.getPod("orders-a").getMetadata().getResourceVersion();
            scene.unwatched(() -> {
                stage.controlPlane().stopApiServer();
                stage.controlPlane().startApiServer();
            });

            scene.awaitRenewals("orders", 2);
            assertThat(scene.getPod("orders-b").getMetadata().getResourceVersion())
                    .isEqualTo(leader);
            assertThat(scene.getPod("orders-a").getMetadata().getResourceVersion())
                    .isEqualTo(follower);
            scene.awaitLeader("orders", "orders-b");
            scene.awaitReadyElection("orders");
            assertThat(scene.term("orders")).isEqualTo(term);
            scene.deletePod("orders-b");
            scene.awaitLeader("orders", "orders-a");
        }
    }

    @Test
    void firstElectionConvergesWhereverItsOperatorIsKilled() throws IOException, GeneralSecurityException {
        int boundaries = killAtEveryWrite(
                scene -> {},
                scene -> scene.elect("orders", ""),
                scene -> assertThat(scene.history().leaders()).hasSize(1));

        // Finalizer, Lease, reserved terms, claim, demotion of the other, promotion, status.
        assertThat(boundaries).isBetween(6, 9);
    }

    @Test
    void failoverConvergesWhereverItsOperatorIsKilled() throws IOException, GeneralSecurityException {
        int boundaries = killAtEveryWrite(
                scene -> {
                    scene.elect("orders", "");
                    scene.awaitLeader("orders", "orders-a");
                    scene.awaitReadyElection("orders");
                },
                scene -> scene.annotate("orders-a", "leaderelection.dev/candidate", "false"),
                scene -> {
                    scene.awaitLeader("orders", "orders-b");
                    assertThat(scene.history().leaders()).isEqualTo(List.of("orders-a", "orders-b"));
                    assertThat(scene.term("orders")).isEqualTo(2);
                });

        // Claim, demotion, promotion, status.
        assertThat(boundaries).isBetween(4, 5);
    }

    /** Plays the same story again and again, each time with the operator killed one write later, until there is no such write. */
    private int killAtEveryWrite(Consumer<Scene> given, Consumer<Scene> when, Consumer<Scene> then)
            throws IOException, GeneralSecurityException {
        stage.operator().stop();
        OperatorProcess[] operator = new OperatorProcess[1];
        try (WriteProxy proxy = new WriteProxy(stage.controlPlane())) {
            // Started a dozen times: what it would rehearse matters to its speed alone.
            Map<String, String> throughProxy =
                    Map.of("KUBECONFIG", proxy.kubeconfig().toString(), "LEADER_ELECTION_REHEARSALS", "0");
            operator[0] = OperatorProcess.start(stage.controlPlane(), throughProxy, Map.of());
            for (int write = 1; ; write++) {
                try (Scene scene = stage.scene()) {
                    scene.podsReadyInTurn("orders-a", "orders-b");
                    given.accept(scene);
                    long term = scene.term("orders");
                    proxy.killAfter(write, scene.namespace(), operator[0]::kill);
                    when.accept(scene);
                    await("killed, or done")
                            .atMost(Scene.PATIENCE)
                            .until(() -> proxy.hasKilled()
                                    || (scene.term("orders") > term
                                            && scene.condition("orders", "Ready")
                                                    .filter(c -> "True".equals(c.getStatus()))
                                                    .isPresent()));
                    boolean killed = proxy.disarm();
                    if (killed) {
                        operator[0] = OperatorProcess.start(stage.controlPlane(), throughProxy, Map.of());
                    }
                    scene.awaitStatus("orders", status -> status.term() != null && status.term() > term);
                    scene.awaitReadyElection("orders");
                    then.accept(scene);
                    if (!killed) {
                        return write - 1;
                    }
                }
            }
        } finally {
            if (operator[0] != null) {
                operator[0].close();
            }
            stage.restartOperator();
        }
    }
}
