package dev.leaderelection.kubernetes;

import dev.leaderelection.kubernetes.ApiServer.Request;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.util.Optional;

/** Reads and writes the operator's own Lease. Every write but the first carries UID and resourceVersion. */
public final class ReplicaLeaseStore {

    private final ApiServer server;
    private final InstantSource clock;
    private final String folder;
    private final String name;
    private final Duration patience;

    /**
     * @param server where the Lease is
     * @param clock for the times in it
     * @param patience how long to wait for an answer
     */
    public ReplicaLeaseStore(ApiServer server, InstantSource clock, String namespace, String name, Duration patience) {
        this.server = server;
        this.clock = clock;
        this.folder = "/apis/coordination.k8s.io/v1/namespaces/" + namespace + "/leases";
        this.name = name;
        this.patience = patience;
    }

    /** Reads it live. */
    public Answer<ReplicaLease> read() {
        return server.send(Request.get(folder + "/" + name, patience), Lease.class)
                .map(ReplicaLease::of);
    }

    /** Makes it, held by a replica. */
    public Answer<ReplicaLease> create(String holder, Duration duration) {
        Lease lease = lease(Optional.empty(), Optional.of(holder), duration, 0, now());
        return server.send(Request.post(folder + ApiServer.MANAGER_QUERY, lease, patience), Lease.class)
                .map(ReplicaLease::of);
    }

    /** Takes it from whom a copy names, or from nobody. */
    public Answer<ReplicaLease> take(ReplicaLease copy, String holder, Duration duration) {
        int transitions = ApiServerLeaseStore.oneMore(copy.transitions());
        return put(lease(Optional.of(copy), Optional.of(holder), duration, transitions, now()));
    }

    /** Renews it for whom a copy names. */
    public Answer<ReplicaLease> renew(ReplicaLease copy, Duration duration) {
        ZonedDateTime acquired =
                copy.acquired().map(ApiServerLeaseStore::microseconds).orElseGet(this::now);
        return put(lease(Optional.of(copy), copy.holder(), duration, copy.transitions(), acquired));
    }

    /** Gives it up: whoever waits for it takes it at once. */
    public Answer<ReplicaLease> release(ReplicaLease copy) {
        return put(lease(Optional.of(copy), Optional.empty(), Duration.ofSeconds(1), copy.transitions(), now()));
    }

    /** Deletes it: no replica will come. */
    public Answer<Boolean> delete(ReplicaLease copy) {
        Revision seen = new Revision(copy.uid(), copy.version());
        return server.send(Request.delete(folder + "/" + name, seen, patience), GenericKubernetesResource.class)
                .map(deleted -> true);
    }

    private Answer<ReplicaLease> put(Lease lease) {
        String path = folder + "/" + name + ApiServer.MANAGER_QUERY;
        return server.send(Request.put(path, lease, patience), Lease.class).map(ReplicaLease::of);
    }

    private Lease lease(
            Optional<ReplicaLease> copy,
            Optional<String> holder,
            Duration duration,
            int transitions,
            ZonedDateTime acquired) {
        return new LeaseBuilder()
                .withNewMetadata()
                .withName(name)
                .withUid(copy.map(ReplicaLease::uid).orElse(null))
                .withResourceVersion(copy.map(ReplicaLease::version).orElse(null))
                .addToLabels("app.kubernetes.io/name", LeaseReader.FIELD_MANAGER)
                .endMetadata()
                .withNewSpec()
                .withHolderIdentity(holder.orElse(null))
                .withAcquireTime(acquired)
                .withRenewTime(now())
                .withLeaseDurationSeconds((int) duration.toSeconds())
                .withLeaseTransitions(transitions)
                .endSpec()
                .build();
    }

    private ZonedDateTime now() {
        return ApiServerLeaseStore.microseconds(clock.instant());
    }
}
