package dev.leaderelection.kubernetes;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionList;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.Candidate.Mark;
import dev.leaderelection.election.Candidate.Role;
import dev.leaderelection.election.LeaseRecord;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.election.Transfer;
import dev.leaderelection.kubernetes.Answer.Cause;
import dev.leaderelection.kubernetes.Answer.Done;
import dev.leaderelection.kubernetes.Answer.Refused;
import dev.leaderelection.kubernetes.ApiServer.Request;
import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.api.model.Preconditions;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** The store on a real API server: the only class that writes what the protocol writes. */
public final class ApiServerElectionStore implements ElectionStore {

    /** Says in every write who wrote. */
    static final String MANAGER_QUERY = "?fieldManager=" + LeaseReader.FIELD_MANAGER;

    private static final Duration LONGEST_PATIENCE = Duration.ofSeconds(5);
    private static final Duration SHORTEST_PATIENCE = Duration.ofMillis(500);

    private final ApiServer server;
    private final ApiServerLists lists;
    private final InstantSource clock;
    private final Supplier<String> nonces;
    private final ApiServerTransferStore transfers;

    /**
     * @param server where the objects are
     * @param clock for the times in the Lease
     * @param nonces values that are never used twice
     */
    public ApiServerElectionStore(ApiServer server, InstantSource clock, Supplier<String> nonces) {
        this.server = server;
        this.lists = new ApiServerLists(server, LONGEST_PATIENCE);
        this.clock = clock;
        this.nonces = nonces;
        this.transfers = new ApiServerTransferStore(server, clock);
    }

    @Override
    public Answer<LeaseState> readLease(Election election) {
        Answer<Lease> answer = server.send(Request.get(leasePath(election), patience(election)), Lease.class);
        if (answer instanceof Refused<Lease> refused && refused.cause() == Cause.GONE) {
            return new Done<>(new LeaseState.Missing());
        }
        return map(answer, lease -> LeaseReader.read(lease, election));
    }

    @Override
    public Answer<LeaseState> createLease(Election election) {
        Lease lease = newLease(election)
                .editMetadata()
                .addToAnnotations(LeaseReader.RECORD_ANNOTATION, RecordCodec.encode(LeaseRecord.UNCLAIMED))
                .endMetadata()
                .withNewSpec()
                .withLeaseDurationSeconds((int) election.leaseDuration().toSeconds())
                .endSpec()
                .build();
        String path = leasesPath(election) + MANAGER_QUERY;
        return map(
                server.send(Request.post(path, lease, patience(election)), Lease.class),
                created -> LeaseReader.read(created, election));
    }

    @Override
    public Answer<LeaseState> writeLease(
            Election election, LeaseState.Copy copy, LeaseRecord record, boolean newHolder) {
        ZonedDateTime now = microseconds(clock.instant());
        // A Lease without a holder was released: readers expect no times of somebody else's on it.
        boolean held = record.holder().isPresent();
        ZonedDateTime acquired =
                newHolder || copy.acquired().equals(Instant.EPOCH) ? now : microseconds(copy.acquired());
        Lease lease = newLease(election)
                .editMetadata()
                .withUid(copy.uid())
                .withResourceVersion(copy.version())
                .addToAnnotations(LeaseReader.RECORD_ANNOTATION, RecordCodec.encode(record))
                .endMetadata()
                .withNewSpec()
                .withHolderIdentity(record.holder().map(PodIdentity::name).orElse(null))
                .withAcquireTime(held ? acquired : null)
                .withRenewTime(now)
                .withLeaseDurationSeconds((int) election.leaseDuration().toSeconds())
                .withLeaseTransitions(newHolder && held ? oneMore(copy.transitions()) : copy.transitions())
                .endSpec()
                .build();
        return map(
                server.send(Request.put(leasePath(election) + MANAGER_QUERY, lease, patience(election)), Lease.class),
                written -> LeaseReader.read(written, election));
    }

    @Override
    public Answer<Boolean> deleteLease(Election election, LeaseState.Copy copy) {
        return delete(election, leasePath(election), new Preconditions(copy.version(), copy.uid()));
    }

    @Override
    public Answer<Boolean> deletePod(Election election, Candidate pod) {
        return delete(
                election,
                podPath(election, pod.id()),
                new Preconditions(pod.version(), pod.id().uid()));
    }

    private Answer<Boolean> delete(Election election, String path, Preconditions preconditions) {
        DeleteOptions options = new DeleteOptions();
        options.setApiVersion("v1");
        options.setKind("DeleteOptions");
        options.setPreconditions(preconditions);
        return map(
                server.send(Request.delete(path, options, patience(election)), GenericKubernetesResource.class),
                deleted -> true);
    }

    @Override
    public Answer<Candidate> readPod(Election election, PodIdentity pod) {
        Answer<Pod> answer = server.send(Request.get(podPath(election, pod), patience(election)), Pod.class);
        if (answer instanceof Done<Pod> done
                && !pod.uid().equals(done.value().getMetadata().getUid())) {
            return Answer.refused(Cause.GONE, "pod " + pod.name() + " is another incarnation");
        }
        return map(answer, read -> PodReader.read(read, election));
    }

