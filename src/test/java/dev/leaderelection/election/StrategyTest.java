package dev.leaderelection.election;

import static dev.leaderelection.election.PodFixture.healthy;
import static dev.leaderelection.election.PodFixture.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.election.Strategy.Bully;
import dev.leaderelection.election.Strategy.Challenge;
import dev.leaderelection.election.Strategy.Lease;
import dev.leaderelection.election.Strategy.OrdinalOrder;
import dev.leaderelection.election.Strategy.Ring;
import dev.leaderelection.election.Strategy.Tenure;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StrategyTest {

    private static final Lease LEASE = new Lease(OrdinalOrder.HIGHEST);
    private static final Duration HALF_MINUTE = Duration.ofSeconds(30);
    private static final Bully BULLY = new Bully(OrdinalOrder.HIGHEST, HALF_MINUTE);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Ring RING = new Ring(OrdinalOrder.HIGHEST, MINUTE);

    private static final Candidate ZERO = pod("orders-0").ordinal(0).build();
    private static final Candidate ONE = pod("orders-1").ordinal(1).build();
    private static final Candidate TWO = pod("orders-2").ordinal(2).build();

    private static Tenure ledFor(Duration time) {
        return new Tenure(time, pod -> Duration.ZERO);
    }

    private static Tenure eligibleFor(Map<Candidate, Duration> times) {
        return new Tenure(Duration.ofDays(1), pod -> times.getOrDefault(pod, Duration.ZERO));
    }

    @Test
    void ranksByPriorityThenOrdinalThenName() {
        Candidate preferred = pod("z").priority(1).build();
        Candidate nameless = pod("a").build();
        Candidate alsoNameless = pod("b").build();
        Candidate shunned = pod("orders-9").ordinal(9).priority(-1).build();

        assertThat(List.of(shunned, alsoNameless, ZERO, nameless, TWO, preferred, ONE).stream()
                        .sorted(LEASE.rank()))
                .containsExactly(preferred, TWO, ONE, ZERO, nameless, alsoNameless, shunned);
    }

    @Test
    void ranksTheLowestOrdinalFirstWhenAskedToAndThoseWithoutStillLast() {
        Candidate nameless = pod("a").build();

        assertThat(List.of(nameless, TWO, ZERO, ONE).stream().sorted(new Lease(OrdinalOrder.LOWEST).rank()))
                .containsExactly(ZERO, ONE, TWO, nameless);
    }

    @Test
    void ranksExtremePrioritiesWithoutOverflow() {
        Candidate most = pod("most").priority(Integer.MAX_VALUE).build();
        Candidate least = pod("least").priority(Integer.MIN_VALUE).build();

        assertThat(LEASE.rank().compare(most, least)).isNegative();
        assertThat(LEASE.heir(List.of(least, most), List.of(least, most))).contains(most);
    }

    @Test
    void nobodyInheritsWhenNobodyIsEligible() {
        for (Strategy strategy : List.of(LEASE, BULLY, RING)) {
            assertThat(strategy.heir(List.of(), List.of(ZERO))).isEmpty();
        }
    }

    @Test
    void leaseServesPriorityBeforeRevisionBeforeWaitingTimeBeforeRank() {
        Candidate old = pod("old").revision("v1", 10).readySince(1).build();
        Candidate patient = pod("patient").revision("v2", 20).readySince(30).build();
        Candidate late = pod("late").revision("v2", 21).readySince(40).build();
        Candidate preferred =
                pod("preferred").revision("v1", 11).readySince(50).priority(5).build();

        List<Candidate> all = List.of(late, old, patient, preferred);
        assertThat(LEASE.heir(all, all)).contains(preferred);
        List<Candidate> equals = List.of(late, old, patient);
        assertThat(LEASE.heir(equals, equals)).contains(patient);
        assertThat(LEASE.heir(List.of(late, old), equals)).contains(late);
        assertThat(LEASE.heir(List.of(old), equals)).contains(old);
    }

    @Test
    void leaseLearnsTheNewestRevisionFromPodsThatAreNotEligibleToo() {
        Candidate old = pod("old").revision("v1", 10).readySince(1).build();
        Candidate newer = pod("newer").revision("v2", 20).readySince(9).build();
        Candidate starting =
                pod("starting").revision("v2", 21).life(Candidate.Life.PENDING).build();

        assertThat(LEASE.heir(List.of(old, newer), List.of(old, newer, starting)))
                .contains(newer);
    }

    @Test
    void leaseLearnsNoRevisionFromAPodThatHasNone() {
        Candidate old = pod("old").revision("v1", 10).readySince(1).build();
        Candidate newer = pod("newer").revision("v2", 20).readySince(9).build();
        Candidate bare = pod("bare").revision("", 30).readySince(5).build();

        assertThat(LEASE.heir(List.of(old, newer, bare), List.of(old, newer, bare)))
                .contains(newer);
    }

    @Test
    void leaseRanksPodsThatWaitedEquallyLong() {
        assertThat(LEASE.heir(List.of(ZERO, TWO, ONE), List.of(ZERO, ONE, TWO))).contains(TWO);
        assertThat(new Lease(OrdinalOrder.LOWEST).heir(List.of(TWO, ZERO, ONE), List.of()))
                .contains(ZERO);
    }

    @Test
    void leaseNeverChallengesAHealthyLeader() {
        Candidate better = pod("better").priority(100).build();

        assertThat(LEASE.challenge(ZERO, List.of(better, TWO), ledFor(Duration.ofDays(9))))
                .isEmpty();
    }

    @Test
    void bullyGivesAVacantSeatToTheHighestRankAtOnce() {
        assertThat(BULLY.heir(List.of(ZERO, TWO, ONE), List.of(ZERO, ONE, TWO))).contains(TWO);
    }

    @Test
    void bullyTakesOverAfterItHasBeenEligibleLongEnough() {
        Tenure tenure = eligibleFor(Map.of(TWO, Duration.ofSeconds(20)));

        assertThat(BULLY.challenge(ONE, List.of(ZERO, TWO), tenure))
                .contains(new Challenge(TWO, Reason.HIGHER_RANK, Duration.ofSeconds(10)));
        assertThat(BULLY.challenge(ONE, List.of(ZERO, TWO), eligibleFor(Map.of(TWO, MINUTE))))
                .contains(new Challenge(TWO, Reason.HIGHER_RANK, Duration.ZERO));
    }

    @Test
    void bullyOfTheTextbookTakesOverAtOnce() {
        assertThat(new Bully(OrdinalOrder.HIGHEST, Duration.ZERO).challenge(ONE, List.of(TWO), ledFor(Duration.ZERO)))
                .contains(new Challenge(TWO, Reason.HIGHER_RANK, Duration.ZERO));
    }

    @Test
    void bullyIsNotChallengedByLowerRanks() {
        assertThat(BULLY.challenge(TWO, List.of(ZERO, ONE), eligibleFor(Map.of(ZERO, MINUTE, ONE, MINUTE))))
                .isEmpty();
    }

    @Test
    void bullyLetsTheBestOfThoseThatAreDueTakeOver() {
        Tenure bothDue = eligibleFor(Map.of(ONE, MINUTE, TWO, MINUTE));
        Tenure lowerIsDue = eligibleFor(Map.of(ONE, MINUTE, TWO, Duration.ofSeconds(29)));

        assertThat(BULLY.challenge(ZERO, List.of(ONE, TWO), bothDue))
                .contains(new Challenge(TWO, Reason.HIGHER_RANK, Duration.ZERO));
        assertThat(BULLY.challenge(ZERO, List.of(ONE, TWO), lowerIsDue))
                .contains(new Challenge(ONE, Reason.HIGHER_RANK, Duration.ZERO));
    }

    @Test
    void bullyOfTheLowestOrdinalYieldsToLowerOrdinals() {
        Bully lowest = new Bully(OrdinalOrder.LOWEST, Duration.ZERO);

        assertThat(lowest.challenge(ONE, List.of(ZERO, TWO), ledFor(MINUTE)).map(Challenge::heir))
                .contains(ZERO);
    }

    @Test
    void ringPassesToTheNextLowerRankAndWrapsRound() {
        assertThat(RING.challenge(TWO, List.of(ZERO, ONE), ledFor(MINUTE)))
                .contains(new Challenge(ONE, Reason.TERM_ENDED, Duration.ZERO));
        assertThat(RING.challenge(ONE, List.of(ZERO, TWO), ledFor(MINUTE)).map(Challenge::heir))
                .contains(ZERO);
        assertThat(RING.challenge(ZERO, List.of(ONE, TWO), ledFor(MINUTE)).map(Challenge::heir))
                .contains(TWO);
    }

    @Test
    void ringSkipsPodsThatAreNotEligible() {
        assertThat(RING.challenge(TWO, List.of(ZERO), ledFor(MINUTE)).map(Challenge::heir))
                .contains(ZERO);
    }

    @Test
    void ringWaitsForTheEndOfTheTerm() {
        assertThat(RING.challenge(TWO, List.of(ONE), ledFor(Duration.ofSeconds(45))))
                .contains(new Challenge(ONE, Reason.TERM_ENDED, Duration.ofSeconds(15)));
    }

    @Test
    void ringLetsASoleCandidateStay() {
        assertThat(RING.challenge(TWO, List.of(), ledFor(Duration.ofDays(1)))).isEmpty();
    }

    @Test
    void ringWithoutEndNeverRotates() {
        assertThat(new Ring(OrdinalOrder.HIGHEST, Duration.ZERO)
                        .challenge(TWO, List.of(ONE, ZERO), ledFor(Duration.ofDays(365))))
                .isEmpty();
    }

    @Test
    void ringGivesAVacantSeatToTheHighestRank() {
        assertThat(RING.heir(List.of(healthy("a"), ZERO, ONE), List.of())).contains(ONE);
    }
}
