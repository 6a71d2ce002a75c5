package dev.leaderelection.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.leaderelection.soak.Trend.Point;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrendTest {

    @Test
    void growthIsToldByTheHour() {
        assertThat(Trend.perHour(minutes(31, minute -> 40 + minute / 10))).isCloseTo(6, within(1e-9));
    }

    @Test
    void whatFillsInTheFirstHalfIsNoGrowth() {
        assertThat(Trend.perHour(minutes(31, minute -> Math.min(minute, 15)))).isZero();
    }

    @Test
    void fewOutliersDoNotSwayIt() {
        List<Point> points = minutes(31, minute -> minute == 20 || minute == 30 ? 500 : 40);

        assertThat(Trend.perHour(points)).isZero();
    }

    @Test
    void aStepThatIsTakenAgainAndAgainIsGrowth() {
        assertThat(Trend.perHour(minutes(61, minute -> Math.floor(minute / 5)))).isCloseTo(12, within(2.0));
    }

    @Test
    void tooLittleTellsNothing() {
        assertThat(Trend.perHour(List.of(new Point(0, 1)))).isNaN();
        assertThat(Trend.perHour(List.of())).isNaN();
    }

    private static List<Point> minutes(int count, DoubleUnaryOperator value) {
        return IntStream.range(0, count)
                .mapToObj(minute -> new Point(60.0 * minute, value.applyAsDouble(minute)))
                .toList();
    }
}
