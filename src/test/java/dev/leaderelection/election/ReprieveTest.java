package dev.leaderelection.election;

import static dev.leaderelection.election.PodFixture.healthy;
import static dev.leaderelection.election.PodFixture.id;
import static dev.leaderelection.election.PodFixture.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.election.Candidate.Contact;
import dev.leaderelection.election.Candidate.Life;
import dev.leaderelection.election.Candidate.Standing;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ReprieveTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private static Candidate unready() {
        return pod("a").notReady().build();
    }

    private static World heir(Candidate leader) {
        return World.of(leader, healthy("b")).claimedBy(id("a"), 1);
    }

    static Stream<Arguments> unfit() {
        Candidate going = pod("a").life(Life.TERMINATING).build();
        Candidate silent = pod("a").contact(Contact.NODE_LOST).build();
        Candidate excluded = pod("a").standing(Standing.EXCLUDED).build();
        return Stream.of(
                Arguments.of(heir(unready()), unready(), Reprieve.NONE),
                Arguments.of(heir(unready()).mode(Rules.Mode.PAUSED), unready(), Reprieve.PAUSED),
                Arguments.of(World.of(unready()).claimedBy(id("a"), 1), unready(), Reprieve.NO_HEIR),
                Arguments.of(heir(unready()).notReadyGrace(MINUTE), unready(), Reprieve.GRACE),
                Arguments.of(
                        heir(unready()).notReadyGrace(MINUTE).steadyFor(id("a"), MINUTE), unready(), Reprieve.NONE),
                Arguments.of(
                        heir(unready()).minInterval(MINUTE).ledFor(Duration.ofSeconds(59)),
                        unready(),
                        Reprieve.MIN_INTERVAL),
                Arguments.of(
                        heir(unready())
                                .notReadyGrace(MINUTE)
                                .minInterval(MINUTE.multipliedBy(2))
                                .ledFor(Duration.ZERO),
                        unready(),
                        Reprieve.MIN_INTERVAL),
                Arguments.of(heir(silent).notReadyGrace(MINUTE), silent, Reprieve.NONE),
                Arguments.of(heir(silent).minInterval(MINUTE).ledFor(Duration.ZERO), silent, Reprieve.MIN_INTERVAL),
                Arguments.of(heir(excluded).minInterval(MINUTE).ledFor(Duration.ZERO), excluded, Reprieve.MIN_INTERVAL),
                Arguments.of(
                        heir(going).notReadyGrace(MINUTE).minInterval(MINUTE).ledFor(Duration.ZERO),
                        going,
                        Reprieve.NONE));
    }

    /** It is told with the words of one and decided by the other: they must not drift apart. */
    @ParameterizedTest
    @MethodSource("unfit")
    void tellsWhatIsDecided(World world, Candidate leader, Reprieve expected) {
        Observation o = world.observe();
        boolean hasHeir = o.pods().size() > 1;

        Reprieve told = Reprieve.of(
                o.rules(), leader, hasHeir, o.ledFor(), o.steadyFor().getOrDefault(leader.id(), Duration.ZERO));

        assertThat(told).isEqualTo(expected);
        assertThat(Seat.decide(o, Optional.of(leader), true).owner().map(Candidate::id))
                .contains(told == Reprieve.NONE ? id("b") : id("a"));
    }
}
