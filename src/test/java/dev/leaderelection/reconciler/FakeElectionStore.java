package dev.leaderelection.reconciler;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.api.LeadershipTransferSpec;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.Candidate.Mark;
import dev.leaderelection.election.Candidate.Role;
import dev.leaderelection.election.LeaseRecord;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.PodFixture;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.election.Transfer;
import dev.leaderelection.kubernetes.Answer;
import dev.leaderelection.kubernetes.Answer.Cause;
import dev.leaderelection.kubernetes.Answer.Done;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.ElectionStore;
import dev.leaderelection.kubernetes.Primary;
import dev.leaderelection.kubernetes.TransferReader;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * The objects of one election in memory, with revisions, UIDs and preconditions. After every write it checks that at most one pod
 * is routed to. A script may refuse a call, or kill the caller before it or after it.
 */
final class FakeElectionStore implements ElectionStore, ElectionPass.StatusStore {

    /** What the caller of a request gets to see of it. */
    enum Fate {
        GRANTED,
        CONFLICT,
        DENIED,
        UNAVAILABLE,
        /** The write lands, and nobody hears of it. */
        LANDS_UNHEARD,
        /** The caller dies before the write. */
        DIES_BEFORE,
        /** The write lands, and the caller dies. */
        DIES_AFTER
    }

    /** The caller's process has ended. */
    static final class Death extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    final Map<String, Candidate> pods = new TreeMap<>();
    final List<String> writes = new ArrayList<>();
    final List<String> reads = new ArrayList<>();
    LeaseState lease = new LeaseState.Missing();
    Optional<Primary> primary;
    /** Given the number of a write, from 1, and its name: what becomes of it. */
    BiFunction<Integer, String, Fate> script = (number, write) -> Fate.GRANTED;

    /** When a holder acquires the Lease. */
    InstantSource clock = () -> Instant.EPOCH;

    private long version = 100;
    private long leases;
    private int written;

    FakeElectionStore(LeaderElection resource) {
        primary = Optional.of(Primary.of(resource));
    }

    String nextVersion() {
        return Long.toString(++version);
    }

    /** Somebody else puts a pod there, or changes it. */
    void put(Candidate pod) {
        pods.put(pod.id().name(), pod.written(nextVersion(), pod.role(), pod.labelTerm(), pod.mark()));
    }

    Candidate pod(String name) {
        return Objects.requireNonNull(pods.get(name), name);
    }

    List<String> routed() {
        return pods.values().stream()
                .filter(Candidate::isRouted)
                .map(pod -> pod.id().name())
                .toList();
    }

    private <T> Answer<T> write(String name, Supplier<Answer<T>> effect) {
        Fate fate = script.apply(++written, name);
        if (fate == Fate.DIES_BEFORE) {
            throw new Death();
        }
        if (fate == Fate.CONFLICT || fate == Fate.DENIED || fate == Fate.UNAVAILABLE) {
            return Answer.refused(Cause.valueOf(fate.name()), "scripted for " + name);
        }
        int before = routed().size();
        Answer<T> answer = effect.get();
        if (answer instanceof Done) {
            writes.add(name);
        }
        // Others may have given it to many.
        if (routed().size() > Math.max(1, before)) {
            throw new AssertionError("two labels after " + writes + ": " + routed());
        }
        if (fate == Fate.DIES_AFTER) {
            throw new Death();
        }
        return fate == Fate.LANDS_UNHEARD ? Answer.refused(Cause.UNAVAILABLE, "unheard " + name) : answer;
    }

    private static <T> Answer<T> conflict() {
        return Answer.refused(Cause.CONFLICT, "the object has been modified");
    }

    private static <T> Answer<T> gone() {
        return Answer.refused(Cause.GONE, "not found");
    }

    @Override
    public Answer<LeaseState> readLease(Election election) {
        reads.add("lease");
        return new Done<>(lease);
    }

