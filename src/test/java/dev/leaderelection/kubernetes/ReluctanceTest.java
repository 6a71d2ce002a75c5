package dev.leaderelection.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How often something is asked for that is refused. */
class ReluctanceTest {

    private final Reluctance reluctance = new Reluctance();

    /** The seconds at which somebody may ask who tries every second. */
    private List<Integer> turns(int from, int to) {
        List<Integer> turns = new ArrayList<>();
        for (int second = from; second < to; second++) {
            if (reluctance.takeTurn(Duration.ofSeconds(second))) {
                turns.add(second);
            }
        }
        return turns;
    }

    @Test
    void asksLessAndLessAndOnceAMinuteInTheEnd() {
        assertThat(turns(0, 300)).containsExactly(0, 1, 3, 7, 15, 31, 63, 123, 183, 243);
    }

    @Test
    void asksAtOnceWhereverTheClockBegins() {
        assertThat(reluctance.takeTurn(Duration.ofDays(-1))).isTrue();
    }

    @Test
    void tellsHowLongNobodyMayAsk() {
        assertThat(reluctance.rest(Duration.ZERO)).isZero();

        turns(0, 2);

        assertThat(reluctance.rest(Duration.ofSeconds(2))).isEqualTo(Duration.ofSeconds(1));
        assertThat(reluctance.rest(Duration.ofSeconds(9))).isZero();
    }

    @Test
    void aRefusalAfterAGrantIsTheFirstAgain() {
        turns(0, 100);
        reluctance.granted();

        assertThat(turns(100, 110)).containsExactly(100, 101, 103, 107);
    }
}
