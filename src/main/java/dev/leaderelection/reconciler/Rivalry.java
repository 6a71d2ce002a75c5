package dev.leaderelection.reconciler;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionSpec;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.Observation.Obstacle;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.Primary;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether somebody else has a claim on the same label of the same pods. No protocol over two Leases makes that safe, so the
 * younger election stands down.
 */
final class Rivalry {

    /** The server tells ages by the second: of two elections of one second the one that has begun is the older, then the name decides. */
    private record Age(String created, boolean hasBegun, String name) implements Comparable<Age> {

        private static final Comparator<Age> ORDER = Comparator.comparing(Age::created)
                .thenComparing(Age::hasBegun, Comparator.reverseOrder())
                .thenComparing(Age::name);

        private static Age of(LeaderElection election, Primary primary) {
            ObjectMeta metadata = election.getMetadata();
            return new Age(metadata.getCreationTimestamp(), primary.termReserved() > 0, metadata.getName());
        }

        private static Age of(LeaderElection election) {
            return of(election, Primary.of(election));
        }

        @Override
        public int compareTo(Age other) {
            return ORDER.compare(this, other);
        }
    }

    private Rivalry() {}

    /**
     * The oldest election that has the same key and some of the same pods, if it is older.
     *
     * @param primary how the election stands, as far as we know: what it has just written no cache may tell yet
     */
    static Optional<Obstacle> overlap(
            LeaderElection election, Primary primary, List<LeaderElection> others, Caches caches) {
        String key = key(election);
        Age age = Age.of(election, primary);
        Optional<LeaderElection> rival = others.stream()
                .filter(other -> !other.getMetadata()
                        .getUid()
                        .equals(election.getMetadata().getUid()))
                .filter(other -> key(other).equals(key))
                .filter(other -> other.getSpec().mode() != LeaderElectionSpec.Mode.OBSERVE)
                .filter(other -> Age.of(other).compareTo(age) < 0)
                .filter(other -> sharesPods(election, other, caches))
                .min(Comparator.comparing(Age::of));
        return rival.map(older -> new Obstacle(
                Obstacle.Kind.SELECTOR_OVERLAP,
                "the older election " + older.getMetadata().getName() + " uses the same label key " + key
                        + " on some of the same pods: give this one another routing.label.key or other pods"));
    }

    private static boolean sharesPods(LeaderElection one, LeaderElection other, Caches caches) {
        if (one.getSpec().selector().equals(other.getSpec().selector())) {
            return true;
        }
        for (Pod pod : caches.podsOf(Election.of(one))) {
            Map<String, String> labels = pod.getMetadata().getLabels();
            if (labels != null
                    && one.getSpec().selector().matches(labels)
                    && other.getSpec().selector().matches(labels)) {
                return true;
            }
        }
        return false;
    }

    /** A pod that carries the key before the first term, and not from us: a conflict, not prey. */
    static Optional<Obstacle> labelInUse(LeaderElection election, List<Candidate> pods) {
        return pods.stream()
                .filter(pod -> pod.selected() && pod.role() != Candidate.Role.NONE)
                .filter(pod -> pod.mark().origin() == Candidate.Mark.Origin.NOBODY)
                .findFirst()
                .map(pod -> new Obstacle(
                        Obstacle.Kind.LABEL_IN_USE,
                        "pod " + pod.id().name() + " already carries the label key " + key(election)
                                + ", which this operator did not set: remove it from the pod, and from the pod template if"
                                + " it is there, or use another routing.label.key"));
    }

    /** A key that the operator was configured not to use. */
    static Optional<Obstacle> keyNotAllowed(LeaderElection election, Set<String> allowedPrefixes) {
        String prefix = key(election).substring(0, Math.max(0, key(election).indexOf('/')));
        if (allowedPrefixes.isEmpty() || allowedPrefixes.contains(prefix)) {
            return Optional.empty();
        }
        return Optional.of(new Obstacle(
                Obstacle.Kind.LABEL_KEY_NOT_ALLOWED,
                "routing.label.key " + key(election)
                        + " has a prefix that this operator was configured not to use: allowed are "
                        + String.join(", ", new TreeSet<>(allowedPrefixes))));
    }

    private static String key(LeaderElection election) {
        return election.getSpec().routing().label().key();
    }
}
