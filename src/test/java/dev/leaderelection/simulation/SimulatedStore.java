package dev.leaderelection.simulation;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.api.LeadershipTransferStatus;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.Candidate.Mark;
import dev.leaderelection.election.Candidate.Role;
import dev.leaderelection.election.Eligibility;
import dev.leaderelection.election.LeaseRecord;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.election.Transfer;
import dev.leaderelection.kubernetes.Answer;
import dev.leaderelection.kubernetes.Answer.Cause;
import dev.leaderelection.kubernetes.Answer.Done;
import dev.leaderelection.kubernetes.Answer.Refused;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.ElectionStore;
import dev.leaderelection.kubernetes.LeaseReader;
import dev.leaderelection.kubernetes.PodReader;
import dev.leaderelection.kubernetes.Primary;
import dev.leaderelection.kubernetes.RecordText;
import dev.leaderelection.kubernetes.RoutingLabel;
import dev.leaderelection.kubernetes.TransferReader;
import dev.leaderelection.reconciler.ProductionPass;
import dev.leaderelection.simulation.Call.Verb;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One replica's way to the simulated server: sends what the production store sends. Before each call the scheduler may let others
 * go on. A guard that is off is left out here.
 */
final class SimulatedStore implements ElectionStore, ProductionPass.Watches {

    private final Simulation simulation;
    private final Replica replica;
    private final InstantSource wall;
    private final Cluster cluster;
    private final Lens lens;
    private final Set<String> pretendedClosed = new HashSet<>();

    SimulatedStore(Simulation simulation, Replica replica, InstantSource wall) {
        this.simulation = simulation;
        this.replica = replica;
        this.wall = wall;
        this.cluster = simulation.cluster();
        this.lens = simulation.lens();
    }

    private boolean off(Guard guard) {
        return simulation.off(guard);
    }

    private Caller caller(Election election) {
        return new Caller(replica.number(), election.uid(), replica.podsLookedAt(), replica.everUnheard());
    }

    private <T> Answer<T> read(Call call, Effect<T> effect) {
        simulation.point(replica, call);
        if (simulation.fate(replica, call) != Fate.GRANTED) {
            return simulation.answered(replica, call, Answer.refused(Cause.UNAVAILABLE, "no answer in time"));
        }
        return simulation.answered(replica, call, effect.land());
    }

    private <T> Answer<T> write(Call call, Effect<T> effect) {
        simulation.point(replica, call);
        Fate fate = simulation.fate(replica, call);
        Answer<T> answer = switch (fate) {
            case GRANTED -> effect.land();
            case DENIED -> Answer.refused(Cause.DENIED, "403 a policy says no");
            case LOST -> Answer.refused(Cause.UNAVAILABLE, "no answer in time, and lost");
            case UNHEARD -> {
                effect.land();
                yield Answer.refused(Cause.UNAVAILABLE, "no answer in time, and done");
            }
            case LATE -> {
                simulation.landLater(replica, call, effect::land);
                yield Answer.refused(Cause.UNAVAILABLE, "no answer in time, and still under way");
            }
        };
        return simulation.answered(replica, call, answer);
    }

    private static <T, U> Answer<U> map(Answer<T> answer, Function<T, U> mapping) {
        if (answer instanceof Done<T> done) {
            return new Done<>(mapping.apply(done.value()));
        }
        return ((Refused<T>) answer).recast();
    }

    // The caches

    @Override
    public List<Pod> podsOf(Election election) {
        simulation.point(replica, Call.of(Verb.SEE_PODS));
        replica.lookedAtPods();
        return replica.watch().podsOf(election).stream()
                .map(pod -> lens.seen(pod, election))
                .toList();
    }

    @Override
    public Optional<Pod> pod(String namespace, String name) {
        simulation.point(replica, Call.of(Verb.SEE_POD, name));
        return replica.watch().pods.get(name).map(pod -> lens.seen(pod, simulation.election("none")));
    }

    @Override
    public Optional<Lease> lease(String namespace, String name) {
        simulation.point(replica, Call.of(Verb.SEE_LEASE));
        return replica.watch().leases.get(name).map(lens::seen);
    }

