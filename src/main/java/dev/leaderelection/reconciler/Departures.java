package dev.leaderelection.reconciler;

import dev.leaderelection.api.LeaderElection;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.ResourceAction;
import io.javaoperatorsdk.operator.processing.event.source.controller.ResourceEvent;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * Looks after those that an election's deletion leaves behind: elections that have stood down for it, and one of its own name, whose
 * creation the framework forgets if it comes while the deletion is being processed.
 */
final class Departures extends AbstractEventSource<LeaderElection, LeaderElection> {

    private static final Duration PAUSE = Duration.ofMillis(50);

    private final IndexerResourceCache<LeaderElection> elections;
    private final Predicate<LeaderElection> isKnown;
    private final BiConsumer<Runnable, Duration> timer;

    /**
     * @param isKnown whether an election has had a pass
     * @param timer runs a task after a while
     */
    Departures(
            IndexerResourceCache<LeaderElection> elections,
            Predicate<LeaderElection> isKnown,
            BiConsumer<Runnable, Duration> timer) {
        super(LeaderElection.class, "departures");
        this.elections = elections;
        this.isKnown = isKnown;
        this.timer = timer;
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

    /** Wakes the other elections of the namespace, and a new one of that name until it has had a pass. */
    void lookAfter(ResourceID deleted) {
        elections
                .list(deleted.getNamespace().orElseThrow())
                .map(ResourceID::fromResource)
                .filter(other -> !other.equals(deleted))
                .forEach(other -> getEventHandler().handleEvent(new Event(other)));
        lookLater(deleted);
    }

    private void lookLater(ResourceID deleted) {
        timer.accept(() -> look(deleted), PAUSE);
    }

    private void look(ResourceID deleted) {
        elections.get(deleted).filter(election -> !isKnown.test(election)).ifPresent(election -> {
            getEventHandler().handleEvent(new ResourceEvent(ResourceAction.ADDED, deleted, election));
            lookLater(deleted);
        });
    }

    @Override
    public Set<LeaderElection> getSecondaryResources(LeaderElection primary) {
        return Set.of();
    }
}
