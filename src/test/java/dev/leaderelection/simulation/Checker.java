package dev.leaderelection.simulation;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionSpec;
import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.api.LeadershipTransferStatus;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.Eligibility;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.LeaseReader;
import dev.leaderelection.kubernetes.PodReader;
import dev.leaderelection.kubernetes.RoutingLabel;
import dev.leaderelection.kubernetes.TransferReader;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Looks at every write, and throws as soon as a promise is broken. It knows the protocol's promises, not its rules. */
final class Checker {

    private final LeaderElectionSpec spec;
    private final RoutingLabel label;
    private final Cluster cluster;
    private final FenceWatch fences;
    private final Set<Violation.Kind> ignored;
    /** The pods, by UID, that bear the operator's label, and the elections, by UID, that it was put on for. */
    private final Map<String, String> labelledByOperator = new HashMap<>();

    private final Set<String> forcedOut = new HashSet<>();
    private final Map<String, TreeMap<Long, PodIdentity>> claims = new HashMap<>();
    private final Map<String, Election> elections = new HashMap<>();
    private int podsSeenAtLastUserLabel = -1;

    /**
     * @param ignored what is not to be looked for
     * @param now the time in the cluster
     */
    Checker(LeaderElectionSpec spec, Set<Violation.Kind> ignored, Supplier<Duration> now) {
        this.spec = spec;
        this.ignored = ignored;
        this.cluster = new Cluster(this);
        this.fences = new FenceWatch(spec, cluster, now);
        this.label = election("none").label();
    }

    Cluster cluster() {
        return cluster;
    }

    Election election(String uid) {
        return elections.computeIfAbsent(uid, this::newElection);
    }

    private Election newElection(String uid) {
        LeaderElection resource = new LeaderElection();
        resource.setSpec(spec);
        resource.getMetadata().setNamespace(Cluster.NAMESPACE);
        resource.getMetadata().setName(Cluster.ELECTION);
        resource.getMetadata().setUid(uid);
        return Election.of(resource);
    }

    void fail(Violation.Kind kind, String message) {
        if (!ignored.contains(kind)) {
            throw new Violation(kind, message);
        }
    }

    boolean isLabelled(Pod pod) {
        return label.leaderValue().equals(pod.getMetadata().getLabels().get(label.key()));
    }

    boolean isLabelledByOperator(Pod pod) {
        return labelledByOperator.containsKey(pod.getMetadata().getUid());
    }

    /** Whether a pod bears the label of an election that was left the time to take it off. */
    boolean isTraceOfElection(Pod pod) {
        return isLabelledByOperator(pod)
                && !forcedOut.contains(labelledByOperator.get(pod.getMetadata().getUid()));
    }

    /** A user takes an election away without letting the operator clean up. */
    void userForcesOut(String electionUid) {
        forcedOut.add(electionUid);
    }

    private String term(Pod pod) {
        return pod.getMetadata().getAnnotations().getOrDefault(label.termKey(), "0");
    }

    /** The highest term that was ever claimed for an election. */
    long highestTerm(String electionUid) {
        TreeMap<Long, PodIdentity> terms = claims.get(electionUid);
        return terms == null ? 0 : terms.lastKey();
    }

    void userWrote(Pod before, Pod after) {
        if (isLabelled(after) && !isLabelled(before)) {
            podsSeenAtLastUserLabel = cluster.pods.size();
        }
        if (!isLabelled(after)) {
            labelledByOperator.remove(after.getMetadata().getUid());
        }
    }

    void removed(Pod pod) {
        labelledByOperator.remove(pod.getMetadata().getUid());
    }

    void operatorWrote(Caller caller, Pod before, Pod after) {
        String name = after.getMetadata().getName();
        if (name.equals(Simulation.BYSTANDER) || !sameButOurs(before, after)) {
            fail(Violation.Kind.FOREIGN_HARM, "pod " + name + " was written: " + after.getMetadata());
        }
        String uid = after.getMetadata().getUid();
        if (isLabelled(after)) {
            labelledByOperator.put(uid, caller.electionUid());
            long term = Long.parseLong(term(after));
            TreeMap<Long, PodIdentity> terms = claims.getOrDefault(caller.electionUid(), new TreeMap<>());
            PodIdentity claimedFor = terms.get(term);
            if (claimedFor == null || !claimedFor.uid().equals(uid)) {
                fail(
                        Violation.Kind.LABEL_WITHOUT_CLAIM,
                        name + " was labelled in term " + term + ", claimed for " + claimedFor);
            }
            checkOneLabel(caller);
            fences.promoted(caller.electionUid(), new PodIdentity(name, uid));
        } else if (caller.electionUid().equals(labelledByOperator.remove(uid))) {
            checkStripped(caller, before);
        }
    }

