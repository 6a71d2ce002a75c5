package dev.leaderelection.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leaderelection.bench.Options.Misuse;
import dev.leaderelection.bench.Options.Part;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {

    @Test
    void measuresEverythingUnlessToldOtherwise() throws Misuse {
        Options options = Options.parse();

        assertThat(options.parts()).containsExactly(Part.values());
        assertThat(options.samples()).isGreaterThanOrEqualTo(200);
        assertThat(options.starts()).isGreaterThanOrEqualTo(20);
    }

    @Test
    void takesEachOption() throws Misuse {
        Options options = Options.parse(
                "--only",
                "warm,memory",
                "--samples",
                "7",
                "--warm-up",
                "0",
                "--elections",
                "20,10",
                "--image",
                "--markdown");

        assertThat(options.parts()).containsExactly(Part.WARM, Part.MEMORY);
        assertThat(options.samples()).isEqualTo(7);
        assertThat(options.warmUp()).isZero();
        assertThat(options.elections()).containsExactly(10, 20);
        assertThat(options.image()).isTrue();
        assertThat(options.markdown()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"--sample", "x", "--samples", "--samples 0", "--samples x", "--only cold", "--elections 1,,2"})
    void refusesWhatItDoesNotKnow(String line) {
        assertThatThrownBy(() -> Options.parse(line.split(" "))).isInstanceOf(Misuse.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"samples", "warm-up", "starts", "intervals", "elections", "only", "image", "markdown"})
    void tellsOfEachOption(String option) {
        assertThat(Options.USAGE).contains("--" + option + " ");
    }
}
