package dev.leaderelection.simulation;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionSpec;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.api.LeadershipTransferSpec;
import dev.leaderelection.api.LeadershipTransferStatus;
import dev.leaderelection.kubernetes.Answer;
import dev.leaderelection.kubernetes.Answer.Cause;
import dev.leaderelection.kubernetes.Answer.Done;
import dev.leaderelection.kubernetes.LeaseReader;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * An API server that does what a real one was seen to do with preconditions, revisions, UIDs, finalizers and managedFields, for one
 * namespace. Every write is told to the {@link Checker}.
 */
final class Cluster {

    static final String NAMESPACE = "shop";
    static final String ELECTION = "orders";
    static final String SELECTED_BY = "app";

    private static final String RECORD = LeaseReader.RECORD_ANNOTATION;
    private static final String USER = "kubectl-edit";

    /** The record's last writer was the operator. */
    private static final List<ManagedFieldsEntry> OPERATORS = List.of(entry(LeaseReader.FIELD_MANAGER, RECORD));

    /** The record's last writer was a user. */
    private static final List<ManagedFieldsEntry> USERS =
            List.of(entry(LeaseReader.FIELD_MANAGER, "other"), entry(USER, RECORD));

    final Shelf<Pod> pods = new Shelf<>();
    final Shelf<Lease> leases = new Shelf<>();
    final Shelf<LeaderElection> elections = new Shelf<>();
    final Shelf<LeadershipTransfer> transfers = new Shelf<>();
    private final Checker checker;
    private long revision = 100;
    private long uids;

    Cluster(Checker checker) {
        this.checker = checker;
    }

    private String nextRevision() {
        return Long.toString(++revision);
    }

    String nextUid(String kind) {
        return kind + "-uid-" + ++uids;
    }

    private static ManagedFieldsEntry entry(String manager, String annotation) {
        FieldsV1 fields = new FieldsV1();
        fields.setAdditionalProperty("f:metadata", Map.of("f:annotations", Map.of("f:" + annotation, Map.of())));
        ManagedFieldsEntry entry = new ManagedFieldsEntry();
        entry.setManager(manager);
        entry.setFieldsV1(fields);
        return entry;
    }

    private static <T> Answer<T> conflict(String explanation) {
        return Answer.refused(Cause.CONFLICT, explanation);
    }

    private static <T> Answer<T> gone() {
        return Answer.refused(Cause.GONE, "not found");
    }

    static ObjectMeta copy(ObjectMeta from) {
        ObjectMeta to = new ObjectMeta();
        to.setNamespace(from.getNamespace());
        to.setName(from.getName());
        to.setUid(from.getUid());
        to.setResourceVersion(from.getResourceVersion());
        to.setGeneration(from.getGeneration());
        to.setCreationTimestamp(from.getCreationTimestamp());
        to.setDeletionTimestamp(from.getDeletionTimestamp());
        to.setLabels(from.getLabels());
        to.setAnnotations(from.getAnnotations());
        to.setFinalizers(from.getFinalizers());
        to.setOwnerReferences(from.getOwnerReferences());
        to.setManagedFields(from.getManagedFields());
        return to;
    }

    // Pods

    static PodStatus status(String phase, boolean ready, String since) {
        PodCondition condition = new PodCondition();
        condition.setType("Ready");
        condition.setStatus(ready ? "True" : "False");
        condition.setLastTransitionTime(since);
        PodStatus status = new PodStatus();
        status.setPhase(phase);
        status.setConditions(List.of(condition));
        return status;
    }

    /** The owner of the workload creates a pod. */
    void createPod(String name, Map<String, String> labels, boolean ready, Instant now) {
        if (pods.get(name).isPresent()) {
            return;
        }
        ObjectMeta metadata = new ObjectMeta();
        metadata.setNamespace(NAMESPACE);
        metadata.setName(name);
        metadata.setUid(nextUid(name));
        metadata.setResourceVersion(nextRevision());
        metadata.setLabels(labels);
        metadata.setAnnotations(Map.of());
        Pod pod = new Pod();
        pod.setMetadata(metadata);
        pod.setStatus(status("Running", ready, now.toString()));
        pods.put(pod);
    }

