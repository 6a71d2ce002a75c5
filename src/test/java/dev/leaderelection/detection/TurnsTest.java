package dev.leaderelection.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TurnsTest {

    private static List<String> takeAll(Turns<String> turns) {
        List<String> taken = new ArrayList<>();
        for (Optional<String> next = turns.take(); next.isPresent(); next = turns.take()) {
            taken.add(next.get());
        }
        return taken;
    }

    @Test
    void noMoreThanTheMostAreUnderWay() {
        Turns<String> turns = new Turns<>(8);
        for (int lane = 0; lane < 20; lane++) {
            turns.offer("lane-" + lane, "item");
        }

        assertThat(takeAll(turns)).hasSize(8);
        turns.done("lane-0");
        assertThat(takeAll(turns)).hasSize(1);
    }

    @Test
    void oneLaneHasNoMoreThanItsShare() {
        Turns<String> turns = new Turns<>(8);
        List.of("a1", "a2", "a3", "a4").forEach(item -> turns.offer("a", item));
        assertThat(takeAll(turns)).containsExactly("a1", "a2");

        turns.offer("b", "b1");
        assertThat(takeAll(turns)).containsExactly("b1");

        turns.done("a");
        assertThat(takeAll(turns)).containsExactly("a3");
    }

    @Test
    void lanesThatFinishNothingLeaveRoomForTheNext() {
        Turns<String> turns = new Turns<>(256);
        List<String> hogs = List.of("a", "b", "c", "d");
        hogs.forEach(lane -> offer(turns, lane, 64));
        takeAll(turns);

        turns.offer("e", "e1");
        assertThat(takeAll(turns)).containsExactly("e1");
        turns.done("e");

        for (int late = 0; late < 8; late++) {
            offer(turns, "late-" + late, 64);
            assertThat(takeAll(turns)).as("of lane %d that hangs", late).isNotEmpty();
        }
    }

    private static void offer(Turns<String> turns, String lane, int items) {
        for (int item = 0; item < items; item++) {
            turns.offer(lane, lane);
        }
    }

    @Test
    void lanesTakeTurns() {
        Turns<String> turns = new Turns<>(16);
        List.of("a1", "a2", "a3").forEach(item -> turns.offer("a", item));
        List.of("b1", "b2").forEach(item -> turns.offer("b", item));

        assertThat(takeAll(turns)).containsExactly("a1", "b1", "a2", "b2", "a3");
    }

    @Test
    void whateverHappensTheBoundsHoldAndNothingIsForgotten() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            int most = 1 + random.nextInt(12);
            Turns<String> turns = new Turns<>(most);
            List<String> underWay = new ArrayList<>();
            int offered = 0;
            int taken = 0;
            for (int step = 0; step < 500; step++) {
                if (step < 300 && random.nextBoolean()) {
                    String lane = "lane-" + random.nextInt(4);
                    turns.offer(lane, lane);
                    offered++;
                } else if (!underWay.isEmpty() && random.nextBoolean()) {
                    turns.done(underWay.remove(random.nextInt(underWay.size())));
                } else {
                    List<String> next = takeAll(turns);
                    taken += next.size();
                    underWay.addAll(next);
                }
                assertThat(turns.underWay()).isEqualTo(underWay.size()).isLessThanOrEqualTo(most);
            }
            while (taken < offered) {
                underWay.forEach(turns::done);
                underWay = takeAll(turns);
                assertThat(underWay).as("seed %d", seed).isNotEmpty();
                taken += underWay.size();
            }
        }
    }

    @Test
    void nothingMayNotBeTheMost() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Turns<String>(0));
    }
}
