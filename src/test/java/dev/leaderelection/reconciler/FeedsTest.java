package dev.leaderelection.reconciler;

import static dev.leaderelection.election.PodFixture.pod;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionSpec;
import dev.leaderelection.detection.NodeHeartbeats;
import dev.leaderelection.detection.Outcome;
import dev.leaderelection.detection.Probe;
import dev.leaderelection.detection.ProbeResults;
import dev.leaderelection.detection.Prober;
import dev.leaderelection.detection.Verdict;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.Candidate.Contact;
import dev.leaderelection.election.PodFixture;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.NodeRenewals;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

    private Duration now = Duration.ZERO;
    private final NodeHeartbeats heartbeats = new NodeHeartbeats(() -> now);
    private final KnownRenewals renewals = new KnownRenewals();

    /** What the server would say of each node's Lease, if it answered; the watch tells nothing. */
    private final class KnownRenewals implements NodeRenewals {

        private final Map<String, String> stamps = new HashMap<>();
        private final List<String> asked = new ArrayList<>();
        private boolean away;

        @Override
        public Optional<Duration> watch() {
            return Optional.empty();
        }

        @Override
        public boolean ask(String node) {
            asked.add(node);
            if (!away) {
                Optional.ofNullable(stamps.get(node))
                        .ifPresentOrElse(stamp -> heartbeats.saw(node, stamp), () -> heartbeats.deleted(node));
            }
            return !away;
        }

        @Override
        public void close() {}
    }

    private void renewed(String node, String stamp) {
        renewals.stamps.put(node, stamp);
        heartbeats.saw(node, stamp);
    }

    private void secondsPass(int seconds) {
        for (int second = 0; second < seconds; second++) {
            now = now.plusSeconds(1);
            heartbeats.tick();
        }
    }

    /** The node of {@code a} was heard of ten seconds before those of the others, and then nothing of any. */
    private void theWatchStalls() {
        renewed("node-a", "a1");
        secondsPass(10);
        renewed("node-b", "b1");
        renewed("node-c", "c1");
        secondsPass(10);
    }

    private static final List<Candidate> PODS =
            List.of(pod("a").node("node-a").build(), pod("b").node("node-b").build());

    private Detection.Hearing hear(String yaml, String leader) {
        Vertx vertx = Vertx.vertx();
        ProbeResults results = new ProbeResults(() -> now, election -> {});
        LeaderElection election = Serialization.unmarshal("""
                metadata: {namespace: shop, name: orders, uid: u}
                spec: {selector: {matchLabels: {app: orders}}, detection: %s}
                """.formatted(yaml), LeaderElection.class);
        try (Prober prober = new Prober(vertx, () -> now, () -> 0, 1, address -> false, results)) {
            return new Feeds(renewals, heartbeats, prober, results)
                    .hear(Election.of(election), election.getSpec().detection(), PODS, Set.of(PodFixture.id(leader)));
        } finally {
            var unused = vertx.close();
        }
    }

    private static List<Contact> contacts(Detection.Hearing hearing) {
        return hearing.pods().stream().map(Candidate::contact).toList();
    }

    private static final String BOUND = "{nodeHeartbeatSeconds: 20}";

    @Test
    void aLeaderWhoseNodeTheServerHasHeardOfIsNotLostWhateverTheWatchHasMissed() {
        theWatchStalls();
        renewals.stamps.put("node-a", "a2");

        Detection.Hearing hearing = hear(BOUND, "a");

        assertThat(contacts(hearing)).containsExactly(Contact.FINE, Contact.FINE);
        assertThat(hearing.next()).contains(Duration.ofSeconds(10));
        assertThat(heartbeats.untilLost("node-a", Duration.ofSeconds(20))).contains(Duration.ofSeconds(20));
    }

    @Test
    void aLeaderWhoseNodeTheServerHasNotHeardOfEitherIsLost() {
        theWatchStalls();

        assertThat(contacts(hear(BOUND, "a"))).containsExactly(Contact.NODE_LOST, Contact.FINE);
        assertThat(renewals.asked).containsExactly("node-a");
    }

    @Test
    void aLeaderIsNotLostWhileTheServerDoesNotAnswer() {
        theWatchStalls();
        renewals.away = true;

        Detection.Hearing hearing = hear(BOUND, "a");

        assertThat(contacts(hearing)).containsExactly(Contact.FINE, Contact.FINE);
        assertThat(hearing.next()).contains(Duration.ofSeconds(1));
        renewals.away = false;
        assertThat(contacts(hear(BOUND, "a"))).containsExactly(Contact.NODE_LOST, Contact.FINE);
    }

    @Test
    void theServerIsAskedForNobodyButALeaderThatWouldBeLost() {
        theWatchStalls();

        assertThat(contacts(hear(BOUND, "b"))).containsExactly(Contact.NODE_LOST, Contact.FINE);
        assertThat(contacts(hear("{nodeHeartbeatSeconds: 30}", "a"))).containsExactly(Contact.FINE, Contact.FINE);
        assertThat(contacts(hear("{nodeHeartbeatSeconds: 20, probe: {tcpSocket: {port: 80}}}", "a")))
                .containsExactly(Contact.FINE, Contact.FINE);
        assertThat(renewals.asked).isEmpty();
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