    @Override
    public List<LeaderElection> elections(String namespace) {
        simulation.point(replica, Call.of(Verb.SEE_ELECTIONS));
        return replica.watch().elections.all().stream().map(lens::seen).toList();
    }

    @Override
    public List<LeadershipTransfer> transfers(Election election) {
        simulation.point(replica, Call.of(Verb.SEE_TRANSFERS));
        return replica.watch().transfers.all().stream()
                .filter(transfer -> !TransferReader.isFinished(transfer))
                .toList();
    }

    // The Lease

    private LeaseState read(Lease lease, Election election) {
        LeaseState state = LeaseReader.read(lens.seen(lease), election);
        return state.ours()
                .filter(copy -> pretendedClosed.contains(copy.version()))
                .<LeaseState>map(copy -> new LeaseState.Closed(copy, LeaseRecord.closedUnlike(0)))
                .orElse(state);
    }

    private LeaseState asLease(Optional<Lease> lease, Election election) {
        return lease.map(found -> read(found, election)).orElseGet(LeaseState.Missing::new);
    }

    @Override
    public Answer<LeaseState> readLease(Election election) {
        return read(
                Call.of(Verb.READ_LEASE),
                () -> new Done<>(asLease(
                        off(Guard.QUORUM_READ_OF_LEASE)
                                ? replica.watch().leases.get(election.leaseName())
                                : cluster.leases.get(election.leaseName()),
                        election)));
    }

    @Override
    public Answer<LeaseState> createLease(Election election) {
        LeaseRecord record = LeaseRecord.UNCLAIMED;
        if (off(Guard.POST_EMPTY)) {
            Answer<LeaseRecord> claim = claimToPost(election);
            if (!(claim instanceof Done<LeaseRecord> done)) {
                return ((Refused<LeaseRecord>) claim).recast();
            }
            record = done.value();
        }
        Lease lease = lease(election, record, Optional.empty(), Optional.empty());
        Caller caller = caller(election);
        return write(
                new Call(Verb.CREATE_LEASE, nameOf(record), record.term()),
                () -> map(cluster.createLease(caller, lease), created -> read(created, election)));
    }

    /** The claim that a Lease would be created with, were it not created empty. */
    private Answer<LeaseRecord> claimToPost(Election election) {
        Answer<Primary> live = readElection(election);
        if (!(live instanceof Done<Primary> primary)) {
            return ((Refused<Primary>) live).recast();
        }
        Optional<Candidate> heir = replica.watch().podsOf(election).stream()
                .map(pod -> PodReader.read(pod, election))
                .filter(pod -> pod.isRouted() || Eligibility.of(pod).isEligible())
                .min(Comparator.<Candidate, Boolean>comparing(pod -> !pod.isRouted())
                        .thenComparing(Candidate::id));
        if (heir.isEmpty()) {
            return new Done<>(LeaseRecord.UNCLAIMED);
        }
        long term = primary.value().termReserved() + 1;
        return map(
                reserveTerms(election, primary.value(), term + 16),
                any -> LeaseRecord.claimed(heir.get().id(), term, Set.of(), true));
    }

    @Override
    public Answer<LeaseState> writeLease(
            Election election, LeaseState.Copy copy, LeaseRecord record, boolean newHolder) {
        if (record.closed() && off(Guard.CLOSING)) {
            pretendedClosed.add(copy.version());
            return new Done<>(new LeaseState.Closed(copy, record));
        }
        LeaseRecord sent = unguarded(election, record);
        Optional<String> uid = off(Guard.UID_IN_LEASE_PUT) ? Optional.empty() : Optional.of(uidOf(copy));
        Optional<String> version =
                off(Guard.VERSION_IN_CLAIM) && newHolder ? Optional.empty() : Optional.of(copy.version());
        boolean held = sent.holder().isPresent();
        Lease lease = lease(election, sent, uid, version);
        ZonedDateTime now = wall.instant().atZone(ZoneOffset.UTC);
        boolean acquires = newHolder || copy.acquired().equals(Instant.EPOCH);
        lease.getSpec().setAcquireTime(held ? (acquires ? now : copy.acquired().atZone(ZoneOffset.UTC)) : null);
        lease.getSpec().setRenewTime(now);
        lease.getSpec().setLeaseTransitions(copy.transitions() + (newHolder && held ? 1 : 0));
        Caller caller = caller(election);
        Verb verb = record.closed() ? Verb.CLOSE : newHolder ? Verb.CLAIM : Verb.RENEW;
        return write(
                new Call(verb, nameOf(record), record.term()),
                () -> map(cluster.putLease(caller, lease), written -> read(written, election)));
    }

