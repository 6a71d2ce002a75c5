package dev.leaderelection.reconciler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leaderelection.api.LeaderElectionSpec;
import dev.leaderelection.detection.Probe;
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
        "false, false, false, FINE",
        "true,  false, false, FINE",
        "false, false, true,  PROBE_FAILED",
        "true,  false, true,  NODE_LOST",
        "true,  true,  false, NOT_ASKED"
    })
    void theProbeMustConfirmThatANodeIsLost(
            boolean nodeLost, boolean onNodesNetwork, boolean probeFailed, Contact contact) {
        assertThat(Feeds.contact(nodeLost, onNodesNetwork, probeFailed)).isEqualTo(contact);
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
