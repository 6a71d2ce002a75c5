package dev.leaderelection.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {

    @Test
    void takesEachOption() {
        assertThat(Options.parse(
                        "--minutes",
                        "5",
                        "--elections",
                        "12",
                        "--seed",
                        "7",
                        "--markdown",
                        "--picture",
                        "dashboard.svg"))
                .isEqualTo(new Options(5, 12, 7, true, Optional.of(Path.of("dashboard.svg"))));
    }

    @Test
    void timeIsSharedOutWithoutRest() {
        Options half = Options.parse();
        Options brief = Options.parse("--minutes", "5");

        assertThat(half.quiet()).isEqualTo(Duration.ofMinutes(2));
        assertThat(half.busy()).isEqualTo(Duration.ofMinutes(26));
        assertThat(brief.quiet()).isEqualTo(Duration.ofSeconds(30));
        assertThat(brief.busy()).isEqualTo(Duration.ofMinutes(4));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--minute 5", "--minutes", "--minutes 0", "--minutes x", "5"})
    void refusesWhatItDoesNotKnow(String line) {
        assertThatThrownBy(() -> Options.parse(line.split(" ", -1))).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"minutes", "elections", "seed", "markdown", "picture"})
    void tellsOfEachOption(String option) {
        assertThat(Options.USAGE).contains("--" + option + " ");
    }
}
