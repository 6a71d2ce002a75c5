package dev.leaderelection.reconciler;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionSpec;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.kubernetes.Answer;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.ElectionStore;
import dev.leaderelection.kubernetes.EventRecorder;
import dev.leaderelection.kubernetes.PracticeServer;
import dev.leaderelection.kubernetes.Primary;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.slf4j.event.Level;

/** The production pass over caches and a store of somebody else's, for tests of other packages. */
public final class ProductionPass {

    private final ElectionPass pass;

    /** What the watches have told so far. */
    public interface Watches {
        List<Pod> podsOf(Election election);

        Optional<Pod> pod(String namespace, String name);

        Optional<Lease> lease(String namespace, String name);

        List<LeaderElection> elections(String namespace);

        List<LeadershipTransfer> transfers(Election election);
    }

    /** Writes a status whole, if the election still is that revision. */
    @FunctionalInterface
    public interface Statuses {
        Answer<Primary> write(Election election, Primary copy, LeaderElectionStatus status);
    }

    /**
     * @param contact what is found out of a pod beyond what it says of itself
     */
    public ProductionPass(
            Watches watches,
            ElectionStore store,
            Function<PodIdentity, Candidate.Contact> contact,
            Statuses statuses,
            Clocks clocks,
            DoubleSupplier jitter) {
        EventRecorder events = new EventRecorder(NOBODY.connect(), clocks.wall(), task -> {}, "simulation");
        pass = new ElectionPass(
                new Told(watches),
                store,
                new Heard(contact),
                statuses::write,
                new Announcer(events),
                clocks,
                jitter,
                new Remit(Set.of(), false),
                new Chronicle(Telemetry.NONE, Level.TRACE));
    }

    private record Heard(Function<PodIdentity, Candidate.Contact> contact) implements Detection {

        @Override
        public Hearing hear(
                Election election, LeaderElectionSpec.Detection asked, List<Candidate> pods, Set<PodIdentity> leading) {
            return new Hearing(
                    pods.stream()
                            .map(pod -> pod.withContact(contact.apply(pod.id())))
                            .toList(),
                    Optional.empty(),
                    Optional.empty());
        }

        @Override
        public void forget(Election election) {}
    }

    /** Nothing is ever sent there: Events are dropped before. */
    private static final PracticeServer NOBODY = new PracticeServer(new KubernetesSerialization());

    /** See {@link ElectionPass#run}. */
    public Optional<Duration> run(LeaderElection resource, ElectionMemory memory) {
        return pass.run(resource, memory);
    }

    private record Told(Watches watches) implements Caches {

        @Override
        public List<Pod> podsOf(Election election) {
            return watches.podsOf(election);
        }

        @Override
        public Optional<Pod> pod(String namespace, String name) {
            return watches.pod(namespace, name);
        }

        @Override
        public Optional<Lease> lease(String namespace, String name) {
            return watches.lease(namespace, name);
        }

        @Override
        public List<LeadershipTransfer> transfers(Election election) {
            return watches.transfers(election);
        }

        @Override
        public List<LeaderElection> elections(String namespace) {
            return watches.elections(namespace);
        }
    }
}
