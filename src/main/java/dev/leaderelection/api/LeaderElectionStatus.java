package dev.leaderelection.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a person or a script needs to know of an election. Written when it changes, never as a heartbeat.
 *
 * @param observedGeneration the generation of the spec that this status speaks of
 * @param leader the pod that leads, or null
 * @param term the newest term; never goes back
 * @param termReserved no term above this was ever claimed
 * @param candidates how many pods stand
 * @param members the pods that stand: the leader first, then by rank, at most 100
 * @param history the newest transitions first
 * @param conditions the standard conditions, keyed by type
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LeaderElectionStatus(
        @JsonPropertyDescription("The generation of the spec that this status speaks of.") @Nullable
        Long observedGeneration,

        @JsonPropertyDescription("The pod that leads.") @Nullable
        Leader leader,

        @JsonPropertyDescription("The newest term. It never goes back.") @Min(0) @Max(HIGHEST_TERM) @Nullable
        Long term,

        @JsonPropertyDescription("No term above this was ever claimed. Kept by the operator; do not edit.")
        @Min(0)
        @Max(HIGHEST_TERM)
        @Nullable
        Long termReserved,

        @JsonPropertyDescription("How many pods stand for election.") @Nullable
        Candidates candidates,

        @JsonPropertyDescription("The pods that stand for election: the leader first, then by rank, at most 100.")
        @Size(max = 100)
        List<Member> members,

        @JsonPropertyDescription("The newest transitions first.") @Size(max = 100)
        List<Transition> history,

        @JsonPropertyDescription("Ready, LeaderElected, LeaseHeld, RoutingConsistent, Conflicted and Paused.")
        List<Condition> conditions) {

    /** 2^59. No election comes near it, and terms after one that somebody has written there must still grow. */
    private static final double HIGHEST_TERM = 1L << 59;

    private static final double MOST_PODS = Integer.MAX_VALUE;

    /** A status that says nothing yet. */
    public static final LeaderElectionStatus EMPTY =
            new LeaderElectionStatus(null, null, null, null, null, List.of(), List.of(), List.of());

    /** Takes what is absent as empty, and copies. */
    public LeaderElectionStatus {
        members = members == null ? List.of() : List.copyOf(members);
        history = history == null ? List.of() : List.copyOf(history);
        // Somebody may have written one by hand: what is not whole tells nothing, and is written anew.
        conditions = conditions == null
                ? List.of()
                : conditions.stream().filter(LeaderElectionStatus::isWhole).toList();
    }

    private static boolean isWhole(Condition condition) {
        return condition.getType() != null
                && condition.getStatus() != null
                && condition.getReason() != null
                && condition.getLastTransitionTime() != null;
    }

    /**
     * The pod that leads.
     *
     * @param podName its name
     * @param podUID its UID
     * @param nodeName its node, or null
     * @param podIP its address, or null
     * @param term the term it leads in
     * @param since when it took the lead, RFC 3339
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Leader(
            @JsonPropertyDescription("The pod's name.") @Required
            String podName,

            @JsonPropertyDescription("The pod's UID: another pod of the same name is another leader.") @Required
            String podUID,

            @JsonPropertyDescription("The node that it runs on.") @Nullable
            String nodeName,

            @JsonPropertyDescription("Its address.") @Nullable
            String podIP,

            @JsonPropertyDescription(
                    "The term that it leads in: a fencing token, greater than that of every leader before.")
            @Required
            Long term,

            @JsonPropertyDescription("When it took the lead.") @Required
            String since) {

        /** Takes what is absent as empty. */
        public Leader {
            podName = podName == null ? "" : podName;
            podUID = podUID == null ? "" : podUID;
            term = term == null ? 0L : term;
            since = since == null ? "" : since;
        }
    }

    /**
     * How many pods stand for election. The numbers are wider than their bounds: what was stored before there were any is read, too.
     *
     * @param total the pods that the selector matches
     * @param eligible those that may lead now
     * @param summary eligible/total, for the printed table
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Candidates(
            @JsonPropertyDescription("The pods that the selector matches.") @Required @Min(0) @Max(MOST_PODS)
            Long total,

            @JsonPropertyDescription("Those of them that may lead now.") @Required @Min(0) @Max(MOST_PODS)
            Long eligible,

            @JsonPropertyDescription("eligible/total, for the printed table.") @Required
            String summary) {}

    /** Where a candidate stands. */
    public enum MemberState {
        /** It leads. */
        @JsonProperty("Leader")
        LEADER,
        /** It may lead. */
        @JsonProperty("Eligible")
        ELIGIBLE,
        /** It is not running or not ready. */
        @JsonProperty("NotReady")
        NOT_READY,
        /** It is going, or has ended. */
        @JsonProperty("Terminating")
        TERMINATING,
        /** An annotation takes it out, or is malformed. */
        @JsonProperty("Excluded")
        EXCLUDED,
        /** Its node is silent. */
        @JsonProperty("NodeLost")
        NODE_LOST,
        /** Its probe has failed. */
        @JsonProperty("ProbeFailed")
        PROBE_FAILED,
        /** It ranks above the leader and waits for the stabilization time. */
        @JsonProperty("Stabilizing")
        STABILIZING
    }

    /**
     * One candidate.
     *
     * @param podName its name
     * @param state where it stands
     * @param reason why, for a person
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Member(
            @JsonPropertyDescription("The pod's name.") @Required
            String podName,

            @JsonPropertyDescription("Where it stands.") @Required
            MemberState state,

            @JsonPropertyDescription("Why, for a person.") @Required
            String reason) {}

    /**
     * One change of leadership.
     *
     * @param from the pod that led before, or null
     * @param to the pod that leads since
     * @param term the term that began
     * @param reason why
     * @param time when, RFC 3339
     * @param durationMilliseconds from the operator's learning of the cause to the label's being set
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Transition(
            @JsonPropertyDescription("The pod that led before; absent if there was none.") @Nullable
            String from,

            @JsonPropertyDescription("The pod that leads since.") @Required
            String to,

            @JsonPropertyDescription("The term that began.") @Required
            Long term,

            @JsonPropertyDescription("Why leadership moved.") @Required
            String reason,

            @JsonPropertyDescription("When the label was set.") @Required
            String time,

            @JsonPropertyDescription("From the operator's learning of the cause to the label's being set.") @Required
            Long durationMilliseconds) {

        /** Takes what is absent as empty. */
        public Transition {
            to = to == null ? "" : to;
            term = term == null ? 0L : term;
            reason = reason == null ? "" : reason;
            time = time == null ? "" : time;
            durationMilliseconds = durationMilliseconds == null ? 0L : durationMilliseconds;
        }
    }
}
