package dev.leaderelection.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A label selector with bounds, which is what lets the API server judge it with CEL: over the unbounded standard type the
 * estimated cost of the same rules is refused. What is absent defaults to empty, so that the rules need not ask for it and
 * leaving a field out equals writing it empty.
 *
 * @param matchLabels labels that a pod must carry, all of them
 * @param matchExpressions requirements that a pod must meet, all of them
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
        value = "size(self.matchLabels) + size(self.matchExpressions) > 0",
        message = "selector is empty and would match every pod: give it matchLabels or matchExpressions")
@ValidationRule(
        value =
                "self.matchLabels.all(k, k.indexOf('/') <= 253 && k.matches('^([a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?"
                        + "[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$'))",
        message = "selector.matchLabels has a key that is not a label key: use [prefix/]name, with a name of at most 63"
                + " characters out of letters, digits, '-', '_' and '.'")
@ValidationRule(
        value = "self.matchLabels.all(k, self.matchLabels[k] == ''"
                + " || self.matchLabels[k].matches('^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$'))",
        message =
                "selector.matchLabels has a value that is not a label value: use at most 63 letters, digits, '-', '_' and"
                        + " '.', with a letter or digit at both ends")
public record PodSelector(
        @JsonPropertyDescription("Labels that a pod must carry, all of them.") @Default("{}") @Size(max = 16)
        Map<String, @Size(max = 63) String> matchLabels,

        @JsonPropertyDescription("Requirements that a pod must meet, all of them.") @Default("[]") @Size(max = 16)
        List<Requirement> matchExpressions) {

    /** Takes what is absent as empty, and copies. */
    public PodSelector {
        matchLabels = matchLabels == null ? Map.of() : Map.copyOf(matchLabels);
        matchExpressions = matchExpressions == null ? List.of() : List.copyOf(matchExpressions);
    }

    /** How a requirement compares. */
    public enum Operator {
        /** The label's value is one of the values. */
        @JsonProperty("In")
        IN,
        /** The label is absent, or its value is none of the values. */
        @JsonProperty("NotIn")
        NOT_IN,
        /** The label is present. */
        @JsonProperty("Exists")
        EXISTS,
        /** The label is absent. */
        @JsonProperty("DoesNotExist")
        DOES_NOT_EXIST
    }

    /**
     * One requirement on one label.
     *
     * @param key the label's key
     * @param operator how it compares
     * @param values what it is compared with; only for In and NotIn
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @ValidationRule(
            value =
                    "self.key.indexOf('/') <= 253 && self.key.matches('^([a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?"
                            + "[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$')",
            message =
                    "selector.matchExpressions has a key that is not a label key: use [prefix/]name, with a name of at"
                            + " most 63 characters out of letters, digits, '-', '_' and '.'")
    @ValidationRule(
            value = "self.operator in ['In', 'NotIn'] ? size(self.values) > 0 : size(self.values) == 0",
            message = "selector.matchExpressions: In and NotIn need values, Exists and DoesNotExist take none")
    @ValidationRule(
            value = "self.values.all(v, v == '' || v.matches('^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$'))",
            message = "selector.matchExpressions has a value that is not a label value: use at most 63 letters, digits,"
                    + " '-', '_' and '.', with a letter or digit at both ends")
    public record Requirement(
            @JsonPropertyDescription("The label's key.") @Required @Size(max = 317)
            String key,

            @JsonPropertyDescription("How the label compares.") @Required
            Operator operator,

            @JsonPropertyDescription("What it is compared with; only for In and NotIn.") @Default("[]") @Size(max = 16)
            List<@Size(max = 63) String> values) {

        /** Takes absent values as none, and copies. */
        public Requirement {
            values = values == null ? List.of() : List.copyOf(values);
        }

        boolean matches(Map<String, String> labels) {
            String value = labels.get(key);
            return switch (operator) {
                case IN -> value != null && values.contains(value);
                case NOT_IN -> value == null || !values.contains(value);
                case EXISTS -> value != null;
                case DOES_NOT_EXIST -> value == null;
            };
        }
    }

    /** Whether a pod with these labels is selected; an empty selector selects nothing. */
    public boolean matches(Map<String, String> labels) {
        if (matchLabels.isEmpty() && matchExpressions.isEmpty()) {
            return false;
        }
        for (Map.Entry<String, String> label : matchLabels.entrySet()) {
            if (!label.getValue().equals(labels.get(label.getKey()))) {
                return false;
            }
        }
        for (Requirement requirement : matchExpressions) {
            if (!requirement.matches(labels)) {
                return false;
            }
        }
        return true;
    }

    /** Whether a pod that is selected may have this label. */
    public boolean allows(String key, String value) {
        return Objects.requireNonNullElse(matchLabels.get(key), value).equals(value)
                && matchExpressions.stream()
                        .filter(requirement -> requirement.key().equals(key))
                        .allMatch(requirement -> requirement.matches(Map.of(key, value)));
    }

    /** Whether it speaks of a label. */
    public boolean names(String key) {
        return matchLabels.containsKey(key)
                || matchExpressions.stream()
                        .anyMatch(requirement -> requirement.key().equals(key));
    }
}
