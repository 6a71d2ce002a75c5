package dev.leaderelection.kubernetes;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.Candidate.Life;
import dev.leaderelection.election.Candidate.Mark;
import dev.leaderelection.election.Candidate.Role;
import dev.leaderelection.election.Candidate.Standing;
import dev.leaderelection.election.PodIdentity;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Turns a pod into what an election needs to know of it. Nothing that a pod says, however strange, is an error. */
public final class PodReader {

    private static final String POD_INDEX_LABEL = "apps.kubernetes.io/pod-index";
    private static final String STATEFUL_SET_REVISION_LABEL = "controller-revision-hash";
    private static final String DEPLOYMENT_REVISION_LABEL = "pod-template-hash";

    private PodReader() {}

    /** Reads a pod for an election. */
    public static Candidate read(Pod pod, Election election) {
        Map<String, String> labels = orEmpty(pod.getMetadata().getLabels());
        Map<String, String> annotations = orEmpty(pod.getMetadata().getAnnotations());
        Optional<PodCondition> ready = readyCondition(pod);
        Optional<Integer> priority = priority(annotations);
        return new Candidate(
                new PodIdentity(pod.getMetadata().getName(), pod.getMetadata().getUid()),
                Objects.requireNonNullElse(pod.getMetadata().getResourceVersion(), ""),
                election.selector().matches(labels),
                life(pod),
                ready.filter(c -> "True".equals(c.getStatus())).isPresent(),
                ready.map(c -> instant(c.getLastTransitionTime())).orElse(Instant.EPOCH),
                hasStopped(pod),
                Candidate.Contact.FINE,
                standing(annotations, priority),
                priority.orElse(0),
                ordinal(pod, labels),
                labels.getOrDefault(STATEFUL_SET_REVISION_LABEL, labels.getOrDefault(DEPLOYMENT_REVISION_LABEL, "")),
                instant(pod.getMetadata().getCreationTimestamp()),
                role(labels.get(election.label().key()), election.label()),
                term(annotations.getOrDefault(election.label().termKey(), "")),
                mark(annotations.getOrDefault(election.label().fenceKey(), ""), election.uid()),
                place(pod));
    }

    private static Life life(Pod pod) {
        String phase = pod.getStatus() == null
                ? ""
                : Objects.requireNonNullElse(pod.getStatus().getPhase(), "");
        if (phase.equals("Succeeded") || phase.equals("Failed")) {
            return Life.ENDED;
        }
        if (pod.getMetadata().getDeletionTimestamp() != null) {
            return Life.TERMINATING;
        }
        return phase.equals("Running") ? Life.RUNNING : Life.PENDING;
    }

    /**
     * Whether the containers of a pod have ended and will not be started again: its phase says so, or it is being deleted and its
     * kubelet has seen all of them end.
     */
    public static boolean hasStopped(Pod pod) {
        if (life(pod) == Life.ENDED) {
            return true;
        }
        return pod.getMetadata().getDeletionTimestamp() != null
                && pod.getStatus() != null
                && !pod.getStatus().getContainerStatuses().isEmpty()
                && Stream.of(
                                pod.getStatus().getContainerStatuses(),
                                pod.getStatus().getInitContainerStatuses(),
                                pod.getStatus().getEphemeralContainerStatuses())
                        .flatMap(List::stream)
                        .allMatch(container -> container.getState() != null
                                && container.getState().getTerminated() != null);
    }

    static Optional<PodCondition> readyCondition(Pod pod) {
        if (pod.getStatus() == null || pod.getStatus().getConditions() == null) {
            return Optional.empty();
        }
        return pod.getStatus().getConditions().stream()
                .filter(condition -> "Ready".equals(condition.getType()))
                .findFirst();
    }

    /** The priority that the annotation gives, 0 without one, nothing if it is malformed. */
    private static Optional<Integer> priority(Map<String, String> annotations) {
        String text = annotations.getOrDefault(LeaderElection.PRIORITY_ANNOTATION, "0");
        try {
            return Optional.of(Integer.parseInt(text.strip()));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static Standing standing(Map<String, String> annotations, Optional<Integer> priority) {
        String stands = annotations
                .getOrDefault(LeaderElection.CANDIDATE_ANNOTATION, "true")
                .strip();
        if (stands.equals("false")) {
            return Standing.EXCLUDED;
        }
        return stands.equals("true") && priority.isPresent() ? Standing.STANDS : Standing.MALFORMED;
    }

    private static int ordinal(Pod pod, Map<String, String> labels) {
        String index = labels.get(POD_INDEX_LABEL);
        if (index == null && isOfStatefulSet(pod)) {
            String name = pod.getMetadata().getName();
            index = name.substring(name.lastIndexOf('-') + 1);
        }
        return index != null && index.matches("[0-9]{1,9}") ? Integer.parseInt(index) : Candidate.NO_ORDINAL;
    }

    private static boolean isOfStatefulSet(Pod pod) {
        for (OwnerReference owner : pod.getMetadata().getOwnerReferences()) {
            if (Boolean.TRUE.equals(owner.getController()) && "StatefulSet".equals(owner.getKind())) {
                return true;
            }
        }
        return false;
    }

    private static Role role(@Nullable String value, RoutingLabel label) {
        if (value == null) {
            return Role.NONE;
        }
        if (value.equals(label.leaderValue())) {
            return Role.LEADER;
        }
        boolean follows = !value.isEmpty() && value.equals(label.followerValue());
        return follows ? Role.FOLLOWER : Role.OTHER;
    }

    private static long term(String text) {
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
    }

    /** A mark is {@code term/election UID/nonce}. */
    private static Mark mark(String text, String electionUid) {
        if (text.isEmpty()) {
            return Mark.NONE;
        }
        String[] parts = text.split("/", -1);
        return parts.length == 3 && parts[1].equals(electionUid)
                ? new Mark(Mark.Origin.THIS_ELECTION, term(parts[0]))
                : new Mark(Mark.Origin.ANOTHER_ELECTION, 0);
    }

    private static Candidate.Place place(Pod pod) {
        String node = pod.getSpec() == null
                ? ""
                : Objects.requireNonNullElse(pod.getSpec().getNodeName(), "");
        String ip = pod.getStatus() == null
                ? ""
                : Objects.requireNonNullElse(pod.getStatus().getPodIP(), "");
        boolean onNodesNetwork =
                pod.getSpec() != null && Boolean.TRUE.equals(pod.getSpec().getHostNetwork());
        return new Candidate.Place(node, ip, onNodesNetwork);
    }

    static Instant instant(@Nullable String time) {
        if (time == null) {
            return Instant.EPOCH;
        }
        try {
            return OffsetDateTime.parse(time).toInstant();
        } catch (DateTimeParseException e) {
            return Instant.EPOCH;
        }
    }

    private static Map<String, String> orEmpty(@Nullable Map<String, String> map) {
        return map == null ? Map.of() : map;
    }
}
