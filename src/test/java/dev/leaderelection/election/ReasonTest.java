package dev.leaderelection.election;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ReasonTest {

    private static String camelCase(Reason reason) {
        return Arrays.stream(reason.name().split("_"))
                .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
                .collect(Collectors.joining());
    }

    @Test
    void isNamedInTheApiAsInTheCode() {
        assertThat(Reason.values())
                .allSatisfy(reason -> assertThat(reason.text()).isEqualTo(camelCase(reason)));
    }

    @Test
    void saysInWordsOfItsOwnWhyLeadershipMoved() {
        assertThat(Reason.values())
                .extracting(Reason::explanation)
                .doesNotHaveDuplicates()
                .allSatisfy(words -> assertThat(words).isNotBlank());
    }
}
