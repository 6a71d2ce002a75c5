package dev.leaderelection.kubernetes;

import dev.leaderelection.api.LeaderElection;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keeps of a pod what an election needs: some 2 KB of heap instead of 48. */
public final class PodTrimmer {

    /** What stands for the containers of a pod that have ended. */
    private static final List<ContainerStatus> ENDED = List.of(new ContainerStatusBuilder()
            .withNewState()
            .withNewTerminated()
            .endTerminated()
            .endState()
            .build());

    private PodTrimmer() {}

    /** A pod with nothing but what {@link PodReader} reads. */
    public static Pod trim(Pod pod) {
        ObjectMeta from = pod.getMetadata();
        ObjectMeta metadata = TrimmedMetadata.of(from);
        metadata.setDeletionTimestamp(from.getDeletionTimestamp());
        metadata.setLabels(from.getLabels());
        metadata.setAnnotations(ours(from.getAnnotations()));
        metadata.setOwnerReferences(from.getOwnerReferences());
        Pod trimmed = new Pod();
        trimmed.setMetadata(metadata);
        if (pod.getSpec() != null) {
            PodSpec spec = new PodSpec();
            spec.setNodeName(pod.getSpec().getNodeName());
            spec.setHostNetwork(pod.getSpec().getHostNetwork());
            trimmed.setSpec(spec);
        }
        if (pod.getStatus() != null) {
            PodStatus status = new PodStatus();
            status.setPhase(pod.getStatus().getPhase());
            status.setPodIP(pod.getStatus().getPodIP());
            status.setConditions(PodReader.readyCondition(pod).map(List::of).orElse(List.of()));
            if (PodReader.hasStopped(pod)) {
                status.setContainerStatuses(ENDED);
            }
            trimmed.setStatus(status);
        }
        return trimmed;
    }

    private static Map<String, String> ours(@Nullable Map<String, String> annotations) {
        Map<String, String> kept = new HashMap<>();
        if (annotations != null) {
            annotations.forEach((key, value) -> {
                if (key.startsWith(LeaderElection.GROUP + "/")
                        || key.endsWith(RoutingLabel.TERM_SUFFIX)
                        || key.endsWith(RoutingLabel.FENCE_SUFFIX)) {
                    kept.put(key, value);
                }
            });
        }
        return kept;
    }

    /** Whether two revisions differ in anything that an election could see. */
    public static boolean differ(Pod one, Pod other) {
        return !Objects.equals(one.getMetadata().getUid(), other.getMetadata().getUid())
                || !Objects.equals(
                        one.getMetadata().getLabels(), other.getMetadata().getLabels())
                || !Objects.equals(
                        ours(one.getMetadata().getAnnotations()),
                        ours(other.getMetadata().getAnnotations()))
                || (one.getMetadata().getDeletionTimestamp() == null)
                        != (other.getMetadata().getDeletionTimestamp() == null)
                || PodReader.hasStopped(one) != PodReader.hasStopped(other)
                || !Objects.equals(ready(one), ready(other))
                || !Objects.equals(place(one), place(other));
    }

    private static List<Optional<String>> ready(Pod pod) {
        return PodReader.readyCondition(pod)
                .map(condition -> List.of(
                        Optional.ofNullable(condition.getStatus()),
                        Optional.ofNullable(condition.getLastTransitionTime())))
                .orElse(List.of());
    }

    private static List<Optional<String>> place(Pod pod) {
        return List.of(
                Optional.ofNullable(pod.getSpec()).map(PodSpec::getNodeName),
                Optional.ofNullable(pod.getStatus()).map(PodStatus::getPodIP),
                Optional.ofNullable(pod.getStatus()).map(PodStatus::getPhase));
    }

    /** The elections, by UID, whose marks a pod bears. */
    public static List<String> markedBy(Pod pod) {
        List<String> elections = new ArrayList<>();
        Map<String, String> annotations = pod.getMetadata().getAnnotations();
        if (annotations != null) {
            annotations.forEach((key, value) -> {
                String[] parts = value.split("/", -1);
                if (key.endsWith(RoutingLabel.FENCE_SUFFIX) && parts.length == 3) {
                    elections.add(parts[1]);
                }
            });
        }
        return elections;
    }
}