    @Override
    public Answer<List<Candidate>> listPods(Election election) {
        return lists.<Pod, PodList, Candidate>read(
                "/api/v1/namespaces/" + election.namespace() + "/pods",
                PodList.class,
                pod -> Optional.of(PodReader.read(pod, election)).filter(ApiServerElectionStore::isOfElection));
    }

    /** Whether a pod is this election's business: the selector matches it, or it bears the election's mark. */
    static boolean isOfElection(Candidate pod) {
        return pod.selected() || pod.mark().origin() == Mark.Origin.THIS_ELECTION;
    }

    @Override
    public Answer<Candidate> promote(Election election, Candidate pod, long term) {
        RoutingLabel label = election.label();
        Map<String, Object> annotations = new HashMap<>();
        annotations.put(label.termKey(), Long.toString(term));
        annotations.put(label.fenceKey(), mark(election, term));
        return patchPod(
                election,
                pod,
                Map.of(label.key(), label.leaderValue()),
                annotations,
                new Traces(Role.LEADER, term, new Mark(Mark.Origin.THIS_ELECTION, term)));
    }

    @Override
    public Answer<Candidate> demote(Election election, Candidate pod, long term) {
        RoutingLabel label = election.label();
        Map<String, Object> annotations = new HashMap<>();
        annotations.put(label.termKey(), null);
        annotations.put(label.fenceKey(), mark(election, term));
        boolean follows = pod.selected() && !label.followerValue().isEmpty();
        Role role = follows ? Role.FOLLOWER : pod.role() == Role.OTHER ? Role.OTHER : Role.NONE;
        Map<String, Object> labels = new HashMap<>();
        if (role != Role.OTHER) {
            labels.put(label.key(), follows ? label.followerValue() : null);
        }
        return patchPod(
                election, pod, labels, annotations, new Traces(role, 0, new Mark(Mark.Origin.THIS_ELECTION, term)));
    }

    @Override
    public Answer<Candidate> clear(Election election, Candidate pod) {
        Candidate marked = pod;
        if (pod.bearsNothing()) {
            // A patch that changes nothing would not defeat a promotion that somebody has prepared.
            Answer<Candidate> mark = demote(election, pod, 1);
            if (!(mark instanceof Done<Candidate> done)) {
                return mark;
            }
            marked = done.value();
        }
        RoutingLabel label = election.label();
        Map<String, Object> annotations = new HashMap<>();
        annotations.put(label.termKey(), null);
        annotations.put(label.fenceKey(), null);
        Map<String, Object> labels = new HashMap<>();
        if (marked.role() != Role.OTHER) {
            labels.put(label.key(), null);
        }
        Role role = marked.role() == Role.OTHER ? Role.OTHER : Role.NONE;
        return patchPod(election, marked, labels, annotations, new Traces(role, 0, Mark.NONE));
    }

    @Override
    public Answer<Primary> readElection(Election election) {
        Answer<LeaderElection> answer =
                server.send(Request.get(electionPath(election), patience(election)), LeaderElection.class);
        if (answer instanceof Done<LeaderElection> done
                && !election.uid().equals(done.value().getMetadata().getUid())) {
            return Answer.refused(Cause.GONE, "election " + election + " is another incarnation");
        }
        return map(answer, Primary::of);
    }

    @Override
    public Answer<List<LeaderElection>> listElections(Election election) {
        return lists.read(electionsPath(election), LeaderElectionList.class, Optional::of);
    }

    /**
     * Lists the elections that are there.
     *
     * @param namespace where; nothing for all namespaces
     */
    public Answer<List<LeaderElection>> listElections(Optional<String> namespace) {
        String path = "/apis/" + LeaderElection.GROUP + "/" + LeaderElection.VERSION
                + namespace.map(one -> "/namespaces/" + one).orElse("") + "/leaderelections";
        return lists.read(path, LeaderElectionList.class, Optional::of);
    }

    @Override
    public Answer<Primary> reserveTerms(Election election, Primary copy, long upTo) {
        return patchStatus(election, copy, Map.of("termReserved", upTo));
    }

    /**
     * Writes a status whole.
     *
     * @param copy the revision that it was made from
     * @param status what it shall say
     */
    public Answer<Primary> writeStatus(Election election, Primary copy, LeaderElectionStatus status) {
        Map<String, Object> body = new HashMap<>();
        body.put("observedGeneration", status.observedGeneration());
        body.put("leader", status.leader());
        body.put("term", status.term());
        body.put("termReserved", status.termReserved());
        body.put("candidates", status.candidates());
        body.put("members", status.members());
        body.put("history", status.history());
        body.put("conditions", status.conditions());
        return patchStatus(election, copy, body);
    }

    private Answer<Primary> patchStatus(Election election, Primary copy, Map<String, ?> status) {
        return map(
                server.send(
                        Request.patch(
                                electionPath(election) + "/status" + MANAGER_QUERY,
                                Map.of("metadata", preconditions(copy.uid(), copy.version()), "status", status),
                                patience(election)),
                        LeaderElection.class),
                Primary::of);
    }

