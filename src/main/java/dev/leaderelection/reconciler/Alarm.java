package dev.leaderelection.reconciler;

import dev.leaderelection.api.LeaderElection;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import java.util.Set;

/**
 * Wakes elections for reasons that no watch tells: every one when this replica begins to act, for whatever happened to them while it
 * stood by was left to another; and those of whose pods detection has found something out.
 */
final class Alarm extends AbstractEventSource<LeaderElection, LeaderElection> {

    private final IndexerResourceCache<LeaderElection> elections;

    Alarm(IndexerResourceCache<LeaderElection> elections) {
        super(LeaderElection.class, "alarm");
        this.elections = elections;
    }

    /** Before the sources are started there is nothing to wake: each election then has its first pass anyway. */
    void wakeAll() {
        if (isRunning()) {
            elections
                    .list(election -> true)
                    .map(ResourceID::fromResource)
                    .forEach(id -> getEventHandler().handleEvent(new Event(id)));
        }
    }

    /** Wakes one, if it is there. */
    void wake(ResourceID id) {
        if (isRunning() && elections.get(id).isPresent()) {
            getEventHandler().handleEvent(new Event(id));
        }
    }

    @Override
    public Set<LeaderElection> getSecondaryResources(LeaderElection primary) {
        return Set.of();
    }
}
