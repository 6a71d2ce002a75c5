package dev.leaderelection.election;

import java.util.Comparator;

/**
 * One incarnation of a pod. The name alone is none: a StatefulSet gives it to the next pod.
 *
 * @param name the pod's name
 * @param uid the pod's UID
 */
public record PodIdentity(String name, String uid) implements Comparable<PodIdentity> {

    private static final Comparator<PodIdentity> BY_NAME =
            Comparator.comparing(PodIdentity::name).thenComparing(PodIdentity::uid);

    /** Refuses blanks. */
    public PodIdentity {
        if (name.isBlank() || uid.isBlank()) {
            throw new IllegalArgumentException("a pod has a name and a UID: '" + name + "', '" + uid + "'");
        }
    }

    @Override
    public int compareTo(PodIdentity other) {
        return BY_NAME.compare(this, other);
    }
}