    /** Of pods that were taken out of the selector under an election that was forced out, the next election cannot know. */
    private void checkOneLabel(Caller caller) {
        if (labelledByOperator.size() < 2) {
            return;
        }
        List<String> labelled = cluster.pods.all().stream()
                .filter(this::isLabelledByOperator)
                .filter(pod -> !forcedOut.contains(
                                labelledByOperator.get(pod.getMetadata().getUid()))
                        || caller.electionUid()
                                .equals(labelledByOperator.get(pod.getMetadata().getUid()))
                        || spec.selector().matches(pod.getMetadata().getLabels()))
                .map(pod -> pod.getMetadata().getUid())
                .toList();
        if (labelled.size() > 1) {
            fail(Violation.Kind.TWO_LABELS, "the label is on " + labelled);
        }
    }

    private boolean sameButOurs(Pod before, Pod after) {
        Set<String> ours = Set.of(label.key(), label.termKey(), label.fenceKey());
        return without(before.getMetadata().getLabels(), ours)
                        .equals(without(after.getMetadata().getLabels(), ours))
                && without(before.getMetadata().getAnnotations(), ours)
                        .equals(without(after.getMetadata().getAnnotations(), ours));
    }

    private static Map<String, String> without(Map<String, String> all, Set<String> keys) {
        Map<String, String> rest = new HashMap<>(all);
        rest.keySet().removeAll(keys);
        return rest;
    }

    /** While the Lease names a pod in the term that its label tells, nobody takes the label off, but to fence it. */
    private void checkStripped(Caller caller, Pod before) {
        if (cluster.elections
                .get(Cluster.ELECTION)
                .filter(election -> !election.isMarkedForDeletion())
                .isEmpty()) {
            return;
        }
        cluster.leases.get(Cluster.ELECTION).ifPresent(lease -> {
            if (state(lease) instanceof LeaseState.Claimed claimed
                    && claimed.holder().uid().equals(before.getMetadata().getUid())
                    && Long.toString(claimed.lease().term()).equals(term(before))
                    && !mayBeFenced(caller, claimed)) {
                fail(
                        Violation.Kind.LEADER_STRIPPED,
                        claimed.holder().name() + " leads in term "
                                + claimed.lease().term() + " and lost its label");
            }
        });
    }

    private boolean mayBeFenced(Caller caller, LeaseState.Claimed claimed) {
        return spec.failover().fencing() != LeaderElectionSpec.Fencing.NONE
                && (strategyMoves()
                        || wasAskedFor(caller, claimed.lease().term(), Optional.empty())
                        || !wasHealthySince(caller, claimed.holder()));
    }

    private boolean strategyMoves() {
        return spec.strategy().type() != LeaderElectionSpec.StrategyType.LEASE;
    }

    private LeaseState state(Lease lease) {
        List<OwnerReference> owners = lease.getMetadata().getOwnerReferences();
        String owner =
                owners == null || owners.isEmpty() ? "none" : owners.get(0).getUid();
        return LeaseReader.read(lease, election(owner));
    }

    void operatorWrote(Caller caller, Optional<Lease> before, Lease after) {
        if (before.filter(lease -> !isOf(lease, caller)).isPresent()) {
            fail(Violation.Kind.FOREIGN_HARM, "a Lease was written that belongs to somebody else");
        }
        if (!(state(after) instanceof LeaseState.Claimed claimed)) {
            return;
        }
        long term = claimed.lease().term();
        TreeMap<Long, PodIdentity> terms = claims.computeIfAbsent(caller.electionUid(), any -> new TreeMap<>());
        PodIdentity known = terms.get(term);
        if (known != null && !known.equals(claimed.holder())) {
            fail(
                    Violation.Kind.TERM_WITH_TWO_LEADERS,
                    "term " + term + " names " + claimed.holder() + ", and named " + known);
        }
        if (!terms.isEmpty() && term < terms.lastKey()) {
            fail(Violation.Kind.TERM_WENT_BACK, "term " + term + " comes after " + terms.lastKey());
        }
        Optional<Map.Entry<Long, PodIdentity>> last = Optional.ofNullable(terms.lastEntry());
        terms.put(term, claimed.holder());
        if (known == null) {
            last.filter(old -> !old.getValue().equals(claimed.holder()))
                    .ifPresent(old -> checkSwitch(caller, old, claimed.holder(), term));
        }
        if (!claimed.holder().equals(known)) {
            boolean leaseTold = before.filter(lease -> state(lease) instanceof LeaseState.Claimed)
                    .isPresent();
            fences.complaint(caller.electionUid(), claimed.holder(), leaseTold)
                    .ifPresent(complaint -> fail(Violation.Kind.UNFENCED, complaint));
        }
        fences.named(claimed.holder(), Duration.ofSeconds(after.getSpec().getLeaseDurationSeconds()));
    }

