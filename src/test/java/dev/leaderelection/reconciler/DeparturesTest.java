package dev.leaderelection.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.controller.ResourceEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is woken when an election goes. */
class DeparturesTest {

    private static final ResourceID ORDERS = new ResourceID("orders", "shop");

    private final ListedElections elections = new ListedElections();
    private final Set<String> known = new HashSet<>();
    private final Deque<Runnable> later = new ArrayDeque<>();
    private final List<String> woken = new ArrayList<>();
    private final Departures departures = new Departures(
            elections, election -> known.contains(election.getMetadata().getUid()), (task, pause) -> {
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
        elections.clear();
        timePasses(10);

        assertThat(woken).containsExactly("orders ADDED new");
        assertThat(later).isEmpty();
    }
}