    /** A user, a controller or the kubelet changes a pod. */
    void changePod(String name, Consumer<Pod> change) {
        pods.get(name).ifPresent(pod -> {
            Pod next = copy(pod);
            change.accept(next);
            next.getMetadata().setResourceVersion(nextRevision());
            pods.put(next);
            checker.userWrote(pod, next);
        });
    }

    /** The containers of a pod that is being deleted have ended. */
    static void stop(Pod pod) {
        PodStatus status = status("Running", false, pod.getMetadata().getDeletionTimestamp());
        status.setContainerStatuses(List.of(new ContainerStatusBuilder()
                .withNewState()
                .withNewTerminated()
                .endTerminated()
                .endState()
                .build()));
        pod.setStatus(status);
    }

    /** The operator has a pod deleted. */
    Answer<Boolean> deletePod(String name, String uid, Optional<String> version) {
        Optional<Pod> found = pods.get(name);
        if (found.isEmpty()) {
            return gone();
        }
        ObjectMeta was = found.get().getMetadata();
        if (!uid.equals(was.getUid())
                || version.filter(is -> !is.equals(was.getResourceVersion())).isPresent()) {
            return conflict("the pod has been modified");
        }
        checker.operatorDeleted(found.get());
        changePod(name, pod -> {
            if (pod.getMetadata().getDeletionTimestamp() == null) {
                pod.getMetadata().setDeletionTimestamp(Simulation.EPOCH.toString());
            }
        });
        return Answer.OK;
    }

    void removePod(String name) {
        pods.get(name).ifPresent(pod -> {
            revision++;
            pods.remove(name);
            checker.removed(pod);
        });
    }

    private static Pod copy(Pod pod) {
        Pod next = new Pod();
        next.setMetadata(copy(pod.getMetadata()));
        next.setStatus(pod.getStatus());
        return next;
    }

    Answer<Pod> readPod(String name) {
        return pods.get(name).<Answer<Pod>>map(Done::new).orElseGet(Cluster::gone);
    }

    /**
     * A merge patch of labels and annotations.
     *
     * @param uid the precondition, if any
     * @param version the precondition, if any
     * @param labels what they shall be; those without a value are taken off
     */
    Answer<Pod> patchPod(
            Caller caller,
            String name,
            Optional<String> uid,
            Optional<String> version,
            Map<String, Optional<String>> labels,
            Map<String, Optional<String>> annotations) {
        Optional<Pod> found = pods.get(name);
        if (found.isEmpty()) {
            return gone();
        }
        ObjectMeta was = found.get().getMetadata();
        if (version.isPresent() && !version.get().equals(was.getResourceVersion())) {
            return conflict("the pod has been modified");
        }
        if (uid.isPresent() && !uid.get().equals(was.getUid())) {
            return Answer.refused(Cause.DENIED, "422 metadata.uid: field is immutable");
        }
        Map<String, String> nextLabels = merged(was.getLabels(), labels);
        Map<String, String> nextAnnotations = merged(was.getAnnotations(), annotations);
        if (nextLabels.equals(was.getLabels()) && nextAnnotations.equals(was.getAnnotations())) {
            return new Done<>(found.get());
        }
        Pod next = copy(found.get());
        next.getMetadata().setLabels(nextLabels);
        next.getMetadata().setAnnotations(nextAnnotations);
        next.getMetadata().setResourceVersion(nextRevision());
        pods.put(next);
        checker.operatorWrote(caller, found.get(), next);
        return new Done<>(next);
    }

