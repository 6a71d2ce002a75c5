package dev.leaderelection.reconciler;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionStatus;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.Optional;

/**
 * An election that an operator which is being uninstalled has not let go yet.
 *
 * @param namespace its namespace
 * @param name its name
 * @param explanation what is in the way, for a person
 */
public record Remainder(String namespace, String name, String explanation) {

    static Remainder of(LeaderElection election) {
        return new Remainder(
                election.getMetadata().getNamespace(),
                election.getMetadata().getName(),
                Optional.ofNullable(election.getStatus())
                        .flatMap(Remainder::denial)
                        .orElse("its label, its Lease or its finalizer is still there"));
    }

    private static Optional<String> denial(LeaderElectionStatus status) {
        return status.conditions().stream()
                .filter(condition -> Finding.WRITE_DENIED.equals(condition.getReason()))
                .map(Condition::getMessage)
                .findFirst();
    }
}
