package dev.leaderelection.simulation;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.LeaseReader;
import dev.leaderelection.kubernetes.PodTrimmer;
import dev.leaderelection.kubernetes.TransferReader;
import dev.leaderelection.reconciler.LeaderElectionReconciler;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/** What one replica's watches have told it so far: each kind by itself, each as far behind as it happens to be. */
final class Watch {

    final Told<Pod> pods;
    final Told<Lease> leases;
    final Told<LeaderElection> elections;
    final Told<LeadershipTransfer> transfers;

    Watch(Cluster cluster) {
        pods = new Told<>(cluster.pods, PodTrimmer::differ);
        leases = new Told<>(cluster.leases, (now, before) -> !LeaseReader.saysTheSame(now, before));
        elections = new Told<>(cluster.elections, LeaderElectionReconciler::isNews);
        transfers = new Told<>(cluster.transfers, (now, before) -> !TransferReader.isFinished(now));
    }

    List<Told<?>> all() {
        return List.of(pods, leases, elections, transfers);
    }

    /** The pods that the selector matches, and those that bear the election's mark. */
    List<Pod> podsOf(Election election) {
        List<Pod> found = new ArrayList<>();
        for (Pod pod : pods.objects.values()) {
            if (election.selector().matches(pod.getMetadata().getLabels())
                    || PodTrimmer.markedBy(pod).contains(election.uid())) {
                found.add(pod);
            }
        }
        return found;
    }

    /**
     * One kind.
     *
     * @param <T> the kind
     */
    static final class Told<T extends HasMetadata> {
        private final Shelf<T> shelf;
        private final BiPredicate<T, T> isNews;
        private final Map<String, T> objects = new TreeMap<>();
        private int seen;
        private boolean stalled;

        private Told(Shelf<T> shelf, BiPredicate<T, T> isNews) {
            this.shelf = shelf;
            this.isNews = isNews;
        }

        Optional<T> get(String name) {
            return Optional.ofNullable(objects.get(name));
        }

        List<T> all() {
            return List.copyOf(objects.values());
        }

        /** How many changes it has told. */
        int seen() {
            return seen;
        }

        /** The name of what the next change is about. */
        String next() {
            return shelf.change(seen).name();
        }

        /** So many changes before the latest. */
        int position(int behind) {
            return Math.max(0, shelf.size() - behind);
        }

        boolean isBehind() {
            return seen < shelf.size();
        }

        boolean isStalled() {
            return stalled;
        }

        void stall(boolean now) {
            stalled = now;
        }

        /** Tells the next change, and whether it is news; the object that left, if one did. */
        boolean tell() {
            Shelf.Change<T> change = shelf.change(seen++);
            T before = objects.get(change.name());
            if (change.now().isEmpty()) {
                objects.remove(change.name());
                return true;
            }
            T now = change.now().get();
            objects.put(change.name(), now);
            return before == null || isNews.test(now, before);
        }

        /** Starts again from the list as it was after so many changes. */
        void relist(int position) {
            stalled = false;
            seen = 0;
            objects.clear();
            while (seen < position) {
                tell();
            }
        }
    }
}
