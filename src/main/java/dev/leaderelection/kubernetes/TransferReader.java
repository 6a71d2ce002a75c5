package dev.leaderelection.kubernetes;

import static dev.leaderelection.api.LeadershipTransferStatus.ACCEPTED;
import static dev.leaderelection.api.LeadershipTransferStatus.COMPLETED;
import static dev.leaderelection.api.LeadershipTransferStatus.FAILED;

import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.api.LeadershipTransferStatus;
import dev.leaderelection.election.Transfer;
import dev.leaderelection.election.Transfer.Acceptance;
import dev.leaderelection.election.Transfer.Outcome;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Turns a user's transfer into what a decision needs to know of it, and what became of it into its status. */
public final class TransferReader {

    private TransferReader() {}

    /** Reads a transfer for the election that it names. */
    public static Transfer read(LeadershipTransfer resource, String electionUid) {
        LeadershipTransferStatus status = statusOf(resource);
        String acceptedBy = status.electionUID();
        return new Transfer(
                resource.getMetadata().getName(),
                resource.getMetadata().getUid(),
                Objects.requireNonNullElse(resource.getMetadata().getResourceVersion(), ""),
                PodReader.instant(resource.getMetadata().getCreationTimestamp()),
                resource.getSpec().target(),
                Duration.ofSeconds(resource.getSpec().timeoutSeconds()),
                false,
                acceptance(status),
                acceptedBy != null && !acceptedBy.equals(electionUid),
                isFinished(resource));
    }

    /** Whether nothing more becomes of it. */
    public static boolean isFinished(LeadershipTransfer resource) {
        LeadershipTransferStatus status = statusOf(resource);
        return status.is(COMPLETED) || status.is(FAILED);
    }

    private static LeadershipTransferStatus statusOf(LeadershipTransfer resource) {
        return resource.getStatus() == null ? LeadershipTransferStatus.EMPTY : resource.getStatus();
    }

    private static Optional<Acceptance> acceptance(LeadershipTransferStatus status) {
        String from = status.from();
        Long term = status.fromTerm();
        String to = status.to();
        if (from == null || term == null || to == null) {
            return Optional.empty();
        }
        Instant at = status.conditions().stream()
                .filter(condition -> ACCEPTED.equals(condition.getType()))
                .map(condition -> PodReader.instant(condition.getLastTransitionTime()))
                .findFirst()
                .orElse(Instant.EPOCH);
        return Optional.of(new Acceptance(from, term, to, at));
    }

    /**
     * What its status says once something has become of it.
     *
     * @param transfer as it was
     * @param outcome what became of it
     * @param electionUid the election that says so; empty if there is none
     */
    public static LeadershipTransferStatus answered(
            Transfer transfer, Outcome outcome, String electionUid, Instant now) {
        if (outcome instanceof Outcome.Accepted accepted) {
            Acceptance promise = new Acceptance(accepted.from(), accepted.term(), accepted.to(), now);
            String message = "leadership goes from " + promise.from() + " to " + promise.to();
            return status(
                    Optional.of(promise),
                    electionUid,
                    null,
                    List.of(
                            condition(ACCEPTED, true, "Accepted", message, now),
                            condition(COMPLETED, false, "InProgress", message, now),
                            condition(FAILED, false, "InProgress", message, now)));
        }
        Condition known = transfer.accepted()
                .map(promise -> condition(
                        ACCEPTED,
                        true,
                        "Accepted",
                        "leadership goes from " + promise.from() + " to " + promise.to(),
                        promise.at()))
                .orElseGet(() -> condition(ACCEPTED, false, "Refused", "it was refused", now));
        if (outcome instanceof Outcome.Completed completed) {
            String message =
                    transfer.accepted().map(Acceptance::to).orElse("the target") + " leads in term " + completed.term();
            return status(
                    transfer.accepted(),
                    electionUid,
                    completed.term(),
                    List.of(
                            known,
                            condition(COMPLETED, true, "Transferred", message, now),
                            condition(FAILED, false, "Transferred", message, now)));
        }
        Outcome.Failed failed = (Outcome.Failed) outcome;
        String reason = failed.refusal().text();
        return status(
                transfer.accepted(),
                electionUid,
                null,
                List.of(
                        known,
                        condition(COMPLETED, false, reason, failed.explanation(), now),
                        condition(FAILED, true, reason, failed.explanation(), now)));
    }

    private static LeadershipTransferStatus status(
            Optional<Acceptance> promise, String electionUid, @Nullable Long term, List<Condition> conditions) {
        return new LeadershipTransferStatus(
                promise.isPresent() ? electionUid : null,
                promise.map(Acceptance::from).orElse(null),
                promise.map(Acceptance::term).orElse(null),
                promise.map(Acceptance::to).orElse(null),
                term,
                conditions);
    }

    private static Condition condition(String type, boolean holds, String reason, String message, Instant since) {
        return new ConditionBuilder()
                .withType(type)
                .withStatus(holds ? "True" : "False")
                .withReason(reason)
                .withMessage(message)
                .withLastTransitionTime(since.truncatedTo(ChronoUnit.SECONDS).toString())
                .build();
    }
}
