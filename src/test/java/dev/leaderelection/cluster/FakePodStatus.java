package dev.leaderelection.cluster;

import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * What a kubelet would report of a pod.
 *
 * @param phase Running, Failed, Succeeded or Pending
 * @param ready whether the pod and its containers pass their readiness probes; false unless Running
 */
record FakePodStatus(String phase, boolean ready) {

    FakePodStatus {
        ready = ready && phase.equals("Running");
    }

    FakePodStatus withPhase(String other) {
        return new FakePodStatus(other, ready);
    }

    FakePodStatus withReady(boolean other) {
        return new FakePodStatus(phase, other);
    }

    /** Whether the pod's status says so already. */
    boolean isReportedBy(Pod pod) {
        PodStatus status = pod.getStatus();
        return phase.equals(status.getPhase())
                && !status.getPodIPs().isEmpty()
                && condition(pod, "Ready").map(PodCondition::getStatus).equals(Optional.of(value(ready)))
                && condition(pod, "ContainersReady")
                        .map(PodCondition::getStatus)
                        .equals(Optional.of(value(ready)));
    }

    /** The status to report; a condition's transition time stays unless the condition changes. */
    PodStatus next(Pod pod, String podIp, Instant now) {
        return new PodStatusBuilder()
                .withPhase(phase)
                .withHostIP("127.0.0.1")
                .withPodIP(podIp)
                .withPodIPs(new PodIP(podIp))
                .withStartTime(
                        Optional.ofNullable(pod.getStatus().getStartTime()).orElse(time(now)))
                .withConditions(List.of(
                        nextCondition(pod, "Initialized", true, now),
                        nextCondition(pod, "ContainersReady", ready, now),
                        nextCondition(pod, "Ready", ready, now)))
                .withContainerStatuses(pod.getSpec().getContainers().stream()
                        .map(container -> containerStatus(container.getName(), container.getImage(), pod, now))
                        .toList())
                .build();
    }

    private ContainerStatus containerStatus(String name, String image, Pod pod, Instant now) {
        boolean running = phase.equals("Running");
        ContainerStateBuilder state = new ContainerStateBuilder();
        if (running) {
            state.withNewRunning(
                    Optional.ofNullable(pod.getStatus().getStartTime()).orElse(time(now)));
        } else if (phase.equals("Pending")) {
            state.withNewWaiting("", "ContainerCreating");
        } else {
            state.withNewTerminated()
                    .withExitCode(phase.equals("Succeeded") ? 0 : 1)
                    .withFinishedAt(time(now))
                    .endTerminated();
        }
        return new ContainerStatusBuilder()
                .withName(name)
                .withImage(image)
                .withImageID(image)
                .withContainerID("fake://" + pod.getMetadata().getUid() + "/" + name)
                .withRestartCount(0)
                .withStarted(running)
                .withReady(ready)
                .withState(state.build())
                .build();
    }

    private static PodCondition nextCondition(Pod pod, String type, boolean wanted, Instant now) {
        String since = condition(pod, type)
                .filter(condition -> condition.getStatus().equals(value(wanted)))
                .map(PodCondition::getLastTransitionTime)
                .orElse(time(now));
        return new PodConditionBuilder()
                .withType(type)
                .withStatus(value(wanted))
                .withLastTransitionTime(since)
                .build();
    }

    private static Optional<PodCondition> condition(Pod pod, String type) {
        return pod.getStatus().getConditions().stream()
                .filter(condition -> condition.getType().equals(type))
                .findFirst();
    }

    private static String value(boolean condition) {
        return condition ? "True" : "False";
    }

    private static String time(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
