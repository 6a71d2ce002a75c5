package dev.leaderelection.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.election.Transfer.Outcome;
import dev.leaderelection.election.Transfer.Refusal;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransferTrimmerTest {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final LeadershipTransfer whole = Serialization.unmarshal("""
            apiVersion: leaderelection.dev/v1alpha1
            kind: LeadershipTransfer
            metadata:
              namespace: shop
              name: move
              uid: move-uid
              resourceVersion: "7"
              creationTimestamp: "2026-01-01T11:00:00Z"
              labels: {team: orders}
              annotations: {kubectl.kubernetes.io/last-applied-configuration: "much"}
              managedFields: [{manager: kubectl, operation: Update}]
            spec: {election: orders, target: b, timeoutSeconds: 30}
            """, LeadershipTransfer.class);

    private void becomes(Outcome outcome) {
        whole.setStatus(
                TransferReader.answered(TransferReader.read(whole, "election-uid"), outcome, "election-uid", NOON));
    }

    private void assertReadAlike() {
        assertThat(TransferReader.read(TransferTrimmer.trim(whole), "election-uid"))
                .isEqualTo(TransferReader.read(whole, "election-uid"));
    }

    @Test
    void whatNobodyHasAnsweredIsReadAsItIs() {
        assertReadAlike();
    }

    @Test
    void aPromiseIsReadAsItIs() {
        becomes(new Outcome.Accepted("a", 4, "b"));

        assertReadAlike();
    }

    @Test
    void ofWhatIsFinishedNothingIsKeptButThatItIsAndWhose() {
        becomes(new Outcome.Accepted("a", 4, "b"));
        for (Outcome end : List.of(new Outcome.Completed(5), new Outcome.Failed(Refusal.PAUSED, "a long story"))) {
            becomes(end);

            LeadershipTransfer trimmed = TransferTrimmer.trim(whole);

            assertThat(TransferReader.isFinished(trimmed)).isTrue();
            assertThat(trimmed.getSpec().election()).isEqualTo("orders");
            assertThat(Serialization.asYaml(trimmed))
                    .doesNotContain("a long story", "leads in", "team", "much", "manager");
        }
    }

    @Test
    void theStoreKnowsItAgain() {
        assertThat(TransferTrimmer.trim(whole).getMetadata()).satisfies(kept -> {
            assertThat(kept.getNamespace()).isEqualTo("shop");
            assertThat(kept.getName()).isEqualTo("move");
            assertThat(kept.getUid()).isEqualTo("move-uid");
            assertThat(kept.getResourceVersion()).isEqualTo("7");
        });
    }
}
