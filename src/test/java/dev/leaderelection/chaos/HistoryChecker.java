package dev.leaderelection.chaos;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.PodReader;
import dev.leaderelection.simulation.Violation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads the history of a namespace, every revision of its pods, Leases and elections in order, and says where a promise was broken.
 * Pure: it knows nothing but the revisions. What users have written, by their marks, is nobody's fault but theirs.
 */
final class HistoryChecker {

    private final World world;
    private final Switches switches;
    private final List<Breach> breaches = new ArrayList<>();
    /** The pods, by UID, that bear the label by the operator's hand, and the election, by UID, that it was put on for. */
    private final Map<String, String> labelled = new HashMap<>();

    private final Map<String, TreeMap<Long, PodIdentity>> claims = new HashMap<>();
    /** The last pod, by UID, that the operator has put the label on, and its term, of each election by UID. */
    private final Map<String, Seated> seated = new HashMap<>();

    private int failovers;

    private record Seated(String podUid, long term) {}

    /**
     * A promise that was broken.
     *
     * @param kind which
     * @param revision from which revision on
     * @param message for a person
     */
    record Breach(Violation.Kind kind, long revision, String message) {
        @Override
        public String toString() {
            return "revision " + revision + ": " + kind + ": " + message;
        }
    }

    /**
     * @param world nobody else goes on with it
     */
    HistoryChecker(World world) {
        this.world = world;
        this.switches = new Switches(world);
    }

    /** What was found so far. */
    List<Breach> breaches() {
        return List.copyOf(breaches);
    }

    /** How often the operator has put the label on another pod than the one before, within the life of an election. */
    int failovers() {
        return failovers;
    }

    Switches switches() {
        return switches;
    }

    /** The next revision. */
    void see(Revision revision) {
        if (revision instanceof Revision.OfPod pod) {
            see(pod);
        } else if (revision instanceof Revision.OfLease lease) {
            see(lease);
        } else if (revision instanceof Revision.OfElection election) {
            see(election);
        }
    }

    private void fail(Violation.Kind kind, long revision, String message) {
        breaches.add(new Breach(kind, revision, message));
    }

    private void see(Revision.OfPod revision) {
        Optional<Pod> was = world.put(revision);
        Optional<Pod> before = was.filter(
                old -> revision.now().filter(pod -> uid(pod).equals(uid(old))).isPresent());
        if (before.isEmpty()) {
            was.ifPresent(gone -> labelled.remove(uid(gone)));
        }
        if (revision.now().isPresent()) {
            Pod now = revision.now().get();
            PodTraces.foreignFields(now)
                    .ifPresent(fields -> fail(
                            Violation.Kind.FOREIGN_HARM,
                            revision.number(),
                            "the operator has written " + fields + " of pod " + revision.name()));
            changed(revision.number(), before, now);
            switches.see(revision.number(), now);
        }
    }

    private void changed(long number, Optional<Pod> before, Pod now) {
        PodTraces then = before.map(PodTraces::of).orElse(PodTraces.NONE);
        PodTraces traces = PodTraces.of(now);
        if (Tampering.wrote(before, now)) {
            if (!traces.isLabelled()) {
                labelled.remove(uid(now));
            }
            switches.userTouched(number, now);
        } else if (!traces.equals(then)) {
            operatorWrote(number, before, now, traces.election().isEmpty() ? then.election() : traces.election());
        }
    }

    private void operatorWrote(long number, Optional<Pod> before, Pod now, String electionUid) {
        String name = now.getMetadata().getName();
        Optional<Election> election = world.incarnation(electionUid);
        if (election.isEmpty() || !isBusinessOf(election.get(), before, now)) {
            fail(Violation.Kind.FOREIGN_HARM, number, "pod " + name + " was written, which is no election's");
            return;
        }
        if (before.filter(old -> PodTraces.sameButOurs(old, now)).isEmpty()) {
            fail(
                    Violation.Kind.FOREIGN_HARM,
                    number,
                    "more of pod " + name + " was written than label and annotations");
        }
        if (PodTraces.of(now).isLabelled()) {
            labelled.put(uid(now), electionUid);
            promoted(number, election.get(), now);
        } else if (labelled.remove(uid(now)) != null) {
            switches.lostLabel(uid(now));
            stripped(number, election.get(), before.orElse(now));
        }
    }

