package dev.leaderelection.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/**
 * What a user asks of a transfer. The API server fills in every default and refuses any change.
 *
 * @param election the election, by name, in the same namespace
 * @param target the pod that shall lead, by name; empty for the next by the election's strategy
 * @param timeoutSeconds after how long it is given up, counted by the operator's clock since it first saw the transfer; one that it
 *     sees later than that, and five minutes more, after its creation is refused
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(value = "self == oldSelf", message = "a transfer is asked for once: create another LeadershipTransfer")
public record LeadershipTransferSpec(
        @JsonPropertyDescription("The election, by name, in the same namespace.") @Required @Size(min = 1, max = 253)
        String election,

        @JsonPropertyDescription("The pod that shall lead, by name. Empty for the next one by the election's strategy.")
        @Default("\"\"")
        @Size(max = 253)
        String target,

        @JsonPropertyDescription(
                "After how many seconds it is given up, counted since the operator first saw the transfer. One that was"
                        + " created longer ago than that and five minutes more is refused.")
        @Default("60")
        @Min(1)
        @Max(3600)
        Integer timeoutSeconds) {

    /** Fills in the defaults. */
    public LeadershipTransferSpec {
        target = target == null ? "" : target;
        timeoutSeconds = timeoutSeconds == null ? 60 : timeoutSeconds;
    }
}
