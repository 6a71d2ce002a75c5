package dev.leaderelection.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class PassageTest {

    private static final List<Lead> FROM_A_TO_B = List.of(new Lead("a-0", "a", 0), new Lead("b-0", "b", seconds(2)));

    @Test
    void readsAnswersAndErrors() {
        assertThat(Request.parse("10 20 a-0 uid-of-a 7")).hasValue(new Request(10, 20, "uid-of-a", "a-0 7"));
        assertThat(Request.parse("10 20 - connection refused"))
                .hasValue(new Request(10, 20, "-", "connection refused"));
        assertThat(Request.parse("10 20")).isEmpty();
    }

    @Test
    void gapIsFromTheLastAnswerOfTheOldToTheFirstOfTheNew() {
        Passage passage = new Passage(requests("1 a", "1.5 a", "1.8 -", "2.1 b", "2.2 b"), FROM_A_TO_B);

        assertThat(passage.gaps()).containsExactly(Duration.ofMillis(600));
        assertThat(passage.switches()).isEqualTo(1);
        assertThat(passage.errors()).hasSize(1);
        assertThat(passage.strays()).isEmpty();
    }

    @Test
    void answerOfTheOldLeaderAfterTheFirstOfTheNewIsStray() {
        Passage passage = new Passage(requests("1 a", "2.1 b", "2.2 a"), FROM_A_TO_B);

        assertThat(passage.strays()).hasSize(1);
    }

    @Test
    void answerOfTheNewLeaderBeforeItsLabelIsSeenIsNotStray() {
        Passage passage = new Passage(requests("1 a", "1.9 b", "2.1 b"), FROM_A_TO_B);

        assertThat(passage.strays()).isEmpty();
    }

    @Test
    void answerOfSomebodyWhoNeverLedIsStray() {
        Passage passage = new Passage(requests("1 a", "1.2 c", "2.1 b"), FROM_A_TO_B);

        assertThat(passage.strays()).hasSize(1);
    }

    @Test
    void sameLeaderTwiceIsTwoSwitches() {
        List<Lead> there =
                List.of(new Lead("a-0", "a", 0), new Lead("b-0", "b", seconds(2)), new Lead("a-0", "a", seconds(4)));

        Passage passage = new Passage(requests("1 a", "2.1 b", "3.9 b", "4.2 a"), there);

        assertThat(passage.gaps()).containsExactly(Duration.ofMillis(1100), Duration.ofMillis(300));
        assertThat(passage.strays()).isEmpty();
    }

    @Test
    void gapGoesOnWhileALeaderIsNotHeard() {
        List<Lead> overB =
                List.of(new Lead("a-0", "a", 0), new Lead("b-0", "b", seconds(2)), new Lead("c-0", "c", seconds(3)));

        Passage passage = new Passage(requests("1 a", "2.5 -", "3.5 c"), overB);

        assertThat(passage.gaps()).containsExactly(Duration.ofMillis(2500));
        assertThat(passage.switches()).isEqualTo(2);
    }

    /** Each written as the second in which it was sent and answered, and who answered. */
    private static List<Request> requests(String... texts) {
        return Stream.of(texts)
                .map(text -> text.split(" "))
                .map(words -> new Request(
                        seconds(Double.parseDouble(words[0])), seconds(Double.parseDouble(words[0])), words[1], ""))
                .toList();
    }

    private static long seconds(double seconds) {
        return Math.round(seconds * 1000) * 1_000_000;
    }
}
