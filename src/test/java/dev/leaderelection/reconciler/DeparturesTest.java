package dev.leaderelection.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.api.LeaderElection;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.source.controller.ResourceEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is woken when an election goes. */
class DeparturesTest {

    private static final LeaderElection ORDERS = election("old");

    private final ListedElections elections = new ListedElections();
    private final Deque<Runnable> later = new ArrayDeque<>();
    private final List<String> woken = new ArrayList<>();
    private final Departures departures = new Departures(elections, (task, pause) -> {
        assertThat(pause).isPositive();
        later.add(task);
    });

    private static LeaderElection election(String uid) {
        return Serialization.unmarshal(
                "metadata: {namespace: shop, name: orders, uid: %s}".formatted(uid), LeaderElection.class);
    }

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

        departures.lookAfter(ORDERS);
        timePasses(10);

        assertThat(woken).isEmpty();
        assertThat(later).isEmpty();
    }

    @Test
    void aNewOneOfTheNameIsAnnouncedUntilTheFrameworkKnowsIt() {
        departures.lookAfter(ORDERS);
        elections.put("shop", "orders", "new");
        timePasses(3);

        assertThat(woken).hasSize(3).containsOnly("orders ADDED new");

        departures.knows(election("new"));
        timePasses(10);

        assertThat(woken).hasSize(3);
        assertThat(later).isEmpty();
    }

    @Test
    void whatTheFrameworkKnewBeforeTheDeletionItHasForgottenWithIt() {
        departures.knows(election("new"));
        departures.lookAfter(ORDERS);
        elections.put("shop", "orders", "new");
        timePasses(1);

        assertThat(woken).containsExactly("orders ADDED new");
    }

    @Test
    void ofSeveralThatWereDeletedOneAfterTheOtherTheLastIsLookedAfter() {
        departures.lookAfter(ORDERS);
        timePasses(1);
        departures.lookAfter(election("second"));
        departures.lookAfter(election("third"));
        elections.put("shop", "orders", "fourth");
        timePasses(4);

        assertThat(woken).hasSizeBetween(2, 3).containsOnly("orders ADDED fourth");
        departures.knows(election("fourth"));
        timePasses(10);
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
        elections.clear();
        timePasses(10);

        assertThat(woken).containsExactly("orders ADDED new");
        assertThat(later).isEmpty();
    }
}