    @Override
    public Answer<LeaseState> createLease(Election election) {
        return write("create lease", () -> {
            if (!(lease instanceof LeaseState.Missing)) {
                return conflict();
            }
            leases++;
            lease = new LeaseState.Unclaimed(
                    new LeaseState.Copy(
                            "lease-" + leases,
                            nextVersion(),
                            Instant.EPOCH,
                            Instant.EPOCH,
                            0,
                            election.leaseDuration()),
                    0,
                    "nobody has claimed it");
            return new Done<>(lease);
        });
    }

    private boolean isStale(LeaseState.Copy copy) {
        return lease.ours()
                .filter(now -> now.uid().equals(copy.uid()) && now.version().equals(copy.version()))
                .isEmpty();
    }

    @Override
    public Answer<LeaseState> writeLease(
            Election election, LeaseState.Copy copy, LeaseRecord record, boolean newHolder) {
        String name = record.closed()
                ? "close"
                : (newHolder ? "claim " : "write ")
                        + record.holder().orElseThrow().name() + "/" + record.term();
        return write(name, () -> {
            if (isStale(copy)) {
                return conflict();
            }
            LeaseState.Copy next = new LeaseState.Copy(
                    copy.uid(),
                    nextVersion(),
                    newHolder ? clock.instant() : copy.acquired(),
                    Instant.EPOCH,
                    copy.transitions() + (newHolder ? 1 : 0),
                    election.leaseDuration());
            lease = record.closed()
                    ? new LeaseState.Closed(next, record)
                    : new LeaseState.Claimed(next, record.holder().orElseThrow(), record);
            return new Done<>(lease);
        });
    }

    @Override
    public Answer<Boolean> deleteLease(Election election, LeaseState.Copy copy) {
        return write("delete lease", () -> {
            if (lease instanceof LeaseState.Missing) {
                return gone();
            }
            if (isStale(copy)) {
                return conflict();
            }
            lease = new LeaseState.Missing();
            return Answer.OK;
        });
    }

    /** It is asked to go, and stays until a test takes it away. */
    @Override
    public Answer<Boolean> deletePod(Election election, Candidate pod) {
        return write("delete " + pod.id().name(), () -> {
            Candidate now = pods.get(pod.id().name());
            if (now == null) {
                return gone();
            }
            if (!now.id().equals(pod.id()) || !now.version().equals(pod.version())) {
                return conflict();
            }
            put(PodFixture.like(now).life(Candidate.Life.TERMINATING).build());
            return Answer.OK;
        });
    }

    @Override
    public Answer<Candidate> readPod(Election election, PodIdentity pod) {
        reads.add("pod " + pod.name());
        Candidate now = pods.get(pod.name());
        return now == null || !now.id().equals(pod) ? gone() : new Done<>(now);
    }

    @Override
    public Answer<List<Candidate>> listPods(Election election) {
        reads.add("pods");
        return new Done<>(List.copyOf(pods.values()));
    }

    private Answer<Candidate> patch(String verb, Candidate pod, Role role, long term, Mark mark) {
        return write(verb + " " + pod.id().name(), () -> {
            Candidate now = pods.get(pod.id().name());
            if (now == null) {
                return gone();
            }
            if (!now.id().equals(pod.id()) || !now.version().equals(pod.version())) {
                return conflict();
            }
            Candidate next = now.written(nextVersion(), role, term, mark);
            pods.put(pod.id().name(), next);
            return new Done<>(next);
        });
    }

    @Override
    public Answer<Candidate> promote(Election election, Candidate pod, long term) {
        return patch("promote", pod, Role.LEADER, term, new Mark(Mark.Origin.THIS_ELECTION, term));
    }

    @Override
    public Answer<Candidate> demote(Election election, Candidate pod, long term) {
        boolean follows = pod.selected() && !election.label().followerValue().isEmpty();
        Role left = follows ? Role.FOLLOWER : pod.role() == Role.OTHER ? Role.OTHER : Role.NONE;
        return patch("demote", pod, left, 0, new Mark(Mark.Origin.THIS_ELECTION, term));
    }

    @Override
    public Answer<Candidate> clear(Election election, Candidate pod) {
        return patch("clear", pod, Role.NONE, 0, Mark.NONE);
    }