    @Override
    public Answer<Primary> holdFinalizer(Election election, Primary copy, boolean hold) {
        Set<String> finalizers = new LinkedHashSet<>(copy.finalizers());
        if (hold) {
            finalizers.add(Primary.FINALIZER);
        } else {
            finalizers.remove(Primary.FINALIZER);
        }
        Map<String, Object> metadata = preconditions(copy.uid(), copy.version());
        metadata.put("finalizers", new ArrayList<>(finalizers));
        return map(
                server.send(
                        Request.patch(
                                electionPath(election) + MANAGER_QUERY,
                                Map.of("metadata", metadata),
                                patience(election)),
                        LeaderElection.class),
                Primary::of);
    }

    @Override
    public Answer<Transfer> answerTransfer(Election election, Transfer transfer, Transfer.Outcome outcome) {
        return transfers.answer(election, transfer, outcome);
    }

    /** What a write leaves on a pod. */
    private record Traces(Role role, long labelTerm, Mark mark) {}

    private Answer<Candidate> patchPod(
            Election election, Candidate pod, Map<String, ?> labels, Map<String, ?> annotations, Traces left) {
        Map<String, Object> metadata = preconditions(pod.id().uid(), pod.version());
        if (!labels.isEmpty()) {
            metadata.put("labels", labels);
        }
        metadata.put("annotations", annotations);
        Request request = Request.patch(
                podPath(election, pod.id()) + MANAGER_QUERY, Map.of("metadata", metadata), patience(election));
        Answer<GenericKubernetesResource> answer = server.send(request.metadataOnly(), GenericKubernetesResource.class);
        if (answer instanceof Done<GenericKubernetesResource> done && !carries(done.value(), labels)) {
            return Answer.refused(
                    Cause.DENIED,
                    "pod " + pod.id().name() + ": label " + election.label().key()
                            + " was changed on its way in: look for a mutating admission webhook or policy on pods");
        }
        return map(
                answer,
                written -> pod.written(
                        written.getMetadata().getResourceVersion(), left.role(), left.labelTerm(), left.mark()));
    }

    /** Whether what we wrote is what the server has kept: believing it otherwise, we would write it again and again. */
    private static boolean carries(GenericKubernetesResource written, Map<String, ?> labels) {
        Map<String, String> kept = written.getMetadata().getLabels();
        return labels.entrySet().stream()
                .allMatch(label -> Objects.equals(label.getValue(), kept == null ? null : kept.get(label.getKey())));
    }

    private static Map<String, Object> preconditions(String uid, String version) {
        Map<String, Object> metadata = new HashMap<>();
        metadata.put("uid", uid);
        metadata.put("resourceVersion", version);
        return metadata;
    }

    private String mark(Election election, long term) {
        return term + "/" + election.uid() + "/" + nonces.get();
    }

    private static LeaseBuilder newLease(Election election) {
        return new LeaseBuilder()
                .withNewMetadata()
                .withNamespace(election.namespace())
                .withName(election.leaseName())
                .addNewOwnerReference()
                .withApiVersion(LeaderElection.GROUP + "/" + LeaderElection.VERSION)
                .withKind("LeaderElection")
                .withName(election.name())
                .withUid(election.uid())
                .withController(true)
                .endOwnerReference()
                .endMetadata();
    }

    /** Whoever may write the Lease may have written the highest number there is; the server would refuse the one after it, and every claim. */
    static int oneMore(int transitions) {
        return transitions == Integer.MAX_VALUE ? transitions : transitions + 1;
    }

    /** The API knows microseconds, and refuses finer times. */
    static ZonedDateTime microseconds(Instant time) {
        return time.truncatedTo(ChronoUnit.MICROS).atZone(ZoneOffset.UTC);
    }

    /** A request that outlives a third of the Lease is of no use to it. */
    private static Duration patience(Election election) {
        Duration third = election.leaseDuration().dividedBy(3);
        if (third.compareTo(SHORTEST_PATIENCE) < 0) {
            return SHORTEST_PATIENCE;
        }
        return third.compareTo(LONGEST_PATIENCE) > 0 ? LONGEST_PATIENCE : third;
    }

    private static <T, U> Answer<U> map(Answer<T> answer, Function<T, U> mapping) {
        if (answer instanceof Done<T> done) {
            return new Done<>(mapping.apply(done.value()));
        }
        return ((Refused<T>) answer).recast();
    }

    private static String leasesPath(Election election) {
        return "/apis/coordination.k8s.io/v1/namespaces/" + election.namespace() + "/leases";
    }

    private static String leasePath(Election election) {
        return leasesPath(election) + "/" + election.leaseName();
    }

    private static String podPath(Election election, PodIdentity pod) {
        return "/api/v1/namespaces/" + election.namespace() + "/pods/" + pod.name();
    }

    private static String electionPath(Election election) {
        return electionsPath(election) + "/" + election.name();
    }

    private static String electionsPath(Election election) {
        return "/apis/" + LeaderElection.GROUP + "/" + LeaderElection.VERSION + "/namespaces/" + election.namespace()
                + "/leaderelections";
    }
}
