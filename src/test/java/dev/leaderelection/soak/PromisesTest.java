package dev.leaderelection.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.cluster.Renewals.Gap;
import dev.leaderelection.soak.Findings.Deeds;
import dev.leaderelection.soak.Findings.Requests;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Half an hour of a hundred elections, in which everything was well but for one thing. */
class PromisesTest {

    private static final Requests QUIET = new Requests(120, 1333, 4, 0);
    private static final Requests BUSY = new Requests(1560, 20_000, 200, 9_000);
    private static final Gap IN_TIME = new Gap("soak/e1", Duration.ofSeconds(19));

    @Test
    void aGoodRunKeepsEveryPromise() {
        assertThat(broken(good())).isEmpty();
    }

    @Test
    void heapThatGrowsAllTheTimeIsALeak() {
        assertThat(broken(withHeaps(minute -> new Heap(60.0 * minute, 40 + minute / 5.0, 100, 100))))
                .containsExactly("heap after a full collection, growth");
    }

    @Test
    void whatIsRememberedOfAnElectionThatIsGoneIsALeak() {
        assertThat(broken(withHeaps(minute -> new Heap(60.0 * minute, 40, 101, 100))))
                .containsExactly("elections that the operator remembers, in the end");
        assertThat(broken(withHeaps(minute -> new Heap(60.0 * minute, 40, 100, 101))))
                .containsExactly("elections that its framework remembers, in the end");
    }

    @Test
    void whatTheProcessNeverGivesBackIsALeak() {
        assertThat(broken(withVitals(sample -> new Vitals(5.0 * sample, 250 + sample / 10.0, 60, 90, 5))))
                .containsExactly("resident memory, growth");
        assertThat(broken(withVitals(sample -> new Vitals(5.0 * sample, 250, 60 + sample / 30, 90, 5))))
                .containsExactly("threads, growth");
        assertThat(broken(withVitals(sample -> new Vitals(5.0 * sample, 250, 60, 90 + sample / 30, 5))))
                .containsExactly("open files and sockets, growth");
        assertThat(broken(withVitals(sample -> new Vitals(5.0 * sample, 250, 60, 90, 5 + sample / 30))))
                .containsExactly("TCP connections, growth");
    }

    @Test
    void leaseIsRenewedHalfItsDurationAfterItWasDueAtTheLatest() {
        assertThat(broken(withLongest(Duration.ofSeconds(25)))).isEmpty();
        assertThat(broken(withLongest(Duration.ofMillis(25_001))))
                .containsExactly("longest time without a renewal of a Lease");
    }

    @Test
    void quietElectionsCostTheirRenewalsAndNothingElse() {
        assertThat(broken(withQuiet(new Requests(120, 1333, 4, 1))))
                .containsExactly("first quiet time, requests that renew nothing");
        assertThat(broken(withQuiet(new Requests(120, 1600, 4, 0))))
                .containsExactly("first quiet time, PUTs per election and interval");
        assertThat(broken(withQuiet(new Requests(120, 1100, 4, 0))))
                .containsExactly("first quiet time, PUTs per election and interval");
    }

    @Test
    void aQuietRunShowsNothing() {
        assertThat(broken(withDeeds(new Deeds(Map.of(), 0, List.of(), 0))))
                .containsExactly("the rarest thing was done", "leaders broken");
    }

    @Test
    void everyKindOfChurnMustHaveHappened() {
        Map<Churn, Integer> done = deeds();
        done.remove(Churn.API_SERVER_RESTARTED);

        assertThat(broken(withDeeds(new Deeds(done, 0, List.of(), 0)))).containsExactly("the rarest thing was done");
    }

    @Test
    void whatTheOperatorDidNotFollowFailsTheRun() {
        assertThat(broken(withDeeds(new Deeds(deeds(), 3, List.of("e1"), 0))))
                .containsExactly("things that were not followed within 30 s");
        assertThat(broken(withDeeds(new Deeds(deeds(), 3, List.of(), 1))))
                .containsExactly("unsound elections, in the end");
    }

    private static List<String> broken(Findings findings) {
        return Promises.judge(findings).stream()
                .filter(verdict -> !verdict.isKept())
                .map(Verdict::what)
                .toList();
    }

    private static Findings good() {
        return findings(vitals(PromisesTest::calm), heaps(PromisesTest::lean), IN_TIME, QUIET, busyDeeds());
    }

    private static Findings withHeaps(IntFunction<Heap> heap) {
        return findings(vitals(PromisesTest::calm), heaps(heap), IN_TIME, QUIET, busyDeeds());
    }

    private static Findings withVitals(IntFunction<Vitals> sample) {
        return findings(vitals(sample), heaps(PromisesTest::lean), IN_TIME, QUIET, busyDeeds());
    }

    private static Findings withLongest(Duration time) {
        Gap gap = new Gap("soak/e1", time);
        return findings(vitals(PromisesTest::calm), heaps(PromisesTest::lean), gap, QUIET, busyDeeds());
    }

    private static Findings withQuiet(Requests first) {
        return findings(vitals(PromisesTest::calm), heaps(PromisesTest::lean), IN_TIME, first, busyDeeds());
    }

    private static Findings withDeeds(Deeds deeds) {
        return findings(vitals(PromisesTest::calm), heaps(PromisesTest::lean), IN_TIME, QUIET, deeds);
    }

    private static Findings findings(List<Vitals> vitals, List<Heap> heaps, Gap longest, Requests first, Deeds deeds) {
        return new Findings(100, vitals, heaps, longest, Duration.ofSeconds(6), List.of(first, QUIET), BUSY, deeds);
    }

    private static Deeds busyDeeds() {
        return new Deeds(deeds(), 12, List.of(), 0);
    }

    private static Map<Churn, Integer> deeds() {
        Map<Churn, Integer> done = new EnumMap<>(Churn.class);
        for (Churn churn : Churn.values()) {
            done.put(churn, churn.breaksLeader() ? 200 : 5);
        }
        return done;
    }

    private static Vitals calm(int sample) {
        return new Vitals(5.0 * sample, 250 + sample % 3, 60 + sample % 2, 90, 5);
    }

    private static Heap lean(int minute) {
        return new Heap(60.0 * minute, minute % 4 == 0 ? 40 : 50, 100, 100);
    }

    private static List<Vitals> vitals(IntFunction<Vitals> sample) {
        return IntStream.range(0, 361).mapToObj(sample).toList();
    }

    private static List<Heap> heaps(IntFunction<Heap> heap) {
        return IntStream.range(0, 31).mapToObj(heap).toList();
    }
}
