package dev.leaderelection.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.api.LeaderElectionSpec.Fencing;
import dev.leaderelection.simulation.Violation.Kind;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A checker that finds nothing must be seen to find something: without a guard, seeds alone lead to what the guard prevents. What
 * takes more luck than a test has time for is told by hand in {@link SimulationTracesTest}.
 */
class SimulationGuardsTest {

    /** A kept seed leads elsewhere once the code makes one call more or less; then the next one is searched for. */
    private static final int MOST_TRIES = 20_000;

    private static final Set<Fault> PAUSES =
            EnumSet.of(Fault.SUSPENDED, Fault.CRASHED, Fault.READINESS_FLIPPED, Fault.WATCH_STALLED);

    private static final Set<Fault> LOST_LEASES =
            EnumSet.of(Fault.LEASE_DELETED, Fault.SUSPENDED, Fault.READINESS_FLIPPED, Fault.CRASHED);

    private static final Set<Fault> FENCES = EnumSet.of(
            Fault.READINESS_FLIPPED, Fault.POD_DELETED, Fault.POD_REMOVED, Fault.CLOCK_JUMPED, Fault.TIME_PASSED);

    /**
     * A search.
     *
     * @param guard what is left out
     * @param finds what must be found
     * @param focus the faults to search with
     * @param fencing what the election asks for
     * @param seed a seed that has led there
     */
    record Search(Guard guard, Kind finds, Set<Fault> focus, Fencing fencing, long seed) {

        Search(Guard guard, Kind finds, Set<Fault> focus, long seed) {
            this(guard, finds, focus, Fencing.NONE, seed);
        }

        static Search ofFence(Guard guard, Fencing fencing, long seed) {
            return new Search(guard, Kind.UNFENCED, FENCES, fencing, seed);
        }
    }

    static Stream<Search> searches() {
        return Stream.of(
                new Search(Guard.COPY_BEFORE_LEASE, Kind.TWO_LABELS, PAUSES, 186),
                new Search(Guard.QUORUM_READ_OF_LEASE, Kind.TWO_LABELS, PAUSES, 5551),
                new Search(Guard.VERSION_IN_PROMOTION, Kind.TWO_LABELS, PAUSES, 186),
                new Search(Guard.VERSION_IN_CLAIM, Kind.TERM_WITH_TWO_LEADERS, PAUSES, 42),
                new Search(
                        Guard.UID_IN_LEASE_PUT,
                        Kind.TERM_WENT_BACK,
                        EnumSet.of(Fault.LEASE_DELETED, Fault.SUSPENDED, Fault.READINESS_FLIPPED, Fault.TIME_PASSED),
                        33),
                new Search(Guard.RECORDED_SET, Kind.TWO_LABELS, PAUSES, 5016),
                new Search(
                        Guard.LIVE_GET_BEFORE_GONE,
                        Kind.TWO_LABELS,
                        EnumSet.of(Fault.WATCH_STALLED, Fault.POD_CREATED, Fault.POD_REMOVED, Fault.CRASHED),
                        401),
                new Search(Guard.TERM_RESERVED, Kind.TERM_WITH_TWO_LEADERS, LOST_LEASES, 13),
                new Search(
                        Guard.POST_EMPTY,
                        Kind.TERM_WENT_BACK,
                        EnumSet.of(Fault.LEASE_DELETED, Fault.SUSPENDED, Fault.READINESS_FLIPPED),
                        38),
                new Search(Guard.VERSION_IN_DEMOTION, Kind.LEADER_STRIPPED, PAUSES, 1077),
                new Search(Guard.COPY_BEFORE_STRIP, Kind.LEADER_STRIPPED, PAUSES, 1139),
                Search.ofFence(Guard.LAPSE_AWAITED, Fencing.AWAIT_LEASE_EXPIRY, 4),
                Search.ofFence(Guard.END_AWAITED, Fencing.DELETE_POD, 4),
                Search.ofFence(Guard.DELETED_BUT_RUNNING, Fencing.DELETE_POD, 10),
                Search.ofFence(Guard.GONE_BUT_UNSEEN, Fencing.AWAIT_LEASE_EXPIRY, 2),
                Search.ofFence(Guard.MONOTONIC_CLOCK, Fencing.AWAIT_LEASE_EXPIRY, 7));
    }

    @ParameterizedTest
    @MethodSource("searches")
    void findsWhatGoesWrongWithoutTheGuard(Search search) {
        Set<Kind> others = EnumSet.complementOf(EnumSet.of(search.finds()));
        try (Campaign campaign = new Campaign(EnumSet.of(search.guard()), others, search.focus(), search.fencing())) {
            Optional<Campaign.Outcome> found = LongStream.concat(
                            LongStream.of(search.seed()), LongStream.rangeClosed(1, MOST_TRIES))
                    .mapToObj(campaign::run)
                    .filter(outcome -> outcome.violation()
                            .filter(violation -> violation.kind() == search.finds())
                            .isPresent())
                    .findFirst();

            assertThat(found).as(search.toString()).isPresent();
            assertKeptWithTheGuard(search, others, found.get().seed());
            found.filter(outcome -> outcome.seed() != search.seed())
                    .ifPresent(outcome -> System.out.println(
                            "the kept seed of " + search.guard() + " leads elsewhere now; keep " + outcome.seed()));
        }
    }

    private static void assertKeptWithTheGuard(Search search, Set<Kind> others, long seed) {
        try (Campaign campaign = new Campaign(Set.of(), others, search.focus(), search.fencing())) {
            assertThat(campaign.run(seed).violation()).as(search.toString()).isEmpty();
        }
    }

    /** What the guard adds to the resourceVersion is nothing; it is kept as a belt. */
    @Test
    void findsNothingWithoutTheUidInPodPatches() {
        try (Campaign campaign = new Campaign(EnumSet.of(Guard.UID_IN_POD_PATCH), Set.of())) {
            assertThat(LongStream.rangeClosed(1, 300)
                            .mapToObj(campaign::run)
                            .flatMap(outcome -> outcome.violation().stream()))
                    .isEmpty();
        }
    }
}
