package dev.leaderelection.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.api.LeaderElection;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.controller.ResourceEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is woken when an election goes. */
class DeparturesTest {

    private static final ResourceID ORDERS = new ResourceID("orders", "shop");

    private final Elections elections = new Elections();
    private final Set<String> known = new HashSet<>();
    private final Deque<Runnable> later = new ArrayDeque<>();
    private final List<String> woken = new ArrayList<>();
    private final Departures departures = new Departures(elections, known::contains, (task, pause) -> {
        assertThat(pause).isPositive();
        later.add(task);
    });

    @BeforeEach
    void listen() {
        departures.setEventHandler(event -> woken.add(told(event)));
    }

    private static String told(Event event) {
        String name = event.getRelatedCustomResourceID().getName();
        return event instanceof ResourceEvent created
                ? name + " " + created.getAction() + " "
                        + created.getResource().orElseThrow().getMetadata().getUid()
                : name;
    }

    /** Time passes until nothing is left to be done later, or long enough to say that something always will be. */
    private void timePasses(int times) {
        for (int i = 0; i < times && !later.isEmpty(); i++) {
            later.remove().run();
        }
    }

    /** The informer's cache, without an informer. */
    private static final class Elections implements IndexerResourceCache<LeaderElection> {

        private final Map<ResourceID, LeaderElection> byId = new LinkedHashMap<>();

        void put(String namespace, String name, String uid) {
            LeaderElection election = Serialization.unmarshal(
                    "metadata: {namespace: %s, name: %s, uid: %s}".formatted(namespace, name, uid),
                    LeaderElection.class);
            byId.put(ResourceID.fromResource(election), election);
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

    @Test
    void theOthersOfTheNamespaceAreWokenAtOnceAndOnlyThey() {
        elections.put("shop", "bills", "1");
        elections.put("shop", "carts", "2");
        elections.put("bank", "loans", "3");

        departures.lookAfter(ORDERS);

        assertThat(woken).containsExactlyInAnyOrder("bills", "carts");
    }

    @Test
    void theDepartedItselfIsNotWokenWhileTheCacheStillShowsIt() {
        elections.put("shop", "orders", "old");
        known.add("old");

        departures.lookAfter(ORDERS);
        timePasses(10);

        assertThat(woken).isEmpty();
        assertThat(later).isEmpty();
    }

    @Test
    void aNewOneOfTheNameIsAnnouncedUntilItHasHadAPass() {
        departures.lookAfter(ORDERS);
        elections.put("shop", "orders", "new");
        timePasses(3);

        assertThat(woken).hasSize(3).containsOnly("orders ADDED new");

        known.add("new");
        timePasses(10);

        assertThat(woken).hasSize(3);
        assertThat(later).isEmpty();
    }

    @Test
    void nothingGoesOnWhenNobodyTakesTheName() {
        departures.lookAfter(ORDERS);
        timePasses(10);

        assertThat(woken).isEmpty();
        assertThat(later).isEmpty();
    }

    @Test
    void aNewOneThatGoesAgainIsForgotten() {
        departures.lookAfter(ORDERS);
        elections.put("shop", "orders", "new");
        timePasses(1);
        elections.byId.clear();
        timePasses(10);

        assertThat(woken).containsExactly("orders ADDED new");
        assertThat(later).isEmpty();
    }
}
