package dev.leaderelection.demo;

import io.fabric8.kubernetes.api.model.Pod;
import java.nio.file.Path;
import java.util.Map;

/**
 * An example's election, as it can be seen from outside: who carries the label, and whom the Service has.
 *
 * @param example the folder below {@code examples/}
 * @param election the election's name, which is also the value of its pods' label {@code app}
 * @param labelKey what the leader carries
 * @param leaderValue its value on the leader
 * @param service the Service that follows the leader
 * @param candidates how many pods stand when none is broken
 */
record Contest(String example, String election, String labelKey, String leaderValue, String service, int candidates) {

    static final Contest ORDERS =
            new Contest("single-writer", "orders", "leaderelection.dev/role", "leader", "orders-writer", 3);
    static final Contest CRUNCH =
            new Contest("job-coordinator", "crunch", "leaderelection.dev/role", "leader", "crunch-coordinator", 4);
    static final Contest SEQUENCE =
            new Contest("sequence-generator", "sequence", "sequence.example.com/duty", "active", "sequence", 3);

    Path folder() {
        return Path.of("examples", example);
    }

    boolean isCandidate(Pod pod) {
        return election.equals(labels(pod).get("app"));
    }

    boolean isLabelled(Pod pod) {
        return leaderValue.equals(labels(pod).get(labelKey));
    }

    String term(Pod pod) {
        Map<String, String> annotations = pod.getMetadata().getAnnotations();
        return annotations == null ? "?" : annotations.getOrDefault(labelKey + ".term", "?");
    }

    private static Map<String, String> labels(Pod pod) {
        Map<String, String> labels = pod.getMetadata().getLabels();
        return labels == null ? Map.of() : labels;
    }
}