    /** A promise is not changed, a record that is finished neither, and what is told to be done was done. */
    void operatorAnswered(LeadershipTransfer before, LeadershipTransfer after) {
        LeadershipTransferStatus now = after.getStatus();
        LeadershipTransferStatus was = before.getStatus() == null ? LeadershipTransferStatus.EMPTY : before.getStatus();
        boolean changed = was.is(LeadershipTransferStatus.ACCEPTED)
                && !(Objects.equals(was.fromTerm(), now.fromTerm()) && Objects.equals(was.to(), now.to()));
        Long term = now.term();
        boolean untrue = term != null
                && !Optional.ofNullable(claims.get(now.electionUID()))
                        .map(terms -> terms.get(term))
                        .map(PodIdentity::name)
                        .equals(Optional.ofNullable(now.to()));
        if (TransferReader.isFinished(before) || changed || untrue) {
            fail(Violation.Kind.TRANSFER_MISTOLD, was + " became " + now);
        }
    }

    /** Whether it was promised that another pod, or that one, follows at the end of a term. */
    private boolean wasAskedFor(Caller caller, long term, Optional<PodIdentity> heir) {
        for (int i = 0; i < cluster.transfers.size(); i++) {
            Optional<LeadershipTransferStatus> promise =
                    cluster.transfers.change(i).now().map(LeadershipTransfer::getStatus);
            if (promise.filter(status -> caller.electionUid().equals(status.electionUID())
                            && Objects.equals(status.fromTerm(), term)
                            && heir.map(PodIdentity::name)
                                    .map(name -> name.equals(status.to()))
                                    .orElse(true))
                    .isPresent()) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOf(Lease lease, Caller caller) {
        List<OwnerReference> owners = lease.getMetadata().getOwnerReferences();
        return owners != null
                && owners.stream().anyMatch(owner -> caller.electionUid().equals(owner.getUid()));
    }

    /** Whom the operator has deleted, it has taken the label from, and nobody has given it back. */
    void operatorDeleted(Pod pod) {
        if (isLabelledByOperator(pod)) {
            fail(Violation.Kind.LEADER_DELETED, pod.getMetadata().getName() + " was deleted with the label on it");
        }
    }

    void operatorDeleted(Caller caller, Lease lease) {
        if (!isOf(lease, caller)) {
            fail(Violation.Kind.FOREIGN_HARM, "a Lease was deleted that belongs to somebody else");
        }
    }

    /**
     * Leadership may move if there was a reason at any time since the revisions that the decision was made on: the old leader was
     * not healthy or not labelled, the strategy asks for another, or a user has.
     */
    private void checkSwitch(Caller caller, Map.Entry<Long, PodIdentity> last, PodIdentity heir, long term) {
        PodIdentity old = last.getValue();
        if (strategyMoves()
                || wasAskedFor(caller, last.getKey(), Optional.of(heir))
                || podsSeenAtLastUserLabel >= caller.podsSeen()
                || userLabelStands()) {
            return;
        }
        if (wasHealthySince(caller, old)) {
            fail(
                    Violation.Kind.NEEDLESS_SWITCH,
                    "term " + term + " was claimed for " + heir.name() + " while " + old.name()
                            + " was healthy and labelled");
        }
    }

    private boolean userLabelStands() {
        return cluster.pods.all().stream().anyMatch(pod -> isLabelled(pod) && !isLabelledByOperator(pod));
    }

    private boolean wasHealthySince(Caller caller, PodIdentity pod) {
        if (caller.unheard().contains(pod.uid())) {
            return false;
        }
        Optional<Pod> asSeen = Optional.empty();
        for (int i = 0; i < cluster.pods.size(); i++) {
            Shelf.Change<Pod> change = cluster.pods.change(i);
            if (!change.name().equals(pod.name())) {
                continue;
            }
            if (i >= caller.podsSeen() && !isHealthy(asSeen, caller, pod)) {
                return false;
            }
            asSeen = change.now();
        }
        return isHealthy(asSeen, caller, pod);
    }

    private boolean isHealthy(Optional<Pod> revision, Caller caller, PodIdentity pod) {
        if (revision.isEmpty()
                || !Objects.equals(revision.get().getMetadata().getUid(), pod.uid())
                || !isLabelled(revision.get())) {
            return false;
        }
        Candidate candidate = PodReader.read(revision.get(), election(caller.electionUid()));
        return Eligibility.of(candidate).keepsSeat();
    }
}
