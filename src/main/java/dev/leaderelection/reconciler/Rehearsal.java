package dev.leaderelection.reconciler;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.kubernetes.ApiServer;
import dev.leaderelection.kubernetes.ApiServerElectionStore;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.EventRecorder;
import dev.leaderelection.kubernetes.PodTrimmer;
import dev.leaderelection.kubernetes.PracticeServer;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.event.Level;

/**
 * Goes through failovers that nobody sees, so that the first real one does not pay for loading and compiling what it needs: real
 * ones are rare, so each would be the first. Everything takes part but the watches and the network.
 */
public final class Rehearsal {

    private static final String PODS = "/api/v1/namespaces/rehearsal/pods/";
    private static final String LEASE = "/apis/coordination.k8s.io/v1/namespaces/rehearsal/leases/rehearsal";
    private static final String ELECTION =
            "/apis/leaderelection.dev/v1alpha1/namespaces/rehearsal/leaderelections/rehearsal";

    private final PracticeServer server;
    private final ElectionPass pass;
    private final ElectionMemory memory = new ElectionMemory();
    private final Clocks clocks;

    /**
     * @param server answers in place of the API server
     */
    public Rehearsal(PracticeServer server, Clocks clocks) {
        this.server = server;
        this.clocks = clocks;
        ApiServer connection = server.connect();
        ApiServerElectionStore store = new ApiServerElectionStore(connection, clocks.wall(), () -> "rehearsal");
        EventRecorder events = new EventRecorder(connection, clocks.wall(), Runnable::run, "rehearsal");
        this.pass = new ElectionPass(
                new Cast(), store, store::writeStatus, new Announcer(events), clocks, () -> 0.5, Set.of(), Level.TRACE);
    }

    /**
     * Rehearses until it has been enough.
     *
     * @param most failovers at most
     * @param budget time at most, but for the failover that is under way then
     * @return how many there were
     */
    public int run(int most, Duration budget) {
        server.merge(ELECTION, """
                {"apiVersion": "leaderelection.dev/v1alpha1", "kind": "LeaderElection",
                 "metadata": {"namespace": "rehearsal", "name": "rehearsal", "generation": 1,
                              "creationTimestamp": "2020-01-01T00:00:00Z"},
                 "spec": {"selector": {"matchLabels": {"app": "rehearsal"}}}}""");
        Stream.of("a", "b", "c").forEach(name -> ready(name, true));
        act();
        Duration end = clocks.ticks().get().plus(budget);
        int done = 0;
        while (done < most && clocks.ticks().get().compareTo(end) < 0) {
            Optional<String> leader = new Cast().labelled();
            leader.ifPresent(name -> ready(name, false));
            memory.wake(clocks.ticks().get());
            act();
            leader.ifPresent(name -> ready(name, true));
            act();
            done++;
        }
        return done;
    }

    /** Whom the label says to lead. */
    Optional<String> leader() {
        return new Cast().labelled();
    }

    private void act() {
        LeaderElection resource = server.read(ELECTION, LeaderElection.class).orElseThrow();
        Optional<Duration> next = pass.run(resource, memory);
        memory.expectNextPass(next);
    }

    private void ready(String name, boolean ready) {
        server.merge(PODS + name, """
                {"apiVersion": "v1", "kind": "Pod",
                 "metadata": {"namespace": "rehearsal", "name": "%s", "labels": {"app": "rehearsal"},
                              "creationTimestamp": "2020-01-01T00:00:00Z"},
                 "spec": {"nodeName": "node"},
                 "status": {"phase": "Running", "podIP": "10.0.0.1", "conditions": [{"type": "Ready", "status": "%s",
                            "lastTransitionTime": "%s"}]}}""".formatted(
                        name, ready ? "True" : "False", clocks.wall().instant()));
    }

    /** What the watches would have told. */
    private final class Cast implements Caches {

        Optional<String> labelled() {
            return pods().filter(pod -> pod.getMetadata().getLabels().containsValue("leader"))
                    .map(pod -> pod.getMetadata().getName())
                    .findFirst();
        }

        private Stream<Pod> pods() {
            return Stream.of("a", "b", "c")
                    .flatMap(name -> server.read(PODS + name, Pod.class).stream())
                    .map(PodTrimmer::trim);
        }

        @Override
        public List<Pod> podsOf(Election election) {
            return pods().toList();
        }

        @Override
        public Optional<Pod> pod(String namespace, String name) {
            return server.read(PODS + name, Pod.class).map(PodTrimmer::trim);
        }

        @Override
        public Optional<Lease> lease(String namespace, String name) {
            return server.read(LEASE, Lease.class);
        }

        @Override
        public List<LeaderElection> elections(String namespace) {
            return server.read(ELECTION, LeaderElection.class).stream().toList();
        }
    }
}
