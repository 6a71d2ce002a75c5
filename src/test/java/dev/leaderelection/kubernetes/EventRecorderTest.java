package dev.leaderelection.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.kubernetes.EventRecorder.News;
import dev.leaderelection.kubernetes.EventRecorder.Severity;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written of what happened, also when it happens again, and when it cannot be written. */
class EventRecorderTest {

    private static final Election ELECTION = ReadersTest.ELECTION;
    private static final PodIdentity A = new PodIdentity("a", "a-uid");
    private static final News TAKEN = news("SelectorOverlap", "somebody was first");

    private final EventLog log = new EventLog();
    private Instant now = Instant.parse("2026-01-01T00:00:00.123456789Z");
    private final EventRecorder recorder = log.recorder(() -> now);

    private static News news(String reason, String note) {
        return new News(Severity.WARNING, reason, "Reconcile", note);
    }

    private static Election named(String name) {
        return Election.of(Serialization.unmarshal("""
                metadata: {namespace: shop, name: %s, uid: election-uid}
                spec: {selector: {matchLabels: {app: orders}}}
                """.formatted(name), LeaderElection.class));
    }

    private Event only() {
        assertThat(log.created()).hasSize(1);
        return log.created().get(0);
    }

    @Test
    void anEventSaysWhatHappenedToWhomAndWho() {
        recorder.onPod(ELECTION, A, new News(Severity.NORMAL, "LeaderLost", "Demote", "no longer leads"));

        Event event = only();
        assertThat(event.getMetadata().getNamespace()).isEqualTo("shop");
        assertThat(event.getRegarding().getApiVersion()).isEqualTo("v1");
        assertThat(event.getRegarding().getKind()).isEqualTo("Pod");
        assertThat(event.getRegarding().getNamespace()).isEqualTo("shop");
        assertThat(event.getRegarding().getName()).isEqualTo("a");
        assertThat(event.getRegarding().getUid()).isEqualTo("a-uid");
        assertThat(event.getType()).isEqualTo("Normal");
        assertThat(event.getReason()).isEqualTo("LeaderLost");
        assertThat(event.getAction()).isEqualTo("Demote");
        assertThat(event.getNote()).isEqualTo("no longer leads");
        assertThat(event.getEventTime().getTime()).isEqualTo("2026-01-01T00:00:00.123456Z");
        assertThat(event.getReportingController()).isEqualTo("leader-election-operator");
        assertThat(event.getReportingInstance()).isEqualTo("instance");
    }

    @Test
    void anEventOfAnElectionNamesItsKind() {
        recorder.onElection(ELECTION, TAKEN);

        assertThat(only().getRegarding().getApiVersion()).isEqualTo("leaderelection.dev/v1alpha1");
        assertThat(only().getRegarding().getKind()).isEqualTo("LeaderElection");
        assertThat(only().getRegarding().getUid()).isEqualTo("election-uid");
        assertThat(only().getType()).isEqualTo("Warning");
    }

    @Test
    void repeatsLengthenTheSeriesOfTheFirst() {
        for (int i = 0; i < 4; i++) {
            recorder.onElection(ELECTION, TAKEN);
            now = now.plus(Duration.ofMinutes(5));
        }

        String name = only().getMetadata().getName();
        assertThat(log.lengthened())
                .containsExactly(
                        name + " x2 2026-01-01T00:05:00.123456Z",
                        name + " x3 2026-01-01T00:10:00.123456Z",
                        name + " x4 2026-01-01T00:15:00.123456Z");
    }

    @Test
    void whatIsNotTheSameIsNoRepeat() {
        recorder.onElection(ELECTION, TAKEN);
        recorder.onElection(ELECTION, news("LabelInUse", "somebody was first"));
        recorder.onElection(ELECTION, news("SelectorOverlap", "somebody else was first"));
        recorder.onPod(ELECTION, A, TAKEN);
        recorder.onPod(ELECTION, new PodIdentity("a", "another-uid"), TAKEN);

        assertThat(log.created()).hasSize(5);
        assertThat(log.lengthened()).isEmpty();
    }

