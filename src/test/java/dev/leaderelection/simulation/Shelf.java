package dev.leaderelection.simulation;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The objects of one kind on the server, and every change of them since the beginning. Objects are never changed, only replaced.
 *
 * @param <T> the kind
 */
final class Shelf<T extends HasMetadata> {

    private final Map<String, T> objects = new TreeMap<>();
    private final List<Change<T>> changes = new ArrayList<>();

    /**
     * A change, as a watch tells of it.
     *
     * @param name of the object
     * @param now the object, or nothing if it was deleted
     */
    record Change<T>(String name, Optional<T> now) {}

    Optional<T> get(String name) {
        return Optional.ofNullable(objects.get(name));
    }

    Collection<T> all() {
        return objects.values();
    }

    void put(T object) {
        String name = object.getMetadata().getName();
        objects.put(name, object);
        changes.add(new Change<>(name, Optional.of(object)));
    }

    void remove(String name) {
        objects.remove(name);
        changes.add(new Change<>(name, Optional.empty()));
    }

    /** How many changes there were. */
    int size() {
        return changes.size();
    }

    Change<T> change(int index) {
        return changes.get(index);
    }
}
