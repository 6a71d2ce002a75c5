package dev.leaderelection.reconciler;

import dev.leaderelection.api.LeaderElection;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.ResourceAction;
import io.javaoperatorsdk.operator.processing.event.source.controller.ResourceEvent;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * Looks after those that an election's deletion leaves behind: elections that have stood down for it, and one of its own name, whose
 * creation the framework forgets if it comes while the deletion is being processed.
 */
final class Departures extends AbstractEventSource<LeaderElection, LeaderElection> {

    private static final Duration PAUSE = Duration.ofMillis(50);

    private final IndexerResourceCache<LeaderElection> elections;
    private final BiConsumer<Runnable, Duration> timer;
    /** By the name that a deletion has left. */
    private final Map<ResourceID, Succession> successions = new ConcurrentHashMap<>();

    /** Which election of a name the framework was last seen to know of. */
    private static final class Succession {
        private volatile String known;

        private Succession(LeaderElection deleted) {
            known = uid(deleted);
        }
    }

    /**
     * @param timer runs a task after a while
     */
    Departures(IndexerResourceCache<LeaderElection> elections, BiConsumer<Runnable, Duration> timer) {
        super(LeaderElection.class, "departures");
        this.elections = elections;
        this.timer = timer;
    }

    private static String uid(LeaderElection election) {
        return election.getMetadata().getUid();
    }

    /** A timer of one thread that keeps no process alive. */
    static BiConsumer<Runnable, Duration> timer() {
        ScheduledExecutorService thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread daemon = new Thread(task, "departures");
            daemon.setDaemon(true);
            return daemon;
        });
        return (task, pause) -> {
            var unused = thread.schedule(task, pause.toMillis(), TimeUnit.MILLISECONDS);
        };
    }

    /** Wakes the other elections of the namespace, and a new one of that name until the framework {@link #knows} it. */
    void lookAfter(LeaderElection deleted) {
        ResourceID name = ResourceID.fromResource(deleted);
        elections
                .list(name.getNamespace().orElseThrow())
                .map(ResourceID::fromResource)
                .filter(other -> !other.equals(name))
                .forEach(other -> getEventHandler().handleEvent(new Event(other)));
        Succession succession = new Succession(deleted);
        successions.put(name, succession);
        lookLater(name, succession);
    }

    /** The framework has called for an election, whatever came of that: it does not forget it any more. */
    void knows(LeaderElection election) {
        Succession succession = successions.get(ResourceID.fromResource(election));
        if (succession != null) {
            succession.known = uid(election);
        }
    }

    private void lookLater(ResourceID name, Succession succession) {
        timer.accept(() -> look(name, succession), PAUSE);
    }

    private void look(ResourceID name, Succession succession) {
        if (successions.get(name) != succession) {
            // Another one of the name was deleted since, and is looked after.
            return;
        }
        Optional<LeaderElection> next =
                elections.get(name).filter(election -> !uid(election).equals(succession.known));
        if (next.isEmpty()) {
            successions.remove(name, succession);
            return;
        }
        getEventHandler().handleEvent(new ResourceEvent(ResourceAction.ADDED, name, next.get()));
        lookLater(name, succession);
    }

    @Override
    public Set<LeaderElection> getSecondaryResources(LeaderElection primary) {
        return Set.of();
    }
}