    /** What a replica would write if it did not keep the record as it must. */
    private LeaseRecord unguarded(Election election, LeaseRecord record) {
        if (record.holder().isEmpty()) {
            return record;
        }
        Set<PodIdentity> toFence = record.toFence();
        if (off(Guard.RECORDED_SET)) {
            toFence = Set.of();
        }
        if (off(Guard.DROP_ONLY_OWN_DEMOTIONS)) {
            toFence = toFence.stream()
                    .filter(pod -> replica.watch()
                            .pods
                            .get(pod.name())
                            .map(seen -> PodReader.read(seen, election))
                            .filter(seen -> seen.id().equals(pod) && seen.isRouted())
                            .isPresent())
                    .collect(Collectors.toSet());
        }
        boolean marker = record.fenceAll() && !off(Guard.MARKER);
        return new LeaseRecord(record.holder(), record.term(), toFence, marker, record.closed());
    }

    /** The UID of the Lease that a copy was read from, also where all Leases look like one. */
    private String uidOf(LeaseState.Copy copy) {
        if (!off(Guard.MEMORY_BY_LEASE)) {
            return copy.uid();
        }
        for (int i = 0; i < cluster.leases.size(); i++) {
            Optional<ObjectMeta> then = cluster.leases.change(i).now().map(Lease::getMetadata);
            if (then.filter(metadata -> metadata.getResourceVersion().equals(copy.version()))
                    .isPresent()) {
                return then.get().getUid();
            }
        }
        return copy.uid();
    }

    private static String nameOf(LeaseRecord record) {
        return record.holder().map(PodIdentity::name).orElse("");
    }

    private static Lease lease(Election election, LeaseRecord record, Optional<String> uid, Optional<String> version) {
        OwnerReference owner = new OwnerReference();
        owner.setKind("LeaderElection");
        owner.setName(election.name());
        owner.setUid(election.uid());
        owner.setController(true);
        ObjectMeta metadata = new ObjectMeta();
        metadata.setNamespace(election.namespace());
        metadata.setName(election.leaseName());
        metadata.setUid(uid.orElse(null));
        metadata.setResourceVersion(version.orElse(null));
        metadata.setOwnerReferences(List.of(owner));
        metadata.setAnnotations(Map.of(LeaseReader.RECORD_ANNOTATION, RecordText.of(record)));
        LeaseSpec spec = new LeaseSpec();
        spec.setHolderIdentity(record.holder().map(PodIdentity::name).orElse(null));
        spec.setLeaseDurationSeconds((int) election.leaseDuration().toSeconds());
        Lease lease = new Lease();
        lease.setMetadata(metadata);
        lease.setSpec(spec);
        return lease;
    }

    @Override
    public Answer<Boolean> deleteLease(Election election, LeaseState.Copy copy) {
        Caller caller = caller(election);
        String uid = uidOf(copy);
        return write(
                Call.of(Verb.DELETE_LEASE),
                () -> cluster.deleteLease(caller, election.leaseName(), Optional.of(uid), Optional.of(copy.version())));
    }

    // Pods

    @Override
    public Answer<Boolean> deletePod(Election election, Candidate pod) {
        Optional<String> version = off(Guard.VERSION_IN_DELETION) ? Optional.empty() : Optional.of(pod.version());
        return write(
                Call.of(Verb.DELETE_POD, pod.id().name()),
                () -> cluster.deletePod(pod.id().name(), pod.id().uid(), version));
    }

