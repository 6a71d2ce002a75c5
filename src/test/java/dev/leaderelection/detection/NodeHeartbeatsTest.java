package dev.leaderelection.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NodeHeartbeatsTest {

    private static final Duration BOUND = seconds(40);

    private Duration now = seconds(1_000);
    private final NodeHeartbeats heartbeats = new NodeHeartbeats(() -> now);
    private int stamps;

    private static Duration seconds(long count) {
        return Duration.ofSeconds(count);
    }

    private void beat(String... nodes) {
        for (String node : nodes) {
            heartbeats.saw(node, "stamp-" + stamps++);
        }
    }

    /** Lets time pass as it does for a process that runs. */
    private void pass(Duration span) {
        Duration end = now.plus(span);
        while (now.plusSeconds(1).compareTo(end) < 0) {
            now = now.plusSeconds(1);
            heartbeats.tick();
        }
        now = end;
        heartbeats.tick();
    }

    /** Lets time pass in which some nodes send every ten seconds, and some do not. */
    private void passWith(Duration span, String... living) {
        Duration end = now.plus(span);
        while (now.plusSeconds(10).compareTo(end) <= 0) {
            pass(seconds(10));
            beat(living);
        }
        pass(end.minus(now));
    }

    @Test
    void aNodeIsLostWhenItsHeartbeatHasNotChangedForTheBound() {
        beat("a", "b");

        passWith(BOUND.minusMillis(1), "b");
        assertThat(heartbeats.isLost("a", BOUND)).isFalse();

        pass(Duration.ofMillis(1));
        assertThat(heartbeats.isLost("a", BOUND)).isTrue();
        assertThat(heartbeats.isLost("b", BOUND)).isFalse();
    }

    @Test
    void theTallyIsThatOfTheShortestBoundThatWasAskedFor() {
        beat("a", "b");
        assertThat(heartbeats.tally()).isEqualTo(new NodeTally(2, 0, false));
        assertThat(heartbeats.isLost("a", BOUND)).isFalse();

        passWith(BOUND, "b");
        assertThat(heartbeats.tally()).isEqualTo(new NodeTally(2, 1, false));

        pass(BOUND);
        assertThat(heartbeats.tally()).isEqualTo(new NodeTally(2, 0, true));
    }

    @Test
    void ofWhomNothingWasEverHeardNothingIsHeld() {
        assertThat(heartbeats.isLost("a", BOUND)).isFalse();

        pass(NodeHeartbeats.LONGEST_SILENCE.plusSeconds(1));

        assertThat(heartbeats.tally()).isEqualTo(new NodeTally(0, 0, false));
        beat("a");
        pass(NodeHeartbeats.LONGEST_SILENCE.plusSeconds(1));
        assertThat(heartbeats.tally()).isEqualTo(new NodeTally(1, 0, true));
    }

    @Test
    void aBoundThatNoElectionAsksForAnyMoreIsForgotten() {
        beat("a", "b");
        asksAt("orders", BOUND);
        asksAt("bills", BOUND);
        asksAt("notes", BOUND.multipliedBy(2));
        passWith(BOUND, "b");

        heartbeats.asks(new ElectionKey("shop", "orders"), Duration.ZERO);
        assertThat(heartbeats.tally()).isEqualTo(new NodeTally(2, 1, false));

        asksAt("bills", BOUND.multipliedBy(3));
        assertThat(heartbeats.tally()).isEqualTo(new NodeTally(2, 0, false));
        passWith(BOUND, "b");
        assertThat(heartbeats.tally()).isEqualTo(new NodeTally(2, 1, false));
    }

    @Test
    void nothingIsLostNorHeldOnceNobodyAsks() {
        beat("a", "b");
        asksAt("orders", BOUND);
        pass(BOUND);
        assertThat(heartbeats.tally()).isEqualTo(new NodeTally(2, 0, true));

        heartbeats.asks(new ElectionKey("shop", "orders"), Duration.ZERO);

        assertThat(heartbeats.tally()).isEqualTo(new NodeTally(2, 0, false));
    }

    private void asksAt(String election, Duration bound) {
        heartbeats.asks(new ElectionKey("shop", election), bound);
        heartbeats.untilLost("a", bound);
    }

    @Test
    void eachBoundIsAQuestionOfItsOwn() {
        beat("a", "b");

        passWith(seconds(30), "b");

        assertThat(heartbeats.isLost("a", seconds(30))).isTrue();
        assertThat(heartbeats.isLost("a", BOUND)).isFalse();
    }

    @Test
    void aNodeThatWasNeverSeenIsNotLost() {
        beat("b");

        passWith(seconds(100), "b");

        assertThat(heartbeats.isLost("a", BOUND)).isFalse();
        assertThat(heartbeats.untilLost("a", BOUND)).isEmpty();
    }

    @Test
    void whatIsSeenAgainUnchangedIsNoHeartbeat() {
        heartbeats.saw("a", "the same");
        beat("b");
        for (int i = 0; i < 4; i++) {
            passWith(seconds(10), "b");
            heartbeats.saw("a", "the same");
        }

        assertThat(heartbeats.isLost("a", BOUND)).isTrue();
    }

    @Test
    void aClockThatWentBackOnTheNodeIsAHeartbeatLikeAnyOther() {
        heartbeats.saw("a", "2026-01-01T12:00:00Z");
        beat("b");
        passWith(seconds(30), "b");
        heartbeats.saw("a", "1970-01-01T00:00:00Z");
        passWith(seconds(30), "b");

        assertThat(heartbeats.isLost("a", BOUND)).isFalse();
    }

    @Test
    void aNodeThatComesBackIsLostNoLonger() {
        beat("a", "b");
        passWith(seconds(60), "b");
        assertThat(heartbeats.isLost("a", BOUND)).isTrue();

        boolean wasLost = heartbeats.saw("a", "back");

        assertThat(wasLost).isTrue();
        assertThat(heartbeats.isLost("a", BOUND)).isFalse();
        assertThat(heartbeats.saw("a", "and again")).isFalse();
    }

    @Test
    void tellsWhenANodeWillBeLost() {
        beat("a", "b");
        passWith(seconds(25), "b");

        assertThat(heartbeats.untilLost("a", BOUND)).contains(seconds(15));
        assertThat(heartbeats.untilLost("b", BOUND)).contains(seconds(35));
        passWith(seconds(15), "b");
        assertThat(heartbeats.untilLost("a", BOUND)).contains(Duration.ZERO);
    }

    @Test
    void aBoundOfNothingIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> heartbeats.isLost("a", Duration.ZERO));
    }

    @Test
    void nobodyIsLostWhileMoreThanHalfLookLost() {
        beat("a", "b", "c", "d", "e");

        passWith(seconds(60), "d", "e");

        assertThat(heartbeats.isHeld(BOUND)).isTrue();
        assertThat(List.of("a", "b", "c")).noneMatch(node -> heartbeats.isLost(node, BOUND));
    }

    @Test
    void halfOfTheNodesMayBeLost() {
        beat("a", "b", "c", "d");

        passWith(seconds(60), "c", "d");

        assertThat(heartbeats.isHeld(BOUND)).isFalse();
        assertThat(List.of("a", "b")).allMatch(node -> heartbeats.isLost(node, BOUND));
    }

    @Test
    void theOnlyNodeIsNeverLost() {
        beat("a");

        pass(seconds(600));

        assertThat(heartbeats.isLost("a", BOUND)).isFalse();
    }

    @Test
    void whenTheHoldEndsTheOthersHaveAWholeBoundToComeBack() {
        beat("a", "b", "c", "d", "e");
        heartbeats.untilLost("a", BOUND);
        passWith(seconds(60), "d", "e");

        beat("c");

        assertThat(heartbeats.isHeld(BOUND)).isFalse();
        assertThat(heartbeats.isLost("a", BOUND)).isFalse();
        passWith(BOUND.minusMillis(1), "c", "d", "e");
        assertThat(heartbeats.isLost("a", BOUND)).isFalse();
        pass(Duration.ofMillis(1));
        assertThat(heartbeats.isLost("a", BOUND)).isTrue();
    }

    @Test
    void nobodyIsLostWhileNothingIsHeardAtAll() {
        beat("a", "b", "c");
        passWith(seconds(30), "b", "c");

        pass(NodeHeartbeats.LONGEST_SILENCE.plusMillis(1));

        assertThat(heartbeats.isHeld(BOUND)).isTrue();
        assertThat(heartbeats.isLost("a", BOUND)).isFalse();
    }

    @Test
    void afterASilenceOfAllEveryNodeCountsAsFreshlySeen() {
        beat("a", "b", "c");
        passWith(seconds(30), "b", "c");
        pass(seconds(300));

        beat("b");

        assertThat(heartbeats.untilLost("a", BOUND)).contains(BOUND);
        assertThat(heartbeats.untilLost("c", BOUND)).contains(BOUND);
        passWith(BOUND, "b", "c");
        assertThat(heartbeats.isLost("a", BOUND)).isTrue();
    }

    @Test
    void afterAGapThatWeAreToldOfEveryNodeCountsAsFreshlySeen() {
        beat("a", "b");
        passWith(seconds(60), "b");

        heartbeats.gapEnded();

        assertThat(heartbeats.untilLost("a", BOUND)).contains(BOUND);
        assertThat(heartbeats.untilLost("b", BOUND)).contains(BOUND);
    }

    @Test
    void afterASuspensionOfThisProcessEveryNodeCountsAsFreshlySeen() {
        beat("a", "b", "c");
        passWith(seconds(39), "b", "c");

        now = now.plusSeconds(4);

        assertThat(heartbeats.untilLost("a", BOUND)).contains(BOUND);
    }

    @Test
    void aDeletedNodeIsForgotten() {
        beat("a", "b");
        passWith(seconds(60), "b");

        heartbeats.deleted("a");

        assertThat(heartbeats.isLost("a", BOUND)).isFalse();
        assertThat(heartbeats.untilLost("a", BOUND)).isEmpty();
    }

    @Test
    void deletedNodesAreNotCountedAmongTheOthers() {
        beat("a", "b", "c", "d", "e");
        passWith(seconds(30), "d", "e");
        heartbeats.deleted("a");

        passWith(seconds(20), "d", "e");

        assertThat(heartbeats.isHeld(BOUND)).isFalse();
        assertThat(heartbeats.isLost("b", BOUND)).isTrue();
    }

    @Test
    void whoseHeartbeatChangedWithinTheBoundIsNeverLost() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            NodeHeartbeats any = new NodeHeartbeats(() -> now);
            Map<String, Duration> changed = new HashMap<>();
            Duration latestGap = now;
            for (int step = 0; step < 300; step++) {
                Duration jump = Duration.ofMillis(random.nextInt(random.nextInt(50) == 0 ? 60_000 : 2_500));
                now = now.plus(jump);
                if (jump.compareTo(Absence.LONGEST_PAUSE) > 0) {
                    latestGap = now;
                }
                String node = "node-" + random.nextInt(1 + random.nextInt(8));
                switch (random.nextInt(12)) {
                    case 0 -> {
                        any.gapEnded();
                        latestGap = now;
                    }
                    case 1 -> {
                        any.deleted(node);
                        changed.remove(node);
                    }
                    case 2, 3, 4, 5 -> {
                        any.saw(node, "seed " + seed + " step " + step);
                        changed.put(node, now);
                    }
                    default -> any.tick();
                }
                Duration bound = seconds(1 + random.nextInt(40));
                long lost = 0;
                for (int i = 0; i < 8; i++) {
                    String each = "node-" + i;
                    if (any.isLost(each, bound)) {
                        lost++;
                        assertThat(changed).as("seed %d step %d", seed, step).containsKey(each);
                        assertThat(now.minus(changed.get(each)))
                                .as("seed %d step %d %s", seed, step, each)
                                .isGreaterThanOrEqualTo(bound);
                        assertThat(now.minus(latestGap))
                                .as("seed %d step %d %s after a gap", seed, step, each)
                                .isGreaterThanOrEqualTo(bound);
                    }
                }
                assertThat(lost * 2).as("seed %d step %d", seed, step).isLessThanOrEqualTo(changed.size());
            }
        }
    }

    @Test
    void anOutageOfTheServerHoweverLongLosesNoNodeThatLives() {
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            NodeHeartbeats any = new NodeHeartbeats(() -> now);
            int size = 2 + random.nextInt(30);
            List<Long> due = new ArrayList<>();
            IntStream.range(0, size).forEach(i -> due.add((long) random.nextInt(10_000)));
            long from = 60_000L + random.nextInt(10_000);
            long to = from + random.nextInt(random.nextBoolean() ? 20_000 : 120_000);
            for (long at = 0; at < to + 60_000; at += 100) {
                now = now.plusMillis(100);
                any.tick();
                List<Integer> nodes =
                        new ArrayList<>(IntStream.range(0, size).boxed().toList());
                Collections.shuffle(nodes, random);
                for (int i : nodes) {
                    if (due.get(i) > at) {
                        continue;
                    }
                    boolean serves = at < from || at >= to;
                    if (serves) {
                        any.saw("node-" + i, "seed " + seed + " at " + at);
                        due.set(i, at + 10_000L + random.nextInt(400));
                    } else {
                        // A kubelet that is refused asks again after a pause, seven seconds at most.
                        due.set(i, at + 200L + random.nextInt(6_800));
                    }
                }
                for (int i = 0; i < size; i++) {
                    assertThat(any.isLost("node-" + i, BOUND))
                            .as("seed %d: node-%d at %d of an outage from %d to %d", seed, i, at, from, to)
                            .isFalse();
                }
            }
        }
    }
}
