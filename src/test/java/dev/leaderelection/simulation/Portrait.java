package dev.leaderelection.simulation;

import dev.leaderelection.kubernetes.RoutingLabel;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Objects in a few words, for traces. */
final class Portrait {

    private Portrait() {}

    static String lease(Simulation simulation) {
        Optional<Lease> lease = simulation.cluster().leases.get(Cluster.ELECTION);
        return lease.map(found -> found.getMetadata().getUid() + "@"
                        + found.getMetadata().getResourceVersion() + " "
                        + Cluster.record(found).orElse("no record"))
                .orElse("no Lease");
    }

    static String pods(Simulation simulation) {
        return simulation.cluster().pods.all().stream()
                .filter(pod -> !pod.getMetadata().getName().equals(Simulation.BYSTANDER))
                .map(pod -> pod(simulation, pod))
                .collect(Collectors.joining("  "));
    }

    private static String pod(Simulation simulation, Pod pod) {
        RoutingLabel label = simulation.election("none").label();
        Map<String, String> labels = pod.getMetadata().getLabels();
        Map<String, String> annotations = pod.getMetadata().getAnnotations();
        boolean ready = "True".equals(pod.getStatus().getConditions().get(0).getStatus());
        String state = pod.getMetadata().getDeletionTimestamp() != null ? " terminating" : ready ? "" : " not ready";
        return pod.getMetadata().getUid() + "@" + pod.getMetadata().getResourceVersion() + state
                + (simulation.checker().isLabelled(pod)
                        ? " LABEL/" + annotations.getOrDefault(label.termKey(), "?")
                        : labels.containsKey(label.key()) ? " " + labels.get(label.key()) : "")
                + Optional.ofNullable(annotations.get(label.fenceKey()))
                        .map(mark -> " [" + mark + "]")
                        .orElse("");
    }

    static String election(Simulation simulation) {
        return simulation
                .cluster()
                .elections
                .get(Cluster.ELECTION)
                .map(election -> election.getMetadata().getUid() + "@"
                        + election.getMetadata().getResourceVersion()
                        + (election.isMarkedForDeletion() ? " deleting" : "")
                        + " " + election.getSpec().mode() + " reserved "
                        + (election.getStatus() == null
                                ? "nothing"
                                : election.getStatus().termReserved()))
                .orElse("no election");
    }
}
