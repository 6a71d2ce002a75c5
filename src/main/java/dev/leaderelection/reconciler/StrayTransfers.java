package dev.leaderelection.reconciler;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.election.Transfer;
import dev.leaderelection.kubernetes.Answer;
import dev.leaderelection.kubernetes.Answer.Refused;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/** Refuses transfers of elections that are not there: there is no pass over an election that could. */
final class StrayTransfers {

    /** What is applied together comes in any order. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(5);

    /** A server that has just started denies everything for a moment; rights that are missing may be granted. */
    private static final Duration PAUSE_AFTER_DENIAL = Duration.ofMinutes(1);

    private final IndexerResourceCache<LeaderElection> elections;
    private final Supplier<List<LeadershipTransfer>> unfinished;
    private final Function<LeadershipTransfer, Answer<Transfer>> refuse;
    private final BooleanSupplier mayWrite;
    private final BiConsumer<Runnable, Duration> timer;
    /** How often was looked, of the timer's one thread alone. */
    private long looks;

    /**
     * @param unfinished the transfers that nothing has become of yet
     * @param refuse writes down that there is no election
     * @param mayWrite whether this replica acts
     * @param timer runs a task after a while, one at a time
     */
    StrayTransfers(
            IndexerResourceCache<LeaderElection> elections,
            Supplier<List<LeadershipTransfer>> unfinished,
            Function<LeadershipTransfer, Answer<Transfer>> refuse,
            BooleanSupplier mayWrite,
            BiConsumer<Runnable, Duration> timer) {
        this.elections = elections;
        this.unfinished = unfinished;
        this.refuse = refuse;
        this.mayWrite = mayWrite;
        this.timer = timer;
    }

    /** Looks for them in a while: one may have come, or have lost its election, or have been left by another replica. */
    void lookSoon() {
        timer.accept(this::look, PAUSE);
    }

    private void look() {
        long look = ++looks;
        if (!mayWrite.getAsBoolean()) {
            return;
        }
        Set<Duration> pauses = new TreeSet<>();
        for (LeadershipTransfer transfer : unfinished.get()) {
            ResourceID election = new ResourceID(
                    transfer.getSpec().election(), transfer.getMetadata().getNamespace());
            if (elections.get(election).isEmpty()) {
                pauseAfter(refuse.apply(transfer)).ifPresent(pauses::add);
            }
        }
        // Whoever looks before that looks at everything, and knows best when to look again.
        pauses.stream().findFirst().ifPresent(pause -> timer.accept(() -> lookUnlessLookedSince(look), pause));
    }

    private void lookUnlessLookedSince(long look) {
        if (look == looks) {
            look();
        }
    }

    /** One that has changed or is gone is told anew. */
    private static Optional<Duration> pauseAfter(Answer<Transfer> answer) {
        if (!(answer instanceof Refused<Transfer> refused)) {
            return Optional.empty();
        }
        return switch (refused.cause()) {
            case UNAVAILABLE -> Optional.of(PAUSE_AFTER_FAILURE);
            case DENIED -> Optional.of(PAUSE_AFTER_DENIAL);
            default -> Optional.empty();
        };
    }
}
