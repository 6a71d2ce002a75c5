package dev.leaderelection.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Follows the store, keeps its history in a file, and judges each revision as it comes. */
final class Auditor implements StoreWatch.Listener {

    private final World world = new World();
    private final HistoryChecker checker = new HistoryChecker(world);
    private final Recoveries recoveries = new Recoveries(world::complaint);
    private final HistoryFile file;
    private long revisions;

    Auditor(HistoryFile file) {
        this.file = file;
    }

    @Override
    public synchronized void revision(Revision.Kind kind, long number, String name, JsonNode value) {
        revisions++;
        file.add(kind, number, name, value);
        checker.see(kind.read(number, name, value));
    }

    @Override
    public synchronized void seen(long number) {
        recoveries.seen(number, System.nanoTime());
    }

    /** A fault is over, which was at a revision of the store. */
    synchronized void ended(Fault fault, Collection<String> elections, long revision) {
        recoveries.ended(fault, elections, revision, System.nanoTime());
    }

    synchronized int injected(Fault fault) {
        return recoveries.injected(fault);
    }

    synchronized Optional<Duration> worstRecovery(Fault fault) {
        return recoveries.worst(fault);
    }

    synchronized List<HistoryChecker.Breach> breaches() {
        return checker.breaches();
    }

    synchronized List<String> needless() {
        return checker.switches().needless();
    }

    synchronized int failovers() {
        return checker.failovers();
    }

    synchronized long revisions() {
        return revisions;
    }

    synchronized int relics() {
        return world.relics().size();
    }

    synchronized boolean exists(String election) {
        return world.election(election).isPresent();
    }

    synchronized Optional<Lease> lease(String election) {
        return world.lease(election);
    }

    /** The pods of an election that are there, and of them those that bear the label. */
    synchronized Crew crew(String election) {
        List<Pod> pods = world.pods().stream()
                .filter(pod -> election.equals(pod.getMetadata().getLabels().get(Users.APP)))
                .toList();
        return new Crew(
                pods,
                pods.stream().filter(pod -> PodTraces.of(pod).isLabelled()).toList());
    }

    /**
     * The pods of an election.
     *
     * @param all those that are there
     * @param labelled those that bear the leader's label
     */
    record Crew(List<Pod> all, List<Pod> labelled) {}

    /** What is not as it should be, of whichever election; of one that is, there is exactly one label, and a leader who says Ready. */
    synchronized List<String> complaints(Collection<String> elections) {
        return elections.stream()
                .flatMap(election -> world.complaint(election).or(() -> world.leaderless(election)).stream()
                        .map(complaint -> election + ": " + complaint))
                .toList();
    }
}