    private static Map<String, String> merged(Map<String, String> was, Map<String, Optional<String>> patch) {
        Map<String, String> next = new HashMap<>(was);
        patch.forEach((key, value) -> {
            if (value.isPresent()) {
                next.put(key, value.get());
            } else {
                next.remove(key);
            }
        });
        return next;
    }

    // Leases

    Answer<Lease> createLease(Caller caller, Lease lease) {
        if (leases.get(lease.getMetadata().getName()).isPresent()) {
            return conflict("the lease already exists");
        }
        return written(caller, lease, Optional.empty());
    }

    /** A PUT; its preconditions are what its metadata says. */
    Answer<Lease> putLease(Caller caller, Lease lease) {
        ObjectMeta wanted = lease.getMetadata();
        Optional<Lease> found = leases.get(wanted.getName());
        if (found.isEmpty()) {
            // Seen on a real server: without a UID, a PUT on what was deleted creates it.
            return wanted.getUid() == null
                    ? written(caller, lease, found)
                    : conflict("the lease was deleted, its UID was a precondition");
        }
        ObjectMeta was = found.get().getMetadata();
        if (wanted.getUid() != null && !wanted.getUid().equals(was.getUid())) {
            return conflict("the lease has another UID");
        }
        if (wanted.getResourceVersion() != null && !wanted.getResourceVersion().equals(was.getResourceVersion())) {
            return conflict("the lease has been modified");
        }
        boolean same = Objects.equals(lease.getSpec(), found.get().getSpec())
                && Objects.equals(wanted.getAnnotations(), was.getAnnotations())
                && Objects.equals(wanted.getOwnerReferences(), was.getOwnerReferences());
        return same ? new Done<>(found.get()) : written(caller, lease, found);
    }

    private Answer<Lease> written(Caller caller, Lease lease, Optional<Lease> before) {
        ObjectMeta metadata = copy(lease.getMetadata());
        metadata.setUid(before.map(was -> was.getMetadata().getUid()).orElseGet(() -> nextUid("lease")));
        metadata.setResourceVersion(nextRevision());
        metadata.setManagedFields(before.map(was -> managers(was, lease)).orElse(OPERATORS));
        Lease next = new Lease();
        next.setMetadata(metadata);
        next.setSpec(lease.getSpec());
        leases.put(next);
        checker.operatorWrote(caller, before, next);
        return new Done<>(next);
    }

    /** A field belongs to who changed it last; where tracking has stopped it does not start again. */
    private static List<ManagedFieldsEntry> managers(Lease was, Lease next) {
        List<ManagedFieldsEntry> managers = was.getMetadata().getManagedFields();
        return managers.isEmpty() || record(was).equals(record(next)) ? managers : OPERATORS;
    }

    static Optional<String> record(Lease lease) {
        return Optional.ofNullable(lease.getMetadata().getAnnotations()).map(all -> all.get(RECORD));
    }

    Answer<Boolean> deleteLease(Caller caller, String name, Optional<String> uid, Optional<String> version) {
        Optional<Lease> found = leases.get(name);
        if (found.isEmpty()) {
            return gone();
        }
        ObjectMeta was = found.get().getMetadata();
        if (uid.filter(u -> !u.equals(was.getUid())).isPresent()
                || version.filter(v -> !v.equals(was.getResourceVersion())).isPresent()) {
            return conflict("the lease has been modified");
        }
        revision++;
        leases.remove(name);
        checker.operatorDeleted(caller, found.get());
        return Answer.OK;
    }

    /** A user deletes it. */
    void removeLease() {
        if (leases.get(ELECTION).isPresent()) {
            revision++;
            leases.remove(ELECTION);
        }
    }

    /** A user changes it, and becomes the manager of the record. */
    void changeLease(Consumer<Lease> change) {
        leases.get(ELECTION).ifPresent(lease -> {
            Lease next = copy(lease);
            boolean tracked = !lease.getMetadata().getManagedFields().isEmpty();
            change.accept(next);
            boolean touched = !record(lease).equals(record(next));
            if (tracked && touched && !next.getMetadata().getManagedFields().isEmpty()) {
                next.getMetadata().setManagedFields(USERS);
            }
            next.getMetadata().setResourceVersion(nextRevision());
            leases.put(next);
        });
    }

