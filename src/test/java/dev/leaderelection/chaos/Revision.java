package dev.leaderelection.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import dev.leaderelection.api.LeaderElection;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.Optional;

/** What an object is from a revision of the store on; nothing once it is gone. */
sealed interface Revision {

    /** The revision of the store, which the API server calls resourceVersion. */
    long number();

    /** The object's name. */
    String name();

    /** The object from then on. */
    Optional<? extends HasMetadata> now();

    /** A revision of a pod. */
    record OfPod(long number, String name, Optional<Pod> now) implements Revision {}

    /** A revision of a Lease. */
    record OfLease(long number, String name, Optional<Lease> now) implements Revision {}

    /** A revision of an election. */
    record OfElection(long number, String name, Optional<LeaderElection> now) implements Revision {}

    /** The kinds of objects that are looked at, by the folder that the store keeps them in. */
    enum Kind {
        PODS("pods"),
        LEASES("leases"),
        ELECTIONS("leaderelection.dev/leaderelections");

        private static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization();

        private final String folder;

        Kind(String folder) {
            this.folder = folder;
        }

        /** What the keys of a namespace's objects begin with. */
        String prefix(String namespace) {
            return "/registry/" + folder + "/" + namespace + "/";
        }

        /**
         * Reads a revision.
         *
         * @param value the object as the store holds it, or a missing node
         */
        Revision read(long number, String name, JsonNode value) {
            return switch (this) {
                case PODS -> new OfPod(number, name, object(number, value, Pod.class));
                case LEASES -> new OfLease(number, name, object(number, value, Lease.class));
                case ELECTIONS -> new OfElection(number, name, object(number, value, LeaderElection.class));
            };
        }

        private static <T extends HasMetadata> Optional<T> object(long number, JsonNode value, Class<T> type) {
            if (!value.isObject()) {
                return Optional.empty();
            }
            T object = SERIALIZATION.convertValue(value, type);
            // The store does not keep it: it is the revision itself.
            object.getMetadata().setResourceVersion(Long.toString(number));
            return Optional.of(object);
        }
    }
}
