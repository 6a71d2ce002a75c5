package dev.leaderelection.detection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProbeResultsTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Probe PROBE = new Probe.TcpSocket(80, new Probe.Timing(SECOND, SECOND, 3));
    private static final Outcome HUNG = Outcome.of(Outcome.Kind.TIMED_OUT);

    private final ElectionKey orders = new ElectionKey("shop", "orders");
    private final List<ElectionKey> told = new ArrayList<>();
    private Duration now = Duration.ofSeconds(1_000);
    private final ProbeResults results = new ProbeResults(() -> now, told::add);

    private static Target target(ElectionKey election, String pod) {
        return new Target(election, pod, "10.0.0.1", PROBE);
    }

    private static Set<Target> targets(ElectionKey election, String... pods) {
        return Arrays.stream(pods).map(pod -> target(election, pod)).collect(Collectors.toSet());
    }

    private void answers(ElectionKey election, String pod) {
        probe(election, pod, Outcome.ANSWERED);
    }

    private void fails(ElectionKey election, String pod) {
        probe(election, pod, Outcome.of(Outcome.Kind.REFUSED));
    }

    /** One probe that takes a moment. */
    private void probe(ElectionKey election, String pod, Outcome outcome) {
        Duration began = now;
        now = now.plusMillis(2);
        results.report(target(election, pod), began, outcome);
    }

    private void failsOftenEnough(ElectionKey election, String pod, String witness) {
        for (int i = 0; i < 3; i++) {
            fails(election, pod);
            answers(election, witness);
        }
    }

    private Verdict verdict(String pod) {
        return results.verdict(orders, pod);
    }

    private boolean hasFailed(ElectionKey election, String pod) {
        return results.verdict(election, pod) instanceof Verdict.Failed;
    }

    @Test
    void aPodHasFailedWithAsManyFailuresInARowAsTheThresholdSays() {
        results.replace(orders, targets(orders, "a", "b"));
        answers(orders, "a");
        assertThat(verdict("a")).isEqualTo(new Verdict.Well());
        fails(orders, "a");
        answers(orders, "b");
        fails(orders, "a");
        answers(orders, "b");
        assertThat(verdict("a")).isEqualTo(new Verdict.Suspect(Outcome.of(Outcome.Kind.REFUSED)));

        fails(orders, "a");

        assertThat(verdict("a")).isEqualTo(new Verdict.Failed(Outcome.of(Outcome.Kind.REFUSED)));
        assertThat(verdict("b")).isEqualTo(new Verdict.Well());
    }

    @Test
    void theTallyCountsProbesAndTheirVerdicts() {
        results.replace(orders, targets(orders, "a", "b", "c"));
        failsOftenEnough(orders, "a", "b");

        assertThat(results.tally()).isEqualTo(new ProbeTally(3, 1, 0, false, 3, 3));
    }

    @Test
    void anElectionNoneOfWhoseCandidatesAnswersIsToldOfWhenItBeginsAndWhenItEnds() {
        results.replace(orders, targets(orders, "a", "b"));
        for (int i = 0; i < 3; i++) {
            fails(orders, "a");
            assertThat(results.isUnanswered(orders)).isFalse();
            fails(orders, "b");
        }

        assertThat(results.isUnanswered(orders)).isTrue();
        assertThat(results.tally().unanswered()).isEqualTo(1);
        assertThat(verdict("a")).isInstanceOf(Verdict.Held.class);
        assertThat(told).containsExactly(orders);
        fails(orders, "a");
        assertThat(told).containsExactly(orders);

        answers(orders, "b");

        assertThat(results.isUnanswered(orders)).isFalse();
        assertThat(results.tally().unanswered()).isZero();
        assertThat(told).containsExactly(orders, orders);
    }

    @Test
    void aCandidateThatWasNotAskedYetMayAnswer() {
        results.replace(orders, targets(orders, "a"));
        for (int i = 0; i < 3; i++) {
            fails(orders, "a");
        }
        assertThat(results.isUnanswered(orders)).isTrue();

        results.replace(orders, targets(orders, "a", "b"));

        assertThat(results.isUnanswered(orders)).isFalse();
        results.replace(orders, Set.of());
        assertThat(results.isUnanswered(orders)).isFalse();
    }

    @Test
    void aSuccessInBetweenStartsTheCountAnew() {
        results.replace(orders, targets(orders, "a", "b"));
        for (int i = 0; i < 5; i++) {
            fails(orders, "a");
            answers(orders, "b");
            fails(orders, "a");
            answers(orders, "a");
        }

        assertThat(verdict("a")).isEqualTo(new Verdict.Well());
    }

    @Test
    void oneSuccessAcquits() {
        results.replace(orders, targets(orders, "a", "b"));
        failsOftenEnough(orders, "a", "b");
        assertThat(hasFailed(orders, "a")).isTrue();

        answers(orders, "a");

        assertThat(verdict("a")).isEqualTo(new Verdict.Well());
    }

    @Test
    void aPodThatWasNotProbedIsUnknown() {
        results.replace(orders, targets(orders, "a"));

        assertThat(verdict("a")).isEqualTo(new Verdict.Unknown());
        assertThat(verdict("stranger")).isEqualTo(new Verdict.Unknown());
    }

    @Test
    void anotherAddressOrProbeBeginsAnew() {
        results.replace(orders, targets(orders, "a", "b"));
        failsOftenEnough(orders, "a", "b");

        Target moved = new Target(orders, "a", "10.0.0.2", PROBE);
        results.replace(orders, Set.of(moved, target(orders, "b")));

        assertThat(verdict("a")).isEqualTo(new Verdict.Unknown());
        assertThat(verdict("b")).isEqualTo(new Verdict.Well());
    }

    @Test
    void whatIsNoTargetAnyMoreIsForgottenAndItsReportsAreNotHeard() {
        results.replace(orders, targets(orders, "a", "b"));
        failsOftenEnough(orders, "a", "b");

        results.replace(orders, targets(orders, "b"));
        fails(orders, "a");

        assertThat(verdict("a")).isEqualTo(new Verdict.Unknown());
        results.replace(orders, Set.of());
        assertThat(verdict("b")).isEqualTo(new Verdict.Unknown());
    }

    @Test
    void theChangeOfAVerdictIsToldOnce() {
        results.replace(orders, targets(orders, "a", "b"));
        failsOftenEnough(orders, "a", "b");
        assertThat(told).containsExactly(orders);

        fails(orders, "a");
        answers(orders, "b");
        assertThat(told).containsExactly(orders);

        answers(orders, "a");
        assertThat(told).containsExactly(orders, orders);
    }

    @Test
    void nobodyHasFailedWhileEveryCandidateFails() {
        results.replace(orders, targets(orders, "a", "b"));
        failsOftenEnough(orders, "a", "b");

        IntStream.range(0, 3).forEach(i -> fails(orders, "b"));

        assertThat(verdict("a")).isInstanceOf(Verdict.Held.class);
        assertThat(verdict("b")).isInstanceOf(Verdict.Held.class);
        assertThat(told).containsExactly(orders, orders);
    }

    @Test
    void theOnlyCandidateNeverFails() {
        results.replace(orders, targets(orders, "a"));
        answers(orders, "a");

        IntStream.range(0, 9).forEach(i -> fails(orders, "a"));

        assertThat(verdict("a")).isInstanceOf(Verdict.Held.class);
    }

    @Test
    void whileNobodyElseHasAnsweredSinceAPodIsNotCondemned() {
        results.replace(orders, targets(orders, "a", "b"));
        answers(orders, "b");
        IntStream.range(0, 3).forEach(i -> fails(orders, "a"));
        assertThat(verdict("a")).isInstanceOf(Verdict.Held.class);

        answers(orders, "b");
        assertThat(verdict("a")).isInstanceOf(Verdict.Held.class);

        fails(orders, "a");
        assertThat(hasFailed(orders, "a")).isTrue();
    }

    @Test
    void anAnswerThatWasAskedForBeforeIsNoWitness() {
        results.replace(orders, targets(orders, "a", "b"));
        Duration early = now;
        fails(orders, "a");
        results.report(target(orders, "b"), early, Outcome.ANSWERED);

        IntStream.range(0, 5).forEach(i -> fails(orders, "a"));

        assertThat(verdict("a")).isInstanceOf(Verdict.Held.class);
    }

    @Test
    void anOutageOfOursNeverFailsAPod() {
        int silences = 0;
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            ProbeResults any = new ProbeResults(() -> now, told::add);
            int size = 1 + random.nextInt(5);
            Set<Target> pods = new HashSet<>();
            long[] begins = new long[size];
            long[] takes = new long[size];
            Probe probe = new Probe.TcpSocket(80, new Probe.Timing(SECOND, SECOND, 1 + random.nextInt(4)));
            for (int i = 0; i < size; i++) {
                pods.add(new Target(orders, "pod-" + i, "10.0.0.1", probe));
                begins[i] = random.nextInt(1_000);
                takes[i] = 1L + random.nextInt(400);
            }
            any.replace(orders, pods);
            long down = 3_000L + random.nextInt(2_000);
            long up = down + random.nextInt(12_000);
            boolean hangs = random.nextBoolean();
            Duration start = now;
            for (long ms = 0; ms < up + 4_000; ms++) {
                now = start.plusMillis(ms);
                for (int i = 0; i < size; i++) {
                    long began = begins[i];
                    boolean lost = began + takes[i] > down && began < up;
                    long end = began
                            + (lost ? hangs ? 1_000 : Math.min(takes[i], 1 + Math.max(0, down - began)) : takes[i]);
                    if (ms == end) {
                        Target pod = new Target(orders, "pod-" + i, "10.0.0.1", probe);
                        boolean before = any.isUnanswered(orders);
                        any.report(pod, start.plusMillis(began), lost ? HUNG : Outcome.ANSWERED);
                        silences += any.isUnanswered(orders) == before ? 0 : 1;
                        assertThat(any.verdict(orders, "pod-" + i))
                                .as("seed %d: pod-%d at %d, down from %d to %d", seed, i, ms, down, up)
                                .isNotInstanceOf(Verdict.Failed.class);
                        begins[i] = Math.max(began + 1_000, end + 1);
                    }
                }
            }
        }
        assertThat(told).as("of nothing but that nobody answered").hasSize(silences);
    }

    private List<ElectionKey> elections(int count) {
        List<ElectionKey> elections = IntStream.range(0, count)
                .mapToObj(i -> new ElectionKey("shop", "election-" + i))
                .toList();
        elections.forEach(election -> results.replace(election, targets(election, "a", "b", "c")));
        return elections;
    }

    private void halfDead(ElectionKey election) {
        for (int i = 0; i < 3; i++) {
            fails(election, "a");
            fails(election, "b");
            answers(election, "c");
        }
    }

    private void allAnswer(ElectionKey election) {
        List.of("a", "b", "c").forEach(pod -> answers(election, pod));
    }

    @Test
    void nobodyHasFailedWhileMostElectionsFail() {
        List<ElectionKey> elections = elections(5);
        elections.subList(3, 5).forEach(this::allAnswer);
        halfDead(elections.get(0));
        halfDead(elections.get(1));
        assertThat(results.isHeld()).isFalse();
        assertThat(hasFailed(elections.get(0), "a")).isTrue();

        halfDead(elections.get(2));

        assertThat(results.isHeld()).isTrue();
        assertThat(elections).noneMatch(election -> hasFailed(election, "a"));
        assertThat(told).contains(elections.get(0), elections.get(1));
    }

    @Test
    void whenTheHoldEndsTheCountsStartAnew() {
        List<ElectionKey> elections = elections(5);
        elections.subList(3, 5).forEach(this::allAnswer);
        elections.subList(0, 3).forEach(this::halfDead);
        assertThat(results.isHeld()).isTrue();

        allAnswer(elections.get(0));

        assertThat(results.isHeld()).isFalse();
        assertThat(results.verdict(elections.get(1), "a")).isEqualTo(new Verdict.Unknown());
        halfDead(elections.get(1));
        assertThat(hasFailed(elections.get(1), "a")).isTrue();
    }

    @Test
    void aFewElectionsThatFailAreBrokenByThemselves() {
        List<ElectionKey> elections = elections(ProbeResults.FEWEST_ELECTIONS - 1);

        elections.forEach(this::halfDead);

        assertThat(results.isHeld()).isFalse();
        assertThat(elections).allMatch(election -> hasFailed(election, "a"));
    }

    @Test
    void oneLargeBrokenWorkloadDoesNotDisarmTheOthers() {
        List<ElectionKey> elections = elections(6);
        elections.forEach(this::allAnswer);
        String[] many = IntStream.range(0, 500).mapToObj(i -> "pod-" + i).toArray(String[]::new);
        results.replace(orders, targets(orders, many));
        for (String pod : many) {
            IntStream.range(0, 3).forEach(i -> fails(orders, pod));
        }

        failsOftenEnough(elections.get(0), "a", "b");

        assertThat(results.isHeld()).isFalse();
        assertThat(hasFailed(elections.get(0), "a")).isTrue();
    }

    @Test
    void electionsThatAreGoneCountNoLonger() {
        List<ElectionKey> elections = elections(5);
        elections.subList(3, 5).forEach(this::allAnswer);
        elections.subList(0, 3).forEach(this::halfDead);

        results.replace(elections.get(0), Set.of());

        assertThat(results.isHeld()).isFalse();
    }

    @Test
    void afterASuspensionTheCountsStartAnew() {
        results.replace(orders, targets(orders, "a", "b"));
        failsOftenEnough(orders, "a", "b");

        now = now.plusSeconds(4);
        results.tick();

        assertThat(verdict("a")).isEqualTo(new Verdict.Unknown());
        assertThat(told).containsExactly(orders, orders);
    }

    @Test
    void aProbeThatWasUnderWayDuringASuspensionIsNotBelieved() {
        results.replace(orders, targets(orders, "a", "b"));
        Duration began = now;
        now = now.plusSeconds(60);

        results.report(target(orders, "a"), began, HUNG);

        assertThat(verdict("a")).isEqualTo(new Verdict.Unknown());
    }

    @Test
    void afterAGapThatWeAreToldOfTheCountsStartAnew() {
        results.replace(orders, targets(orders, "a", "b"));
        failsOftenEnough(orders, "a", "b");

        results.gapEnded();

        assertThat(verdict("a")).isEqualTo(new Verdict.Unknown());
    }

    @Test
    void tellsTheClassOfAFailureAlone() {
        assertThat(new Outcome(Outcome.Kind.BAD_STATUS, 503).text()).isEqualTo("answered with status 503");
        assertThat(HUNG.text()).isEqualTo("timed out");
    }

    /** How long it takes, from right after its last good answer, until a pod has failed that is probed beside one that is well. */
    private Duration detection(Random random, Probe.Timing timing, Duration failureTakes) {
        Probe probe = new Probe.TcpSocket(80, timing);
        Target ill = new Target(orders, "ill", "10.0.0.1", probe);
        Target well = new Target(orders, "well", "10.0.0.2", probe);
        ProbeResults any = new ProbeResults(() -> now, told::add);
        any.replace(orders, Set.of(ill, well));
        Duration start = now;
        Duration answer = Duration.ofMillis(1 + random.nextInt(20));
        now = start.plus(answer);
        any.report(ill, start, Outcome.ANSWERED);
        Duration nextIll = start.plus(timing.period());
        Duration nextWell =
                start.plusMillis(random.nextInt((int) timing.period().toMillis()));
        while (!(any.verdict(orders, "ill") instanceof Verdict.Failed)) {
            if (nextWell.plus(answer).compareTo(nextIll.plus(failureTakes)) < 0) {
                now = nextWell.plus(answer);
                any.report(well, nextWell, Outcome.ANSWERED);
                nextWell = nextWell.plus(timing.period());
            } else {
                now = nextIll.plus(failureTakes);
                any.report(ill, nextIll, HUNG);
                Duration due = nextIll.plus(timing.period());
                nextIll = due.compareTo(now) < 0 ? now : due;
            }
        }
        return now.minus(start);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void aPodThatHangsHasFailedWithinTheBound(int threshold) {
        Probe.Timing timing = new Probe.Timing(SECOND, SECOND, threshold);
        Random random = new Random(threshold);

        assertThat(IntStream.range(0, 1_000).mapToObj(i -> detection(random, timing, SECOND)))
                .allMatch(duration -> duration.compareTo(timing.slowest()) <= 0)
                .anyMatch(duration -> duration.plusSeconds(1).compareTo(timing.slowest()) >= 0);
    }

    @Test
    void threeProbesOfASecondFindAPodThatHangsWithinFour() {
        assertThat(new Probe.Timing(SECOND, SECOND, 3).slowest()).isEqualTo(Duration.ofSeconds(4));
    }

    @Test
    void aPodThatRefusesHasFailedWithinThreePeriods() {
        Probe.Timing timing = new Probe.Timing(SECOND, SECOND, 3);
        Random random = new Random(1);

        assertThat(IntStream.range(0, 1_000).mapToObj(i -> detection(random, timing, Duration.ofMillis(1))))
                .allMatch(duration -> duration.compareTo(Duration.ofMillis(3_001)) <= 0);
    }
}
