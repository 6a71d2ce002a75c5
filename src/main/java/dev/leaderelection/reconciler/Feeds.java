package dev.leaderelection.reconciler;

import dev.leaderelection.api.LeaderElectionSpec;
import dev.leaderelection.detection.ElectionKey;
import dev.leaderelection.detection.NodeHeartbeats;
import dev.leaderelection.detection.NodeTally;
import dev.leaderelection.detection.Probe;
import dev.leaderelection.detection.ProbeResults;
import dev.leaderelection.detection.ProbeTally;
import dev.leaderelection.detection.Prober;
import dev.leaderelection.detection.Target;
import dev.leaderelection.detection.Verdict;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.Candidate.Contact;
import dev.leaderelection.election.Candidate.Life;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.NodeLeases;
import dev.leaderelection.kubernetes.NodeRenewals;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** The feeds of detection, as an election asks for them: the heartbeats of nodes, and probes. */
public final class Feeds implements Detection, AutoCloseable {

    private static final String UNHEARD =
            "the nodes' heartbeats are not heard, and no node counts as lost: grant the operator the right to"
                    + " list and watch leases in namespace " + NodeLeases.NAMESPACE;

    private static final String UNANSWERED =
            "no candidate answers the probe, and none counts as failed for that: check its port and path, and that"
                    + " network policies let the operator's pods reach the candidates";

    /** After how long the server is asked again that did not answer for a leader's node. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final NodeRenewals renewals;
    private final NodeHeartbeats heartbeats;
    private final Prober prober;
    private final ProbeResults results;
    /** The elections that ask for heartbeats which may not be watched. */
    private final Set<ElectionKey> unheard = ConcurrentHashMap.newKeySet();

    /**
     * @param renewals tells the heartbeats
     * @param heartbeats which nodes are lost
     * @param prober tells the results
     * @param results which pods fail their probes
     */
    public Feeds(NodeRenewals renewals, NodeHeartbeats heartbeats, Prober prober, ProbeResults results) {
        this.renewals = renewals;
        this.heartbeats = heartbeats;
        this.prober = prober;
        this.results = results;
    }

    @Override
    public Hearing hear(
            Election election, LeaderElectionSpec.Detection asked, List<Candidate> pods, Set<PodIdentity> leading) {
        ElectionKey key = key(election);
        Optional<Probe> probe = Optional.ofNullable(asked.probe()).map(SpecReader::probe);
        prober.replace(key, targets(key, probe, pods));
        Duration bound = Duration.ofSeconds(asked.nodeHeartbeatSeconds());
        heartbeats.asks(key, bound);
        Optional<Duration> askAgain = bound.isZero() ? Optional.empty() : renewals.watch();
        askAgain.ifPresentOrElse(any -> unheard.add(key), () -> unheard.remove(key));
        List<Candidate> leaders =
                pods.stream().filter(pod -> leading.contains(pod.id())).toList();
        Set<String> unconfirmed = unconfirmed(key, probe, bound, leaders);
        List<Candidate> heard = pods.stream()
                .map(pod -> pod.withContact(contact(key, probe, bound, pod, unconfirmed)))
                .toList();
        Optional<Duration> retry = unconfirmed.isEmpty() ? Optional.empty() : Optional.of(PAUSE);
        Optional<Duration> next = Stream.of(askAgain, nextLoss(bound, pods), retry)
                .flatMap(Optional::stream)
                .min(Duration::compareTo);
        Optional<String> unanswered = results.isUnanswered(key) ? Optional.of(UNANSWERED) : Optional.empty();
        List<String> unknown = Stream.concat(askAgain.map(any -> UNHEARD).stream(), unanswered.stream())
                .toList();
        return new Hearing(heard, next, unknown.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", unknown)));
    }

    /**
     * Asks the server itself for the nodes by which a leader would be lost: the watch may be behind by more than what a node may be
     * silent for, and while the other nodes' last beats are younger nothing tells.
     *
     * @return those of which there was no answer
     */
    private Set<String> unconfirmed(ElectionKey key, Optional<Probe> probe, Duration bound, List<Candidate> leaders) {
        Set<String> unconfirmed = new HashSet<>();
        for (Candidate leader : leaders) {
            String node = leader.place().node();
            if (contact(key, probe, bound, leader, Set.of()) == Contact.NODE_LOST && !renewals.ask(node)) {
                unconfirmed.add(node);
            }
        }
        return unconfirmed;
    }

    private Optional<Duration> nextLoss(Duration bound, List<Candidate> pods) {
        if (bound.isZero()) {
            return Optional.empty();
        }
        return pods.stream()
                .flatMap(pod -> heartbeats.untilLost(pod.place().node(), bound).stream())
                .filter(until -> !until.isZero())
                .min(Duration::compareTo);
    }

    private static ElectionKey key(Election election) {
        return new ElectionKey(election.namespace(), election.name());
    }

    private static Set<Target> targets(ElectionKey key, Optional<Probe> probe, List<Candidate> pods) {
        Set<Target> targets = new HashSet<>();
        for (Candidate pod : pods) {
            if (probe.isPresent() && mayBeAsked(pod)) {
                targets.add(new Target(key, pod.id().uid(), pod.place().ip(), probe.get()));
            }
        }
        return targets;
    }

    /** At the address of a pod on its node's network others listen as well, whom a user must not reach through us. */
    private static boolean mayBeAsked(Candidate pod) {
        return pod.selected()
                && pod.life() == Life.RUNNING
                && !pod.place().ip().isEmpty()
                && !pod.place().onNodesNetwork();
    }

    private Contact contact(
            ElectionKey key, Optional<Probe> probe, Duration bound, Candidate pod, Set<String> unconfirmed) {
        String node = pod.place().node();
        boolean isNodeLost = !bound.isZero() && heartbeats.isLost(node, bound) && !unconfirmed.contains(node);
        if (probe.isEmpty()) {
            return isNodeLost ? Contact.NODE_LOST : Contact.FINE;
        }
        return contact(
                isNodeLost,
                pod.place().onNodesNetwork(),
                results.verdict(key, pod.id().uid()));
    }

    /** With a probe, a silent node alone says nothing: its pods may well be reached. */
    static Contact contact(boolean isNodeLost, boolean onNodesNetwork, Verdict probe) {
        if (onNodesNetwork) {
            return Contact.NOT_ASKED;
        }
        if (probe instanceof Verdict.Failed) {
            return isNodeLost ? Contact.NODE_LOST : Contact.PROBE_FAILED;
        }
        return probe instanceof Verdict.Suspect || probe instanceof Verdict.Held ? Contact.SUSPECT : Contact.FINE;
    }

    @Override
    public void forget(Election election) {
        ElectionKey key = key(election);
        prober.replace(key, Set.of());
        heartbeats.asks(key, Duration.ZERO);
        unheard.remove(key);
    }

    /** How the nodes stand. */
    public NodeTally nodes() {
        return heartbeats.tally();
    }

    /** How many elections ask for the nodes' heartbeats, which the operator may not watch. */
    public int unheard() {
        return unheard.size();
    }

    /** How the probes go. */
    public ProbeTally probes() {
        return results.tally();
    }

    /** How many probes are under way. */
    public int probesUnderWay() {
        return prober.underWay();
    }

    /** For how long the probes' event loop has done nothing, though it should every second. */
    public Duration silence() {
        return prober.silence();
    }

    /** What was last known is from before a gap of our own: it says nothing. */
    void gapEnded() {
        heartbeats.gapEnded();
        results.gapEnded();
    }

    @Override
    public void close() {
        prober.close();
        renewals.close();
    }
}
