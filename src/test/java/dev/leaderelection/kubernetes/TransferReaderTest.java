package dev.leaderelection.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.election.Transfer;
import dev.leaderelection.election.Transfer.Acceptance;
import dev.leaderelection.election.Transfer.Outcome;
import dev.leaderelection.election.Transfer.Refusal;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TransferReaderTest {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final LeadershipTransfer resource = Serialization.unmarshal("""
            apiVersion: leaderelection.dev/v1alpha1
            kind: LeadershipTransfer
            metadata: {name: move, uid: move-uid, resourceVersion: "7", creationTimestamp: "2026-01-01T11:00:00Z"}
            spec: {election: orders, target: b, timeoutSeconds: 30}
            """, LeadershipTransfer.class);

    private Transfer read() {
        return TransferReader.read(resource, "election-uid");
    }

    private void becomes(Outcome outcome, Instant now) {
        resource.setStatus(TransferReader.answered(read(), outcome, "election-uid", now));
    }

    private String told() {
        StringBuilder text = new StringBuilder();
        resource.getStatus()
                .conditions()
                .forEach(condition -> text.append(condition.getType())
                        .append('=')
                        .append(condition.getStatus())
                        .append(' ')
                        .append(condition.getReason())
                        .append(' ')
                        .append(condition.getLastTransitionTime())
                        .append('\n'));
        return text.toString();
    }

    @Test
    void readsWhatAUserAsksFor() {
        assertThat(read())
                .isEqualTo(new Transfer(
                        "move",
                        "move-uid",
                        "7",
                        Instant.parse("2026-01-01T11:00:00Z"),
                        "b",
                        Duration.ofSeconds(30),
                        false,
                        Optional.empty(),
                        false,
                        false));
    }

    @Test
    void aPromiseIsReadAsItWasWritten() {
        becomes(new Outcome.Accepted("a", 4, "b"), NOON);

        assertThat(read().accepted()).contains(new Acceptance("a", 4, "b", NOON));
        assertThat(read().finished()).isFalse();
        assertThat(told()).isEqualTo("""
                Accepted=True Accepted 2026-01-01T12:00:00Z
                Completed=False InProgress 2026-01-01T12:00:00Z
                Failed=False InProgress 2026-01-01T12:00:00Z
                """);
    }

    @Test
    void aPromiseOfAnEarlierElectionIsNone() {
        becomes(new Outcome.Accepted("a", 4, "b"), NOON);

        assertThat(TransferReader.read(resource, "another-uid").orphaned()).isTrue();
    }

    @Test
    void aCompletedTransferKeepsWhatWasPromisedAndWhen() {
        becomes(new Outcome.Accepted("a", 4, "b"), NOON);
        becomes(new Outcome.Completed(5), NOON.plusSeconds(1));

        assertThat(resource.getStatus().from()).isEqualTo("a");
        assertThat(resource.getStatus().to()).isEqualTo("b");
        assertThat(resource.getStatus().term()).isEqualTo(5);
        assertThat(read().finished()).isTrue();
        assertThat(told()).isEqualTo("""
                Accepted=True Accepted 2026-01-01T12:00:00Z
                Completed=True Transferred 2026-01-01T12:00:01Z
                Failed=False Transferred 2026-01-01T12:00:01Z
                """);
    }

    @Test
    void aRefusedTransferWasNeverAccepted() {
        becomes(new Outcome.Failed(Refusal.PAUSED, "the election is paused"), NOON);

        assertThat(resource.getStatus().from()).isNull();
        assertThat(read().finished()).isTrue();
        assertThat(told()).isEqualTo("""
                Accepted=False Refused 2026-01-01T12:00:00Z
                Completed=False Paused 2026-01-01T12:00:00Z
                Failed=True Paused 2026-01-01T12:00:00Z
                """);
    }
}