    @Test
    void aSeriesEndsAfterSomeQuietMinutes() {
        recorder.onElection(ELECTION, TAKEN);
        now = now.plus(Duration.ofMinutes(7));

        recorder.onElection(ELECTION, TAKEN);

        assertThat(log.created()).hasSize(2);
        assertThat(log.lengthened()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 404, 409, 422, 500})
    void aSeriesThatCannotBeLengthenedIsBegunAnew(int code) {
        recorder.onElection(ELECTION, TAKEN);
        log.answer(code);

        recorder.onElection(ELECTION, TAKEN);
        recorder.onElection(ELECTION, TAKEN);

        assertThat(log.created()).hasSize(2);
        String second = log.created().get(1).getMetadata().getName();
        assertThat(log.lengthened()).singleElement().asString().startsWith(second + " x2 ");
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 404, 409, 422, 429, 500, 503})
    void anEventThatIsRefusedCostsNoLaterOne(int code) {
        log.answer(code);

        recorder.onElection(ELECTION, TAKEN);
        recorder.onElection(ELECTION, TAKEN);
        recorder.onElection(ELECTION, TAKEN);

        String name = only().getMetadata().getName();
        assertThat(log.lengthened()).singleElement().asString().startsWith(name + " x2 ");
    }

    @Test
    void aFullQueueIsNobodysFailure() {
        EventRecorder full = log.recorder(() -> now, task -> {
            throw new RejectedExecutionException("full");
        });

        assertThatCode(() -> full.onElection(ELECTION, TAKEN)).doesNotThrowAnyException();

        assertThat(log.created()).isEmpty();
    }

    @Test
    void noTwoEventsShareAName() {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            recorder.onElection(ELECTION, news("Reason" + i, ""));
        }

        log.created().forEach(event -> names.add(event.getMetadata().getName()));

        assertThat(names).hasSize(100);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "orders", "x.y-z"})
    void aNameBeginsWithTheElections(String election) {
        recorder.onElection(named(election), TAKEN);

        assertThat(only().getMetadata().getName()).startsWith(election + ".").matches(SUBDOMAIN);
    }

    private static final String SUBDOMAIN = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";

    /** The server takes names of 253 characters, for Events too. */
    @Test
    void theLongestNameOfAnElectionLeavesRoomForThatOfItsEvents() {
        for (String unit : List.of("a", "a-", "a.", "--a", "b.a-")) {
            String longest = ("a" + unit.repeat(253)).substring(0, 252) + "z";
            recorder.onElection(named(longest), news(unit, ""));
        }

        assertThat(log.created())
                .hasSize(5)
                .allSatisfy(event -> assertThat(event.getMetadata().getName())
                        .hasSizeLessThanOrEqualTo(253)
                        .startsWith("a")
                        .endsWith(".instance-" + log.created().indexOf(event)));
        assertThat(log.created().get(0).getMetadata().getName()).matches(SUBDOMAIN);
        assertThat(log.created().get(2).getMetadata().getName()).matches(SUBDOMAIN);
    }

    /** The server counts bytes, and takes 1024 of them. */
    @ParameterizedTest
    @ValueSource(strings = {"x", "é", "拒", "🛑"})
    void aLongNoteIsCutToWhatTheServerTakes(String letter) {
        recorder.onElection(ELECTION, news("WriteDenied", letter.repeat(2000)));

        String note = only().getNote();
        assertThat(note.getBytes(StandardCharsets.UTF_8)).hasSizeBetween(900, 1024);
        assertThat(note.replace(letter, "")).isIn("", "…");
    }

    @Test
    void aNoteThatFitsIsNotCut() {
        String fits = "x".repeat(1024);

        recorder.onElection(ELECTION, news("WriteDenied", fits));

        assertThat(only().getNote()).isEqualTo(fits);
    }
}
