package dev.leaderelection.reconciler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leaderelection.api.LeaderElectionSpec;
import dev.leaderelection.detection.Outcome;
import dev.leaderelection.detection.Probe;
import dev.leaderelection.detection.Verdict;
import dev.leaderelection.election.Candidate.Contact;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the feeds say together, and how a user's probe is read. */
class FeedsTest {

    private static final Probe.Timing TIMING = new Probe.Timing(Duration.ofSeconds(2), Duration.ofSeconds(3), 4);
    private static final Probe.Timing DEFAULT = new Probe.Timing(Duration.ofSeconds(1), Duration.ofSeconds(1), 3);

    private static Probe probe(String yaml) {
        return SpecReader.probe(Serialization.unmarshal(yaml, LeaderElectionSpec.Probe.class));
    }

    @ParameterizedTest
    @CsvSource({
        "false, false, Unknown, FINE",
        "false, false, Well,    FINE",
        "true,  false, Well,    FINE",
        "false, false, Suspect, SUSPECT",
        "false, false, Held,    SUSPECT",
        "true,  false, Held,    SUSPECT",
        "false, false, Failed,  PROBE_FAILED",
        "true,  false, Failed,  NODE_LOST",
        "true,  true,  Unknown, NOT_ASKED"
    })
    void theProbeMustConfirmThatANodeIsLost(boolean nodeLost, boolean onNodesNetwork, String verdict, Contact contact) {
        assertThat(Feeds.contact(nodeLost, onNodesNetwork, verdict(verdict))).isEqualTo(contact);
    }

    private static Verdict verdict(String name) {
        Outcome last = new Outcome(Outcome.Kind.REFUSED, 0);
        return switch (name) {
            case "Unknown" -> new Verdict.Unknown();
            case "Well" -> new Verdict.Well();
            case "Suspect" -> new Verdict.Suspect(last);
            case "Held" -> new Verdict.Held(last);
            case "Failed" -> new Verdict.Failed(last);
            default -> throw new IllegalArgumentException(name);
        };
    }

    @Test
    void readsEachKindOfProbe() {
        String timing = "\nperiodSeconds: 2\ntimeoutSeconds: 3\nfailureThreshold: 4";

        assertThat(probe("httpGet: {path: /live, port: 80}" + timing))
                .isEqualTo(new Probe.HttpGet("/live", 80, TIMING));
        assertThat(probe("tcpSocket: {port: 80}" + timing)).isEqualTo(new Probe.TcpSocket(80, TIMING));
        assertThat(probe("grpc: {port: 80, service: a.B}" + timing)).isEqualTo(new Probe.Grpc(80, "a.B", TIMING));
    }

    @Test
    void whatTheUserLeftOutOfAProbeHasItsDefault() {
        assertThat(probe("httpGet: {port: 80}")).isEqualTo(new Probe.HttpGet("/", 80, DEFAULT));
        assertThat(probe("grpc: {port: 80}")).isEqualTo(new Probe.Grpc(80, "", DEFAULT));
    }

    @Test
    void aProbeOfNoKindIsRefusedByItsName() {
        assertThatThrownBy(() -> probe("periodSeconds: 1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("httpGet, tcpSocket and grpc");
    }
}