    @Override
    public Answer<Candidate> readPod(Election election, PodIdentity pod) {
        return read(Call.of(Verb.READ_POD, pod.name()), () -> {
            Optional<Pod> found = off(Guard.LIVE_GET_BEFORE_GONE)
                    ? replica.watch().pods.get(pod.name())
                    : cluster.pods.get(pod.name());
            return found.map(seen -> PodReader.read(lens.seen(seen, election), election))
                    .filter(seen -> seen.id().equals(pod))
                    .<Answer<Candidate>>map(Done::new)
                    .orElseGet(() -> {
                        if (off(Guard.GONE_BUT_UNSEEN)) {
                            replica.memoryOf(election).sawStopped(pod);
                        }
                        return Answer.refused(Cause.GONE, "not found, or another incarnation");
                    });
        });
    }

    @Override
    public Answer<List<Candidate>> listPods(Election election) {
        return read(Call.of(Verb.LIST_PODS), () -> {
            List<Candidate> listed = new ArrayList<>();
            for (Pod pod : off(Guard.LIVE_LIST) ? replica.watch().podsOf(election) : cluster.pods.all()) {
                Candidate candidate = PodReader.read(lens.seen(pod, election), election);
                if (candidate.selected() || candidate.mark().origin() == Mark.Origin.THIS_ELECTION) {
                    listed.add(candidate);
                }
            }
            return new Done<>(listed);
        });
    }

    /** What a write leaves on a pod. */
    private record Traces(Role role, long labelTerm, Mark mark) {}

    @Override
    public Answer<Candidate> promote(Election election, Candidate pod, long term) {
        RoutingLabel label = election.label();
        Candidate copy = off(Guard.COPY_BEFORE_LEASE) ? recopied(election, pod) : pod;
        return patch(
                election,
                new Call(Verb.PROMOTE, pod.id().name(), term),
                copy,
                off(Guard.VERSION_IN_PROMOTION),
                Map.of(label.key(), Optional.of(label.leaderValue())),
                Map.of(
                        label.termKey(),
                        Optional.of(Long.toString(term)),
                        label.fenceKey(),
                        Optional.of(lens.mark(label, election, term, simulation.nonce()))),
                new Traces(Role.LEADER, term, new Mark(Mark.Origin.THIS_ELECTION, term)));
    }

    /** Another look at the pod, too late. */
    private Candidate recopied(Election election, Candidate pod) {
        return readPod(election, pod.id()) instanceof Done<Candidate> live ? live.value() : pod;
    }

    @Override
    public Answer<Candidate> demote(Election election, Candidate pod, long term) {
        RoutingLabel label = election.label();
        Candidate copy = off(Guard.COPY_BEFORE_STRIP) ? recopied(election, pod) : pod;
        boolean follows = pod.selected() && !label.followerValue().isEmpty();
        Role role = follows ? Role.FOLLOWER : pod.role() == Role.OTHER ? Role.OTHER : Role.NONE;
        Map<String, Optional<String>> labels = new HashMap<>();
        if (role != Role.OTHER) {
            labels.put(label.key(), follows ? Optional.of(label.followerValue()) : Optional.empty());
        }
        Map<String, Optional<String>> annotations = new HashMap<>();
        annotations.put(label.termKey(), Optional.empty());
        if (!off(Guard.MARK)) {
            annotations.put(label.fenceKey(), Optional.of(lens.mark(label, election, term, simulation.nonce())));
        }
        Mark mark = off(Guard.MARK) ? pod.mark() : new Mark(Mark.Origin.THIS_ELECTION, term);
        return patch(
                election,
                new Call(Verb.DEMOTE, pod.id().name(), term),
                copy,
                off(Guard.VERSION_IN_DEMOTION),
                labels,
                annotations,
                new Traces(role, 0, mark));
    }

    @Override
    public Answer<Candidate> clear(Election election, Candidate pod) {
        boolean bearsNothing =
                pod.role() == Role.NONE && pod.labelTerm() == 0 && pod.mark().origin() == Mark.Origin.NOBODY;
        Candidate marked = pod;
        if (bearsNothing) {
            Answer<Candidate> mark = demote(election, pod, 1);
            if (!(mark instanceof Done<Candidate> done)) {
                return mark;
            }
            marked = done.value();
        }
        RoutingLabel label = election.label();
        Role role = marked.role() == Role.OTHER ? Role.OTHER : Role.NONE;
        return patch(
                election,
                Call.of(Verb.CLEAR, pod.id().name()),
                marked,
                false,
                role == Role.OTHER ? Map.of() : Map.of(label.key(), Optional.empty()),
                Map.of(label.termKey(), Optional.empty(), label.fenceKey(), Optional.empty()),
                new Traces(role, 0, Mark.NONE));
    }

