package dev.leaderelection.election;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.election.Plan.Transition;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
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
    void aLeaderIsLostIfItFailedOrWentAndNotIfItWasAskedToMakeRoom() {
        assertThat(Arrays.stream(Reason.values()).filter(Reason::isFailure).map(Reason::text))
                .containsExactlyInAnyOrder(
                        "LeaderGone",
                        "LeaderTerminating",
                        "LeaderEnded",
                        "LeaderNotReady",
                        "LeaderNodeLost",
                        "LeaderProbeFailed",
                        "LeaderUnfenced");
        assertThat(Reason.values()).noneMatch(reason -> reason.isFailure() && reason.isHandover());
    }

    @Test
    void nobodyIsLostWhereNobodyLedOrTheSameLeads() {
        PodIdentity a = new PodIdentity("a", "a-uid");
        PodIdentity b = new PodIdentity("b", "b-uid");

        assertThat(new Transition(Optional.of(a), b, 2, Reason.LEADER_GONE).isLoss())
                .isTrue();
        assertThat(new Transition(Optional.empty(), b, 2, Reason.LEADER_GONE).isLoss())
                .isFalse();
        assertThat(new Transition(Optional.of(b), b, 2, Reason.LEADER_GONE).isLoss())
                .isFalse();
        assertThat(new Transition(Optional.of(a), b, 2, Reason.RESUMED).isLoss())
                .isFalse();
    }

    @Test
    void saysInWordsOfItsOwnWhyLeadershipMoved() {
        assertThat(Reason.values())
                .extracting(Reason::explanation)
                .doesNotHaveDuplicates()
                .allSatisfy(words -> assertThat(words).isNotBlank());
    }
}
