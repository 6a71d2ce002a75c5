package dev.leaderelection.reconciler;

import dev.leaderelection.api.LeaderElection;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The informer's cache, without an informer. */
final class ListedElections implements IndexerResourceCache<LeaderElection> {

    private final Map<ResourceID, LeaderElection> byId = new LinkedHashMap<>();

    void put(String namespace, String name, String uid) {
        LeaderElection election = Serialization.unmarshal(
                "metadata: {namespace: %s, name: %s, uid: %s}".formatted(namespace, name, uid), LeaderElection.class);
        byId.put(ResourceID.fromResource(election), election);
    }

    void clear() {
        byId.clear();
    }

    @Override
    public Optional<LeaderElection> get(ResourceID id) {
        return Optional.ofNullable(byId.get(id));
    }

    @Override
    public Stream<ResourceID> keys() {
        return byId.keySet().stream();
    }

    @Override
    public Stream<LeaderElection> list(Predicate<LeaderElection> predicate) {
        return byId.values().stream().filter(predicate);
    }

    @Override
    public Stream<LeaderElection> list(String namespace, Predicate<LeaderElection> predicate) {
        return list(predicate)
                .filter(election -> namespace.equals(election.getMetadata().getNamespace()));
    }

    @Override
    public void addIndexers(Map<String, Function<LeaderElection, List<String>>> indexers) {
        throw new UnsupportedOperationException("nobody indexes elections");
    }

    @Override
    public List<LeaderElection> byIndex(String indexName, String indexKey) {
        throw new UnsupportedOperationException("nobody indexes elections");
    }
}
