package dev.leaderelection.cli;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.api.LeadershipTransferSpec;
import dev.leaderelection.kubernetes.TransferReader;
import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.KubernetesClientTimeoutException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A transfer that this user has asked for: waits for what becomes of it, and takes it back. */
final class TransferRequest {

    /** What the operator is given beyond the transfer's own time to say what became of it. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final Session session;
    private final KubernetesClient client;
    private final LeadershipTransfer asked;

    private TransferRequest(Session session, LeadershipTransfer asked) {
        this.session = session;
        this.client = session.client();
        this.asked = asked;
    }

    /** Asks for a transfer. It goes with the election, if that may be read. */
    static TransferRequest send(Session session, String election, String target, int timeoutSeconds) {
        LeadershipTransfer transfer = new LeadershipTransfer();
        transfer.setMetadata(new ObjectMetaBuilder()
                .withNamespace(session.namespace())
                .withGenerateName(election + "-")
                .withOwnerReferences(owner(session, election))
                .build());
        transfer.setSpec(new LeadershipTransferSpec(election, target, timeoutSeconds));
        return new TransferRequest(session, session.client().resource(transfer).create());
    }

    private static List<OwnerReference> owner(Session session, String election) {
        try {
            LeaderElection resource = session.election(election);
            return List.of(new OwnerReferenceBuilder()
                    .withApiVersion(resource.getApiVersion())
                    .withKind(resource.getKind())
                    .withName(election)
                    .withUid(resource.getMetadata().getUid())
                    .build());
        } catch (KubernetesClientException e) {
            if (Failure.isForbidden(e)) {
                return List.of();
            }
            throw e;
        }
    }

    /** As it stood when it was made. */
    LeadershipTransfer asked() {
        return asked;
    }

    /** Its name. */
    String name() {
        return asked.getMetadata().getName();
    }

    /** What became of it; it is withdrawn if nothing does in time. Nothing if that may not be seen. */
    Optional<LeadershipTransfer> outcome() {
        Duration patience = GRACE.plusSeconds(asked.getSpec().timeoutSeconds());
        try {
            LeadershipTransfer outcome = client.resource(asked)
                    .waitUntilCondition(TransferRequest::isFinished, patience.toSeconds(), TimeUnit.SECONDS);
            if (outcome == null) {
                throw new Failure("LeadershipTransfer " + name()
                        + " is gone before anything became of it: it was withdrawn, or its election was deleted");
            }
            return Optional.of(outcome);
        } catch (KubernetesClientTimeoutException e) {
            throw new Failure("nothing became of LeadershipTransfer " + name() + " within " + patience.toSeconds()
                    + "s: is the operator running? " + withdraw());
        } catch (KubernetesClientException e) {
            if (Failure.isForbidden(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static boolean isFinished(@Nullable LeadershipTransfer transfer) {
        return transfer == null || TransferReader.isFinished(transfer);
    }

    /** Takes it back if nothing has become of it yet, and tells whether that was done. */
    String withdraw() {
        try {
            // A revision of it that has not come true: what has is a record.
            LeadershipTransfer now = client.resource(asked).get();
            while (!isFinished(now)) {
                if (delete(now)) {
                    return "It is withdrawn";
                }
                now = client.resource(asked).get();
            }
            return now == null
                    ? "It is gone by now"
                    : "It has ended by now: kubectl get leadershiptransfer " + name() + " -n " + session.namespace()
                            + " tells how";
        } catch (KubernetesClientException e) {
            return "It is still pending: kubectl delete leadershiptransfer " + name() + " -n " + session.namespace()
                    + " withdraws it ("
                    + (Failure.isForbidden(e)
                            ? "you may not"
                            : Failure.of(e, session.url()).getMessage()) + ")";
        }
    }

    /** Whether it was deleted as it was seen. */
    private boolean delete(LeadershipTransfer seen) {
        String path = "/apis/" + asked.getApiVersion() + "/namespaces/" + session.namespace() + "/leadershiptransfers/"
                + name();
        DeleteOptions asSeen = new DeleteOptionsBuilder()
                .withNewPreconditions()
                .withUid(seen.getMetadata().getUid())
                .withResourceVersion(seen.getMetadata().getResourceVersion())
                .endPreconditions()
                .build();
        try {
            client.raw(path, "DELETE", asSeen);
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT || e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }
}