    private static boolean isBusinessOf(Election election, Optional<Pod> before, Pod now) {
        Candidate pod = PodReader.read(before.orElse(now), election);
        return pod.selected() || pod.mark().origin() == Candidate.Mark.Origin.THIS_ELECTION;
    }

    private void promoted(long number, Election election, Pod pod) {
        String name = pod.getMetadata().getName();
        long term = PodTraces.of(pod).termNumber();
        PodIdentity claimedFor =
                claims.getOrDefault(election.uid(), new TreeMap<>()).get(term);
        if (claimedFor == null || !claimedFor.uid().equals(uid(pod))) {
            fail(
                    Violation.Kind.LABEL_WITHOUT_CLAIM,
                    number,
                    name + " was labelled in term " + term + " of " + election + ", claimed for " + claimedFor);
        }
        if (!world.isThere(election)) {
            fail(Violation.Kind.TRACES_LEFT, number, name + " was labelled for " + election + ", which is gone");
        }
        Set<String> bearers = bearers(election.name());
        if (bearers.size() > 1) {
            fail(Violation.Kind.TWO_LABELS, number, "the label of " + election + " is on " + bearers);
        }
        Seated last = seated.put(election.uid(), new Seated(uid(pod), term));
        if (last != null && term < last.term()) {
            fail(
                    Violation.Kind.TERM_WENT_BACK,
                    number,
                    name + " was labelled in term " + term + " of " + election + " after term " + last.term());
        }
        if (last != null && !last.podUid().equals(uid(pod))) {
            failovers++;
        }
    }

    /** The pods that bear the label of an election of that name. */
    private Set<String> bearers(String election) {
        Set<String> bearers = new HashSet<>();
        for (Pod pod : world.pods()) {
            world.incarnation(labelled.getOrDefault(uid(pod), ""))
                    .filter(of -> of.name().equals(election))
                    .ifPresent(of -> bearers.add(pod.getMetadata().getName()));
        }
        return bearers;
    }

    /** While the Lease names a pod in the term that its label tells, nobody takes the label off. */
    private void stripped(long number, Election election, Pod before) {
        boolean lives = world.election(election.name())
                .filter(is -> is.getMetadata().getUid().equals(election.uid()) && !is.isMarkedForDeletion())
                .isPresent();
        Optional<LeaseState.Claimed> claim =
                lives ? world.lease(election.leaseName()).flatMap(world::claim) : Optional.empty();
        claim.filter(is -> is.holder().uid().equals(uid(before)))
                .filter(is -> is.lease().term() == PodTraces.of(before).termNumber())
                .ifPresent(is -> fail(
                        Violation.Kind.LEADER_STRIPPED,
                        number,
                        is.holder().name() + " leads " + election + " in term "
                                + is.lease().term() + " and lost its label"));
    }

    private void see(Revision.OfLease revision) {
        Optional<Lease> was = world.put(revision);
        Optional<Lease> before = was.filter(old -> revision.now()
                .filter(now ->
                        now.getMetadata().getUid().equals(old.getMetadata().getUid()))
                .isPresent());
        judged(revision, was, before);
        switches.see(revision);
    }

    private void judged(Revision.OfLease revision, Optional<Lease> was, Optional<Lease> before) {
        Optional<Lease> gone = before.isPresent() ? Optional.empty() : was;
        gone.filter(lease -> world.owner(lease).isEmpty() && !Tampering.isAboutToDelete(lease))
                .ifPresent(lease -> fail(
                        Violation.Kind.FOREIGN_HARM,
                        revision.number(),
                        "Lease " + revision.name() + " was deleted, which is somebody else's"));
        if (revision.now().filter(now -> !Tampering.wrote(before, now)).isEmpty()) {
            return;
        }
        Lease now = revision.now().get();
        if (before.filter(lease -> world.owner(lease).isEmpty()).isPresent()) {
            fail(
                    Violation.Kind.FOREIGN_HARM,
                    revision.number(),
                    "Lease " + revision.name() + " was written, which is somebody else's");
        }
        world.claim(now).ifPresent(claim -> claimed(revision.number(), now, claim));
    }

