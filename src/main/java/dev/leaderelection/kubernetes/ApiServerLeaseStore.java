package dev.leaderelection.kubernetes;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.election.LeaseRecord;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.kubernetes.Answer.Cause;
import dev.leaderelection.kubernetes.Answer.Done;
import dev.leaderelection.kubernetes.Answer.Refused;
import dev.leaderelection.kubernetes.ApiServer.Request;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;

/** Reads and writes the Leases of elections, each of them whole. */
final class ApiServerLeaseStore {

    private final ApiServer server;
    private final InstantSource clock;

    /**
     * @param server where the Leases are
     * @param clock for the times in them
     */
    ApiServerLeaseStore(ApiServer server, InstantSource clock) {
        this.server = server;
        this.clock = clock;
    }

    Answer<LeaseState> read(Election election) {
        Answer<Lease> answer = server.send(Request.get(path(election), Patience.of(election)), Lease.class);
        if (answer instanceof Refused<Lease> refused && refused.cause() == Cause.GONE) {
            return new Done<>(new LeaseState.Missing());
        }
        return answer.map(lease -> LeaseReader.read(lease, election));
    }

    Answer<LeaseState> create(Election election) {
        Lease lease = newLease(election)
                .editMetadata()
                .addToAnnotations(LeaseReader.RECORD_ANNOTATION, RecordCodec.encode(LeaseRecord.UNCLAIMED))
                .endMetadata()
                .withNewSpec()
                .withLeaseDurationSeconds((int) election.leaseDuration().toSeconds())
                .endSpec()
                .build();
        String path = folder(election) + ApiServer.MANAGER_QUERY;
        return server.send(Request.post(path, lease, Patience.of(election)), Lease.class)
                .map(created -> LeaseReader.read(created, election));
    }

    Answer<LeaseState> write(Election election, LeaseState.Copy copy, LeaseRecord record, boolean newHolder) {
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
        String path = path(election) + ApiServer.MANAGER_QUERY;
        return server.send(Request.put(path, lease, Patience.of(election)), Lease.class)
                .map(written -> LeaseReader.read(written, election));
    }

    Answer<Boolean> delete(Election election, LeaseState.Copy copy) {
        Revision seen = new Revision(copy.uid(), copy.version());
        return server.send(Request.delete(path(election), seen, Patience.of(election)), GenericKubernetesResource.class)
                .map(deleted -> true);
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

    private static String path(Election election) {
        return folder(election) + "/" + election.leaseName();
    }

    private static String folder(Election election) {
        return "/apis/coordination.k8s.io/v1/namespaces/" + election.namespace() + "/leases";
    }
}