    @Override
    public Answer<Primary> readElection(Election election) {
        reads.add("election");
        return primary.<Answer<Primary>>map(Done::new).orElseGet(FakeElectionStore::gone);
    }

    @Override
    public Answer<List<LeaderElection>> listElections(Election election) {
        reads.add("elections");
        return new Done<>(List.of());
    }

    /** The transfer that a user has asked for last. */
    Optional<Transfer> transfer = Optional.empty();

    @Override
    public Answer<Transfer> answerTransfer(Election election, Transfer copy, Transfer.Outcome outcome) {
        return write(outcome.getClass().getSimpleName() + " " + copy.name(), () -> {
            if (transfer.isEmpty()) {
                return gone();
            }
            if (!transfer.get().version().equals(copy.version())) {
                return conflict();
            }
            LeadershipTransfer resource = asResource(copy, nextVersion());
            resource.setStatus(TransferReader.answered(copy, outcome, election.uid(), Instant.EPOCH));
            transfer = Optional.of(TransferReader.read(resource, election.uid()));
            return new Done<>(transfer.get());
        });
    }

    /** A transfer as a user asks for it. */
    void ask(String target, Instant created) {
        transfer = Optional.of(new Transfer(
                "move",
                "move-uid",
                nextVersion(),
                created,
                target,
                Duration.ofMinutes(1),
                false,
                Optional.empty(),
                false,
                false));
    }

    /** The transfers that the watches tell of, as they are. */
    List<LeadershipTransfer> transfers(Election election) {
        return transfer.filter(any -> !any.finished()).stream()
                .map(any -> {
                    LeadershipTransfer resource = asResource(any, any.version());
                    any.accepted()
                            .map(promise -> TransferReader.answered(
                                    any,
                                    new Transfer.Outcome.Accepted(promise.from(), promise.term(), promise.to()),
                                    election.uid(),
                                    promise.at()))
                            .ifPresent(resource::setStatus);
                    return resource;
                })
                .toList();
    }

    private static LeadershipTransfer asResource(Transfer transfer, String version) {
        LeadershipTransfer resource = new LeadershipTransfer();
        resource.getMetadata().setName(transfer.name());
        resource.getMetadata().setUid(transfer.uid());
        resource.getMetadata().setResourceVersion(version);
        resource.getMetadata().setCreationTimestamp(transfer.created().toString());
        resource.setSpec(new LeadershipTransferSpec("orders", transfer.target(), 60));
        return resource;
    }

    private Answer<Primary> primary(String name, Primary copy, Primary next) {
        return write(name, () -> {
            if (primary.isEmpty()) {
                return gone();
            }
            if (!primary.get().version().equals(copy.version())) {
                return conflict();
            }
            boolean leaves = next.deleting() && next.finalizers().isEmpty();
            primary = leaves ? Optional.empty() : Optional.of(next);
            return new Done<>(next);
        });
    }

    @Override
    public Answer<Primary> reserveTerms(Election election, Primary copy, long upTo) {
        LeaderElectionStatus was = copy.status();
        LeaderElectionStatus status = new LeaderElectionStatus(
                was.observedGeneration(),
                was.leader(),
                was.term(),
                upTo,
                was.candidates(),
                was.members(),
                was.history(),
                was.conditions());
        return primary(
                "reserve " + upTo,
                copy,
                new Primary(copy.uid(), nextVersion(), copy.generation(), copy.deleting(), copy.finalizers(), status));
    }

    @Override
    public Answer<Primary> holdFinalizer(Election election, Primary copy, boolean hold) {
        List<String> finalizers = hold ? List.of(Primary.FINALIZER) : List.of();
        return primary(
                hold ? "hold" : "release",
                copy,
                new Primary(copy.uid(), nextVersion(), copy.generation(), copy.deleting(), finalizers, copy.status()));
    }

    @Override
    public Answer<Primary> write(Election election, Primary copy, LeaderElectionStatus status) {
        return primary(
                "status",
                copy,
                new Primary(copy.uid(), nextVersion(), copy.generation(), copy.deleting(), copy.finalizers(), status));
    }
}