    private void claimed(long number, Lease now, LeaseState.Claimed claim) {
        Election election = world.owner(now).orElseThrow();
        long term = claim.lease().term();
        TreeMap<Long, PodIdentity> terms = claims.computeIfAbsent(election.uid(), any -> new TreeMap<>());
        PodIdentity known = terms.get(term);
        if (known != null && !known.equals(claim.holder())) {
            fail(
                    Violation.Kind.TERM_WITH_TWO_LEADERS,
                    number,
                    "term " + term + " of " + election + " names " + claim.holder() + ", and named " + known);
        }
        if (!terms.isEmpty() && term < terms.lastKey()) {
            fail(
                    Violation.Kind.TERM_WENT_BACK,
                    number,
                    "term " + term + " of " + election + " comes after " + terms.lastKey());
        }
        terms.put(term, claim.holder());
        if (known == null) {
            switches.claimed(new Switches.Claim(number, election, claim.holder(), now));
        }
    }

    private void see(Revision.OfElection revision) {
        Optional<LeaderElection> was = world.put(revision);
        Optional<LeaderElection> now = revision.now();
        now.ifPresent(is -> told(revision.number(), was.filter(old -> uid(old).equals(uid(is))), is));
        was.filter(old -> now.filter(is -> uid(is).equals(uid(old))).isEmpty())
                .ifPresent(old -> gone(revision.number(), Election.of(old)));
        if (now.isPresent()
                && was.isPresent()
                && !was.get().getSpec().equals(now.get().getSpec())) {
            switches.userEdited(revision.number(), revision.name());
        }
    }

    /** What the status tells is what was claimed, and never goes back. */
    private void told(long number, Optional<LeaderElection> before, LeaderElection now) {
        LeaderElectionStatus status = now.getStatus();
        if (status == null || status.term() == null) {
            return;
        }
        Long last = before.map(LeaderElection::getStatus)
                .map(LeaderElectionStatus::term)
                .orElse(0L);
        if (status.term() < last) {
            fail(
                    Violation.Kind.TERM_WENT_BACK,
                    number,
                    "the status of " + now.getMetadata().getName() + " tells term " + status.term() + " after " + last);
        }
        LeaderElectionStatus.Leader leader = status.leader();
        if (leader == null) {
            return;
        }
        PodIdentity claimedFor = claims.getOrDefault(uid(now), new TreeMap<>()).get(leader.term());
        if (claimedFor == null || !claimedFor.uid().equals(leader.podUID())) {
            fail(
                    Violation.Kind.TERM_WITH_TWO_LEADERS,
                    number,
                    "the status of " + now.getMetadata().getName() + " names " + leader.podName() + " in term "
                            + leader.term() + ", claimed for " + claimedFor);
        }
    }

    /** A mark alone is nothing to anybody: of two replicas that clear the pods at once the second may be about to remove its own. */
    private void gone(long number, Election election) {
        for (Pod pod : world.pods()) {
            if (election.uid().equals(labelled.getOrDefault(uid(pod), ""))) {
                fail(
                        Violation.Kind.TRACES_LEFT,
                        number,
                        election + " is gone, and pod " + pod.getMetadata().getName() + " bears its label");
            }
        }
        world.lease(election.leaseName())
                .flatMap(world::claim)
                .filter(claim -> world.lease(election.leaseName())
                        .flatMap(world::owner)
                        .filter(election::equals)
                        .isPresent())
                .ifPresent(claim -> fail(
                        Violation.Kind.TRACES_LEFT,
                        number,
                        election + " is gone, and its Lease names "
                                + claim.holder().name()));
    }

    private static String uid(HasMetadata object) {
        return object.getMetadata().getUid();
    }
}
