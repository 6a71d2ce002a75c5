package dev.leaderelection.reconciler;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeadershipTransfer;
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
import java.util.function.BooleanSupplier;
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

    private static final List<String> NAMES = List.of("a", "b", "c");

    private final PracticeServer server;
    private final ElectionPass pass;
    private final ElectionMemory memory = new ElectionMemory();
    private final Clocks clocks;
    private final Cast cast = new Cast();

    /** How a leader is lost. Each takes other ways through the code, and refusals take the longest. */
    private enum Loss {
        NOT_READY,
        /** It was written to since we saw it: the demotion is refused, and repeated on the newer revision. */
        CHANGED_SINCE,
        /** It was told to end, and has ended since: there is nothing to demote. */
        ENDED_SINCE,
        GONE
    }

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
                cast,
                store,
                Detection.NONE,
                store::writeStatus,
                new Announcer(events),
                clocks,
                () -> 0.5,
                new Remit(Set.of(), false),
                new Chronicle(Telemetry.NONE, Level.TRACE));
    }

    /**
     * Rehearses until it has been enough.
     *
     * @param most failovers at most
     * @param more asked before each failover, whether there is time for it
     * @return how many there were, by the Lease's count
     */
    public int run(int most, BooleanSupplier more) {
        server.merge(ELECTION, """
                {"apiVersion": "leaderelection.dev/v1alpha1", "kind": "LeaderElection",
                 "metadata": {"namespace": "rehearsal", "name": "rehearsal", "generation": 1,
                              "creationTimestamp": "2020-01-01T00:00:00Z"},
                 "spec": {"selector": {"matchLabels": {"app": "rehearsal"}}}}""");
        NAMES.forEach(name -> ready(name, true));
        act();
        int before = transitions();
        for (int i = 0; i < most && more.getAsBoolean(); i++) {
            Loss loss = Loss.values()[i % Loss.values().length];
            Optional<String> leader = leader();
            leader.ifPresent(name -> lose(name, loss));
            memory.wake(clocks.ticks().get());
            act();
            leader.ifPresent(name -> ready(name, true));
            act();
        }
        return transitions() - before;
    }

    private int transitions() {
        return server.read(LEASE, Lease.class)
                .map(lease -> lease.getSpec().getLeaseTransitions())
                .orElse(0);
    }

    /** Whom the label says to lead. */
    Optional<String> leader() {
        return NAMES.stream()
                .flatMap(name -> server.read(PODS + name, Pod.class).stream())
                .filter(pod -> pod.getMetadata().getLabels().containsValue("leader"))
                .map(pod -> pod.getMetadata().getName())
                .findFirst();
    }

    private void lose(String name, Loss loss) {
        switch (loss) {
            case NOT_READY -> ready(name, false);
            case CHANGED_SINCE -> {
                ready(name, false);
                cast.watch();
                merge(name, """
                        {"status": {"message": "written to by somebody else"}}""");
            }
            case ENDED_SINCE -> {
                merge(name, """
                        {"metadata": {"deletionTimestamp": "%s"}}""".formatted(clocks.wall().instant()));
                cast.watch();
                server.remove(PODS + name);
            }
            case GONE -> {
                server.remove(PODS + name);
                cast.watch();
            }
        }
    }

    private void act() {
        LeaderElection resource = server.read(ELECTION, LeaderElection.class).orElseThrow();
        Optional<Duration> next = pass.run(resource, memory);
        memory.expectNextPass(next);
        cast.watch();
    }

    private void ready(String name, boolean ready) {
        merge(name, """
                {"apiVersion": "v1", "kind": "Pod",
                 "metadata": {"namespace": "rehearsal", "name": "%s", "labels": {"app": "rehearsal"},
                              "creationTimestamp": "2020-01-01T00:00:00Z"},
                 "spec": {"nodeName": "node"},
                 "status": {"phase": "Running", "podIP": "10.0.0.1", "conditions": [{"type": "Ready", "status": "%s",
                            "lastTransitionTime": "%s"}]}}""".formatted(name, ready ? "True" : "False", clocks.wall().instant()));
        cast.watch();
    }

    private void merge(String name, String json) {
        server.merge(PODS + name, json);
    }

    /** What the watches have told. */
    private final class Cast implements Caches {

        private List<Pod> pods = List.of();

        /** Catches up with the server. */
        void watch() {
            pods = NAMES.stream()
                    .flatMap(name -> server.read(PODS + name, Pod.class).stream())
                    .map(PodTrimmer::trim)
                    .toList();
        }

        @Override
        public List<Pod> podsOf(Election election) {
            return pods;
        }

        @Override
        public Optional<Pod> pod(String namespace, String name) {
            return pods.stream()
                    .filter(pod -> pod.getMetadata().getName().equals(name))
                    .findFirst();
        }

        @Override
        public Optional<Lease> lease(String namespace, String name) {
            return server.read(LEASE, Lease.class);
        }

        @Override
        public List<LeadershipTransfer> transfers(Election election) {
            return List.of();
        }

        @Override
        public List<LeaderElection> elections(String namespace) {
            return server.read(ELECTION, LeaderElection.class).stream().toList();
        }
    }
}