    private Answer<Candidate> patch(
            Election election,
            Call call,
            Candidate pod,
            boolean anyVersion,
            Map<String, Optional<String>> labels,
            Map<String, Optional<String>> annotations,
            Traces left) {
        Caller caller = caller(election);
        Optional<String> uid = off(Guard.UID_IN_POD_PATCH)
                ? Optional.empty()
                : Optional.of(pod.id().uid());
        Optional<String> version = anyVersion ? Optional.empty() : Optional.of(pod.version());
        return write(
                call,
                () -> map(
                        cluster.patchPod(caller, pod.id().name(), uid, version, labels, annotations),
                        written -> pod.written(
                                written.getMetadata().getResourceVersion(),
                                left.role(),
                                left.labelTerm(),
                                left.mark())));
    }

    // The election

    private Primary primary(LeaderElection election) {
        return Primary.of(lens.seen(election));
    }

    @Override
    public Answer<Primary> readElection(Election election) {
        return read(Call.of(Verb.READ_ELECTION), () -> {
            Optional<LeaderElection> found = off(Guard.LIVE_GET_OF_ELECTION)
                    ? replica.watch().elections.get(election.name())
                    : cluster.elections.get(election.name());
            return found.filter(seen -> seen.getMetadata().getUid().equals(election.uid()))
                    .<Answer<Primary>>map(seen -> new Done<>(primary(seen)))
                    .orElseGet(() -> Answer.refused(Cause.GONE, "not found, or another incarnation"));
        });
    }

    @Override
    public Answer<List<LeaderElection>> listElections(Election election) {
        return read(
                Call.of(Verb.LIST_ELECTIONS),
                () -> new Done<>(
                        cluster.elections.all().stream().map(lens::seen).toList()));
    }

    @Override
    public Answer<Primary> reserveTerms(Election election, Primary copy, long upTo) {
        if (off(Guard.TERM_RESERVED)) {
            return new Done<>(copy);
        }
        return write(
                new Call(Verb.RESERVE, "", upTo),
                () -> map(
                        cluster.patchStatus(copy.uid(), copy.version(), was -> Lens.withReserved(was, upTo)),
                        this::primary));
    }

    @Override
    public Answer<Primary> holdFinalizer(Election election, Primary copy, boolean hold) {
        Set<String> finalizers = new LinkedHashSet<>(copy.finalizers());
        if (hold) {
            finalizers.add(Primary.FINALIZER);
        } else {
            finalizers.remove(Primary.FINALIZER);
        }
        return write(
                Call.of(hold ? Verb.HOLD : Verb.RELEASE),
                () -> map(cluster.patchFinalizers(copy.uid(), copy.version(), List.copyOf(finalizers)), this::primary));
    }

    @Override
    public Answer<Transfer> answerTransfer(Election election, Transfer transfer, Transfer.Outcome outcome) {
        LeadershipTransferStatus status = TransferReader.answered(transfer, outcome, election.uid(), wall.instant());
        return write(
                Call.of(
                        Verb.ANSWER_TRANSFER,
                        transfer.name() + " " + outcome.getClass().getSimpleName()),
                () -> map(
                        cluster.patchTransfer(transfer.name(), transfer.uid(), transfer.version(), status),
                        written -> TransferReader.read(written, election.uid())));
    }

    /** Writes a status whole. */
    Answer<Primary> writeStatus(Election election, Primary copy, LeaderElectionStatus status) {
        return write(
                Call.of(Verb.WRITE_STATUS),
                () -> map(cluster.patchStatus(copy.uid(), copy.version(), was -> status), this::primary));
    }

    /** What a request does when it reaches the server. */
    private interface Effect<T> {
        Answer<T> land();
    }

    /** What becomes of a request. */
    enum Fate {
        GRANTED,
        DENIED,
        LOST,
        UNHEARD,
        LATE
    }
}
