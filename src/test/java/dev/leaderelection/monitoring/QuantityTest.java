package dev.leaderelection.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantityTest {

    @ParameterizedTest
    @CsvSource({
        "COUNT, 0, 0",
        "COUNT, 20, 20",
        "COUNT, 1.2345, 1.23",
        "COUNT, 1234, 1234",
        "SECONDS, 0.0142, 14.2 ms",
        "SECONDS, 2.5, 2.5 s",
        "BYTES, 52428800, 50 MiB",
        "SHARE, 0.125, 12.5 %",
        "RATE, 0.05, 0.05/s"
    })
    void numberIsWrittenWithItsUnit(Quantity quantity, double value, String text) {
        assertThat(quantity.write(value)).isEqualTo(text);
    }

    @Test
    void marksAreRoundAndReachTheGreatestValue() {
        assertThat(Quantity.COUNT.marks(17)).containsExactly(0.0, 5.0, 10.0, 15.0, 20.0);
        assertThat(Quantity.SHARE.marks(0.9)).hasSizeBetween(3, 6).endsWith(1.0);
        assertThat(Quantity.BYTES.marks(60 << 20)).hasSizeBetween(3, 6);
    }

    @Test
    void axisOfNothingButZeroHasMarks() {
        assertThat(Quantity.COUNT.marks(0)).containsExactly(0.0, 1.0);
    }

    @Test
    void everyPanelHasAKnownUnit() {
        assertThat(Dashboard.read().panels())
                .allSatisfy(panel -> assertThat(Quantity.of(panel.unit())).isNotNull());
    }
}