    static Lease copy(Lease lease) {
        LeaseSpec spec = new LeaseSpec();
        spec.setHolderIdentity(lease.getSpec().getHolderIdentity());
        spec.setAcquireTime(lease.getSpec().getAcquireTime());
        spec.setRenewTime(lease.getSpec().getRenewTime());
        spec.setLeaseDurationSeconds(lease.getSpec().getLeaseDurationSeconds());
        spec.setLeaseTransitions(lease.getSpec().getLeaseTransitions());
        Lease next = new Lease();
        next.setMetadata(copy(lease.getMetadata()));
        next.setSpec(spec);
        return next;
    }

    /** A user makes a Lease of their own. */
    void createForeignLease() {
        ObjectMeta metadata = new ObjectMeta();
        metadata.setNamespace(NAMESPACE);
        metadata.setName(ELECTION);
        metadata.setUid(nextUid("foreign-lease"));
        metadata.setResourceVersion(nextRevision());
        metadata.setManagedFields(List.of(entry(USER, "other")));
        metadata.setAnnotations(Map.of());
        LeaseSpec spec = new LeaseSpec();
        spec.setHolderIdentity("somebody-else");
        Lease lease = new Lease();
        lease.setMetadata(metadata);
        lease.setSpec(spec);
        leases.put(lease);
    }

    boolean isOwned(Lease lease) {
        List<OwnerReference> owners = lease.getMetadata().getOwnerReferences();
        return owners != null && !owners.isEmpty();
    }

    /** The garbage collector deletes a Lease whose owner does not exist any more. */
    boolean collectGarbage() {
        Optional<Lease> lease = leases.get(ELECTION).filter(this::isOwned);
        boolean orphaned = lease.isPresent()
                && elections
                        .get(ELECTION)
                        .filter(election -> election.getMetadata()
                                .getUid()
                                .equals(lease.get()
                                        .getMetadata()
                                        .getOwnerReferences()
                                        .get(0)
                                        .getUid()))
                        .isEmpty();
        if (orphaned) {
            removeLease();
        }
        return orphaned;
    }

    // Elections

    void createElection(LeaderElectionSpec spec, Instant now) {
        if (elections.get(ELECTION).isPresent()) {
            return;
        }
        ObjectMeta metadata = new ObjectMeta();
        metadata.setNamespace(NAMESPACE);
        metadata.setName(ELECTION);
        metadata.setUid(nextUid("election"));
        metadata.setResourceVersion(nextRevision());
        metadata.setGeneration(1L);
        metadata.setCreationTimestamp(now.toString());
        LeaderElection election = new LeaderElection();
        election.setMetadata(metadata);
        election.setSpec(spec);
        elections.put(election);
    }

    private static LeaderElection copy(LeaderElection election) {
        LeaderElection next = new LeaderElection();
        next.setMetadata(copy(election.getMetadata()));
        next.setSpec(election.getSpec());
        next.setStatus(election.getStatus());
        return next;
    }

    Answer<LeaderElection> readElection() {
        return elections.get(ELECTION).<Answer<LeaderElection>>map(Done::new).orElseGet(Cluster::gone);
    }

    /** Replaces it, and lets it go if it is being deleted and nothing holds it any more. */
    private LeaderElection replace(LeaderElection next) {
        next.getMetadata().setResourceVersion(nextRevision());
        boolean leaves =
                next.isMarkedForDeletion() && next.getMetadata().getFinalizers().isEmpty();
        if (leaves) {
            elections.remove(ELECTION);
        } else {
            elections.put(next);
        }
        return next;
    }

