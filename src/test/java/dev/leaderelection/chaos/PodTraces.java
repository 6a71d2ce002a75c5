package dev.leaderelection.chaos;

import dev.leaderelection.kubernetes.LeaseReader;
import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the operator may write of a pod, as one revision has it; what is not there is empty.
 *
 * @param label the value of the routing label
 * @param term the term's annotation
 * @param mark the protocol's mark
 */
record PodTraces(String label, String term, String mark) {

    static final String KEY = "leaderelection.dev/role";
    static final String LEADER = "leader";

    private static final String TERM = KEY + ".term";
    private static final String MARK = KEY + ".fence";
    private static final Set<String> OURS = Set.of(KEY, TERM, MARK);
    /** As managedFields have them. A dot stands for the map itself, which may be left empty. */
    private static final Set<String> FIELDS = Set.of(
            "f:metadata/f:labels",
            "f:metadata/f:annotations",
            "f:metadata/f:labels/f:" + KEY,
            "f:metadata/f:labels/.",
            "f:metadata/f:annotations/f:" + TERM,
            "f:metadata/f:annotations/f:" + MARK,
            "f:metadata/f:annotations/.");

    static final PodTraces NONE = new PodTraces("", "", "");

    static PodTraces of(Pod pod) {
        Map<String, String> labels = orEmpty(pod.getMetadata().getLabels());
        Map<String, String> annotations = orEmpty(pod.getMetadata().getAnnotations());
        return new PodTraces(
                labels.getOrDefault(KEY, ""), annotations.getOrDefault(TERM, ""), annotations.getOrDefault(MARK, ""));
    }

    boolean isLabelled() {
        return label.equals(LEADER);
    }

    long termNumber() {
        return term.matches("[0-9]{1,18}") ? Long.parseLong(term) : 0;
    }

    /** The election, by UID, that the mark is of. */
    String election() {
        String[] parts = mark.split("/", -1);
        return parts.length == 3 ? parts[1] : "";
    }

    /** Whether two revisions of a pod differ in nothing but what the operator may write. */
    static boolean sameButOurs(Pod one, Pod other) {
        return withoutOurs(one).equals(withoutOurs(other));
    }

    private static Pod withoutOurs(Pod pod) {
        ObjectMeta meta = pod.getMetadata();
        return new PodBuilder(pod)
                .editMetadata()
                .withResourceVersion(null)
                .withManagedFields(List.of())
                .withLabels(without(meta.getLabels()))
                .withAnnotations(without(meta.getAnnotations()))
                .endMetadata()
                .build();
    }

    private static Map<String, String> without(Map<String, String> all) {
        Map<String, String> rest = new HashMap<>(orEmpty(all));
        rest.keySet().removeAll(OURS);
        return rest;
    }

    /** What belongs to the operator of a pod, by managedFields, and must not. */
    static Optional<Set<String>> foreignFields(Pod pod) {
        Set<String> fields = new TreeSet<>();
        for (ManagedFieldsEntry entry : pod.getMetadata().getManagedFields()) {
            FieldsV1 owned = entry.getFieldsV1();
            if (LeaseReader.FIELD_MANAGER.equals(entry.getManager()) && owned != null) {
                collect("", owned.getAdditionalProperties(), fields);
            }
        }
        fields.removeAll(FIELDS);
        return fields.isEmpty() ? Optional.empty() : Optional.of(fields);
    }

    private static void collect(String path, Map<?, ?> fields, Set<String> found) {
        fields.forEach((name, inner) -> {
            if (inner instanceof Map<?, ?> map && !map.isEmpty()) {
                collect(path + name + "/", map, found);
            } else {
                found.add(path + name);
            }
        });
    }

    private static Map<String, String> orEmpty(@Nullable Map<String, String> map) {
        return map == null ? Map.of() : map;
    }
}
