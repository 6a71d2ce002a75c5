package dev.leaderelection.reconciler;

import dev.leaderelection.api.LeaderElection;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import java.util.Set;

/** Wakes every election when this replica begins to act: whatever happened to them while it stood by was left to another. */
final class TakeOver extends AbstractEventSource<LeaderElection, LeaderElection> {

    private final IndexerResourceCache<LeaderElection> elections;

    TakeOver(IndexerResourceCache<LeaderElection> elections) {
        super(LeaderElection.class, "take-over");
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

    @Override
    public Set<LeaderElection> getSecondaryResources(LeaderElection primary) {
        return Set.of();
    }
}