    /** A user changes what is asked for. */
    void changeSpec(UnaryOperator<LeaderElectionSpec> change) {
        elections.get(ELECTION).ifPresent(election -> {
            LeaderElection next = copy(election);
            next.setSpec(change.apply(election.getSpec()));
            next.getMetadata().setGeneration(election.getMetadata().getGeneration() + 1);
            replace(next);
        });
    }

    /** A user deletes it; its finalizer may hold it. */
    void deleteElection(Instant now, boolean evenIfHeld) {
        elections.get(ELECTION).ifPresent(election -> {
            LeaderElection next = copy(election);
            if (!election.isMarkedForDeletion()) {
                next.getMetadata().setDeletionTimestamp(now.toString());
                next.getMetadata().setGeneration(election.getMetadata().getGeneration() + 1);
            }
            if (evenIfHeld) {
                next.getMetadata().setFinalizers(List.of());
            }
            replace(next);
        });
    }

    /** A user writes the status. */
    void changeStatus(LeaderElectionStatus status) {
        elections.get(ELECTION).ifPresent(election -> {
            LeaderElection next = copy(election);
            next.setStatus(status);
            replace(next);
        });
    }

    Answer<LeaderElection> patchStatus(String uid, String version, UnaryOperator<LeaderElectionStatus> change) {
        return patchElection(uid, version, next -> {
            LeaderElectionStatus was = next.getStatus() == null ? LeaderElectionStatus.EMPTY : next.getStatus();
            next.setStatus(change.apply(was));
        });
    }

    Answer<LeaderElection> patchFinalizers(String uid, String version, List<String> finalizers) {
        return patchElection(uid, version, next -> next.getMetadata().setFinalizers(finalizers));
    }

    private Answer<LeaderElection> patchElection(String uid, String version, Consumer<LeaderElection> change) {
        Optional<LeaderElection> found = elections.get(ELECTION);
        if (found.isEmpty()) {
            return gone();
        }
        ObjectMeta was = found.get().getMetadata();
        if (!version.equals(was.getResourceVersion())) {
            return conflict("the election has been modified");
        }
        if (!uid.equals(was.getUid())) {
            return Answer.refused(Cause.DENIED, "422 metadata.uid: field is immutable");
        }
        LeaderElection next = copy(found.get());
        change.accept(next);
        boolean same = Objects.equals(next.getStatus(), found.get().getStatus())
                && next.getMetadata().getFinalizers().equals(was.getFinalizers());
        return new Done<>(same ? found.get() : replace(next));
    }

    // Transfers

    /** A user asks for a transfer. */
    void createTransfer(String target, int timeoutSeconds, Instant now) {
        String uid = nextUid("transfer");
        ObjectMeta metadata = new ObjectMeta();
        metadata.setNamespace(NAMESPACE);
        metadata.setName(uid);
        metadata.setUid(uid);
        metadata.setResourceVersion(nextRevision());
        metadata.setCreationTimestamp(now.toString());
        LeadershipTransfer transfer = new LeadershipTransfer();
        transfer.setMetadata(metadata);
        transfer.setSpec(new LeadershipTransferSpec(ELECTION, target, timeoutSeconds));
        transfers.put(transfer);
    }

    void removeTransfer(String name) {
        revision++;
        transfers.remove(name);
    }

    Answer<LeadershipTransfer> patchTransfer(String name, String uid, String version, LeadershipTransferStatus status) {
        Optional<LeadershipTransfer> found = transfers.get(name);
        if (found.isEmpty()) {
            return gone();
        }
        ObjectMeta was = found.get().getMetadata();
        if (!uid.equals(was.getUid()) || !version.equals(was.getResourceVersion())) {
            return conflict("the transfer has been modified");
        }
        LeadershipTransfer next = new LeadershipTransfer();
        next.setMetadata(copy(was));
        next.getMetadata().setResourceVersion(nextRevision());
        next.setSpec(found.get().getSpec());
        next.setStatus(status);
        transfers.put(next);
        checker.operatorAnswered(found.get(), next);
        return new Done<>(next);
    }
}
