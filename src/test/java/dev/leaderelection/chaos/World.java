package dev.leaderelection.chaos;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.LeaseReader;
import dev.leaderelection.kubernetes.PodReader;
import dev.leaderelection.simulation.Verdict;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** All objects as they are at one revision of the store, and the elections that there ever were. */
final class World {

    private final Map<String, Pod> pods = new TreeMap<>();
    private final Map<String, Lease> leases = new TreeMap<>();
    private final Map<String, LeaderElection> elections = new TreeMap<>();
    private final Map<String, Election> incarnations = new HashMap<>();

    /** Goes on to a revision of a pod, and says what it was before. */
    Optional<Pod> put(Revision.OfPod revision) {
        return put(pods, revision.name(), revision.now());
    }

    /** Goes on to a revision of a Lease, and says what it was before. */
    Optional<Lease> put(Revision.OfLease revision) {
        return put(leases, revision.name(), revision.now());
    }

    /** Goes on to a revision of an election, and says what it was before. */
    Optional<LeaderElection> put(Revision.OfElection revision) {
        revision.now().map(Election::of).ifPresent(election -> incarnations.put(election.uid(), election));
        return put(elections, revision.name(), revision.now());
    }

    private static <T> Optional<T> put(Map<String, T> all, String name, Optional<T> now) {
        return Optional.ofNullable(now.isPresent() ? all.put(name, now.get()) : all.remove(name));
    }

    Optional<Pod> pod(String name) {
        return Optional.ofNullable(pods.get(name));
    }

    /** A pod, if it still is that one. */
    Optional<Pod> podByUid(String uid) {
        return pods.values().stream()
                .filter(pod -> uid.equals(pod.getMetadata().getUid()))
                .findFirst();
    }

    List<Pod> pods() {
        return List.copyOf(pods.values());
    }

    Optional<Lease> lease(String name) {
        return Optional.ofNullable(leases.get(name));
    }

    Optional<LeaderElection> election(String name) {
        return Optional.ofNullable(elections.get(name));
    }

    /** The elections whose selector matches a pod. */
    List<LeaderElection> electionsOf(Pod pod) {
        return elections.values().stream()
                .filter(election -> PodReader.read(pod, Election.of(election)).selected())
                .toList();
    }

    /** An election, existing or gone, by its UID. */
    Optional<Election> incarnation(String uid) {
        return Optional.ofNullable(incarnations.get(uid));
    }

    /** The pods that bear the mark of an election that is gone. */
    List<String> relics() {
        return pods.values().stream()
                .filter(pod -> incarnation(PodTraces.of(pod).election())
                        .filter(election -> !isThere(election))
                        .isPresent())
                .map(pod -> pod.getMetadata().getName())
                .toList();
    }

    /** Whether an election still is there, with or without its end in sight. */
    boolean isThere(Election election) {
        return election(election.name())
                .filter(is -> election.uid().equals(is.getMetadata().getUid()))
                .isPresent();
    }

    /** The election, existing or gone, that a Lease was made for; nothing for somebody else's Lease. */
    Optional<Election> owner(Lease lease) {
        List<OwnerReference> owners = lease.getMetadata().getOwnerReferences();
        return Optional.ofNullable(owners).stream()
                .flatMap(List::stream)
                .map(owner -> incarnations.get(owner.getUid()))
                .filter(Objects::nonNull)
                .findFirst();
    }

    /** The claim that a Lease carries, if it carries one. */
    Optional<LeaseState.Claimed> claim(Lease lease) {
        return owner(lease)
                .map(election -> LeaseReader.read(lease, election))
                .filter(LeaseState.Claimed.class::isInstance)
                .map(LeaseState.Claimed.class::cast);
    }

    /** The pods that are an election's business. */
    List<Candidate> candidates(Election election) {
        return pods.values().stream()
                .map(pod -> PodReader.read(pod, election))
                .filter(pod -> pod.selected() || pod.mark().origin() == Candidate.Mark.Origin.THIS_ELECTION)
                .toList();
    }

    /** What of an election is not as it should be, if anything. */
    Optional<String> complaint(String name) {
        Optional<LeaderElection> found = election(name);
        if (found.isEmpty()) {
            return Optional.of("there is no such election");
        }
        LeaderElection resource = found.get();
        if (resource.isMarkedForDeletion() || resource.getStatus() == null) {
            return Optional.of("it is being deleted, or has not begun");
        }
        Election election = Election.of(resource);
        return Verdict.complaint(resource, lease(name).map(is -> LeaseReader.read(is, election)), candidates(election));
    }

    /** Says so if nobody leads an election, or not with everything that belongs to it. */
    Optional<String> leaderless(String name) {
        Election election = Election.of(election(name).orElseThrow());
        boolean led = lease(name).flatMap(this::claim).isPresent()
                && candidates(election).stream().filter(Candidate::isRouted).count() == 1;
        boolean ready = election(name).orElseThrow().getStatus().conditions().stream()
                .anyMatch(condition -> condition.getType().equals("Ready")
                        && condition.getStatus().equals("True"));
        return led && ready ? Optional.empty() : Optional.of("nobody leads it, or it is not Ready");
    }
}
