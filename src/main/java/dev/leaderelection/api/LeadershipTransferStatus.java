package dev.leaderelection.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a transfer.
 *
 * @param electionUID which incarnation of the election accepted it
 * @param from who led when it was accepted
 * @param fromTerm the term that it ends: of a later one it knows nothing
 * @param to who shall lead
 * @param term the term that began with it
 * @param conditions Accepted, Completed and Failed
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LeadershipTransferStatus(
        @JsonPropertyDescription("The UID of the election that accepted it.") @Nullable
        String electionUID,

        @JsonPropertyDescription("Who led when it was accepted.") @Nullable
        String from,

        @JsonPropertyDescription("The term in which it was accepted, and which it ends.") @Nullable
        Long fromTerm,

        @JsonPropertyDescription("Who shall lead.") @Nullable
        String to,

        @JsonPropertyDescription("The term that began with it.") @Nullable
        Long term,

        @JsonPropertyDescription("Accepted, Completed, Failed.")
        List<Condition> conditions) {

    /** Condition: the operator has promised to carry it out. */
    public static final String ACCEPTED = "Accepted";

    /** Condition: the pod leads. It is done, and nothing more becomes of it. */
    public static final String COMPLETED = "Completed";

    /** Condition: it was refused or given up. Nothing more becomes of it. */
    public static final String FAILED = "Failed";

    /** The status of a transfer that nobody has looked at. */
    public static final LeadershipTransferStatus EMPTY =
            new LeadershipTransferStatus(null, null, null, null, null, List.of());

    /** Copies. */
    public LeadershipTransferStatus {
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
    }

    /** Whether a condition is true. */
    public boolean is(String type) {
        return conditions.stream()
                .anyMatch(condition -> type.equals(condition.getType()) && "True".equals(condition.getStatus()));
    }
}
