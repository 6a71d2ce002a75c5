package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
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

    /** Not renewed while the test lasts: a renewal is a write, too. */
    private static final String SLOW = "lease: {durationSeconds: 600, renewIntervalSeconds: 300}\n";

    /**
     * What an operator is killed in.
     *
     * @param given what is there before, beside two pods that are ready
     * @param when what makes the operator write
     * @param then what holds in the end
     * @param term which there is before
     * @param fewest how many writes it takes at least
     * @param most how many at most
     */
    private record Story(
            String name,
            Consumer<Scene> given,
            Consumer<Scene> when,
            Consumer<Scene> then,
            long term,
            int fewest,
            int most) {}

    /** Finalizer, Lease, reserved terms, claim, demotion of the other, promotion, status. */
    private static final Story FIRST_ELECTION = new Story(
            "the first election",
            scene -> {},
            scene -> scene.elect("orders", SLOW),
            scene -> assertThat(scene.history().leaders()).hasSize(1),
            0,
            6,
            9);

    /** Claim, demotion, promotion, status. */
    private static final Story FAILOVER = new Story(
            "a failover",
            scene -> {
                scene.elect("orders", SLOW);
                scene.awaitLeader("orders", "orders-a");
                scene.awaitReadyElection("orders");
            },
            scene -> scene.exclude("orders-a", true),
            scene -> {
                scene.awaitLeader("orders", "orders-b");
                assertThat(scene.history().leaders()).isEqualTo(List.of("orders-a", "orders-b"));
                assertThat(scene.term("orders")).isEqualTo(2);
            },
            1,
            4,
            5);

    /** A story that ends for its operator with the n-th write, in a namespace of its own. */
    private record Play(Story story, int writes, Scene scene) {

        boolean isDone() {
            return scene.term("orders") > story.term()
                    && scene.condition("orders", "Ready")
                            .filter(ready -> "True".equals(ready.getStatus()))
                            .isPresent();
        }

        boolean isOver(WriteProxy proxy) {
            return proxy.isCutOff(scene.namespace()) || isDone();
        }
    }

    @Test
    void firstElectionAndFailoverConvergeWhereverTheirOperatorIsKilled() throws IOException, GeneralSecurityException {
        List<Play> plays = new ArrayList<>();
        Map<Story, List<Integer>> cutOff = new HashMap<>();
        try {
            try (WriteProxy proxy = new WriteProxy(stage.controlPlane())) {
                stage.restartOperator(Map.of("KUBECONFIG", proxy.kubeconfig().toString()));
                for (Story story : List.of(FIRST_ELECTION, FAILOVER)) {
                    for (int writes = 1; writes <= story.most() + 1; writes++) {
                        plays.add(new Play(story, writes, stage.scene()));
                    }
                }
                plays.forEach(play -> play.scene().readyPods("orders-a", "orders-b"));
                plays.forEach(play -> play.scene().readyAfter("orders-b", "orders-a"));
                plays.forEach(play -> play.story().given().accept(play.scene()));
                plays.forEach(
                        play -> proxy.cutOffAfter(play.writes(), play.scene().namespace()));

                plays.forEach(play -> play.story().when().accept(play.scene()));

                List<Play> left = new ArrayList<>(plays);
                await("each is cut off, or done").atMost(Scene.PATIENCE).until(() -> {
                    left.removeIf(play -> play.isOver(proxy));
                    return left.isEmpty();
                });
                stage.operator().kill();
                plays.stream()
                        .filter(play -> proxy.isCutOff(play.scene().namespace()))
                        .forEach(play -> cutOff.computeIfAbsent(play.story(), any -> new ArrayList<>())
                                .add(play.writes()));
            } finally {
                stage.restartOperator();
            }
            for (Play play : plays) {
                play.scene()
                        .awaitStatus(
                                "orders",
                                status -> status.term() != null
                                        && status.term() > play.story().term());
                play.scene().awaitReadyElection("orders");
                play.story().then().accept(play.scene());
            }
            cutOff.forEach((story, writes) -> assertThat(writes)
                    .as(story.name())
                    .hasSizeBetween(story.fewest(), story.most())
                    .isEqualTo(IntStream.rangeClosed(1, writes.size()).boxed().toList()));
            assertThat(cutOff).hasSize(2);
        } finally {
            plays.forEach(play -> play.scene().close());
        }
    }
}
