package dev.leaderelection.runtime;

import dev.leaderelection.kubernetes.Answer;
import dev.leaderelection.kubernetes.Answer.Cause;
import dev.leaderelection.kubernetes.Answer.Done;
import dev.leaderelection.kubernetes.Answer.Refused;
import dev.leaderelection.kubernetes.ReplicaLease;
import dev.leaderelection.kubernetes.ReplicaLeaseStore;
import dev.leaderelection.runtime.ReplicaElection.Move;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This replica of the operator: a thread that takes and renews the operator's own Lease, as {@link ReplicaElection} decides, and
 * the question whether it may act. Wakes by the watch on that Lease or when a time has come; it polls nothing.
 */
final class Replica implements ResourceEventHandler<Lease> {

    private static final Logger log = LoggerFactory.getLogger(Replica.class);
    private static final Duration PAUSE_AFTER_REFUSAL = Duration.ofMillis(250);

    private final ReplicaElection election;
    private final ReplicaLeaseStore store;
    private final Supplier<Duration> ticks;
    private final String identity;
    private final Duration duration;
    private final Runnable whenActive;
    private final Thread thread = new Thread(this::run, "replica");
    /** What the watch and the shutdown have to say: the thread alone knows and changes the state of things. */
    private final LinkedBlockingQueue<Runnable> news = new LinkedBlockingQueue<>();

    private boolean active;
    private boolean ended;
    private boolean explained;

    /**
     * @param store the operator's own Lease
     * @param ticks a monotonic clock
     * @param whenActive run each time this replica begins to act
     */
    Replica(
            String identity,
            Duration duration,
            Duration renewInterval,
            ReplicaLeaseStore store,
            Supplier<Duration> ticks,
            Runnable whenActive) {
        this.election = new ReplicaElection(identity, duration, renewInterval);
        this.identity = identity;
        this.duration = duration;
        this.store = store;
        this.ticks = ticks;
        this.whenActive = whenActive;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Whether this replica may act now. */
    boolean isActive() {
        return ticks.get().compareTo(election.actsUntil()) < 0;
    }

    /** Whether the thread still does its work. */
    boolean isAlive() {
        return thread.isAlive();
    }

    /**
     * Acts no longer, and gives the Lease up if it is ours, so that another replica need not wait for its end.
     *
     * @param patience how long to wait for that
     * @param forGood whether the Lease is deleted, for no replica is to come
     */
    void end(Duration patience, boolean forGood) {
        news.add(() -> {
            ended = true;
            election.stop();
            election.held().ifPresent(copy -> part(copy, forGood));
        });
        try {
            thread.join(patience.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void part(ReplicaLease copy, boolean forGood) {
        boolean isDeleted = forGood && store.delete(copy) instanceof Done;
        if (!isDeleted) {
            var unused = store.release(copy);
        }
    }

    private void run() {
        try {
            var unused = look();
            while (!ended) {
                move(election.next(ticks.get()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void move(Move move) throws InterruptedException {
        Duration sent = ticks.get();
        if (move instanceof Move.Wait wait) {
            pause(wait.until().minus(sent));
        } else if (move instanceof Move.Create) {
            wrote(store.create(identity, duration), sent);
        } else if (move instanceof Move.Take take) {
            wrote(store.take(take.copy(), identity, duration), sent);
        } else if (move instanceof Move.Renew renew) {
            wrote(store.renew(renew.copy(), duration), sent);
        }
        tellOfChange();
    }

    private void wrote(Answer<ReplicaLease> answer, Duration sent) throws InterruptedException {
        if (answer instanceof Done<ReplicaLease> done) {
            // It may have come after the time until which we acted: then elections were let go, and are to be taken up
            // again.
            tellOfChange();
            election.wrote(done.value(), sent);
            explained = false;
            return;
        }
        Refused<ReplicaLease> refused = (Refused<ReplicaLease>) answer;
        boolean isNews = look();
        if (refused.cause() != Cause.CONFLICT || !isNews) {
            explain(refused);
            pause(PAUSE_AFTER_REFUSAL);
        }
    }

    /** Reads the Lease live, and says whether that told anything new. */
    private boolean look() {
        Answer<ReplicaLease> answer = store.read();
        if (answer instanceof Done<ReplicaLease> done) {
            return election.read(done.value(), ticks.get());
        }
        return ((Refused<ReplicaLease>) answer).cause() == Cause.GONE && election.missing();
    }

    private void explain(Refused<ReplicaLease> refused) {
        if (!explained) {
            explained = true;
            log.atWarn()
                    .addKeyValue("replica", identity)
                    .addKeyValue("reason", refused.cause())
                    .log("the operator's own Lease was not written, trying on: {}", refused.explanation());
        }
    }

    /** Waits, but not longer than until there is news. */
    private void pause(Duration pause) throws InterruptedException {
        Runnable item = news.poll(pause.toNanos(), TimeUnit.NANOSECONDS);
        while (item != null) {
            item.run();
            item = news.poll();
        }
    }

    private void tellOfChange() {
        boolean now = !ended && isActive();
        if (now == active) {
            return;
        }
        active = now;
        log.atInfo().addKeyValue("replica", identity).log(now ? "this replica acts" : "this replica stands by");
        if (now) {
            whenActive.run();
        }
    }

    @Override
    public void onAdd(Lease lease) {
        see(lease);
    }

    @Override
    public void onUpdate(Lease before, Lease lease) {
        see(lease);
    }

    @Override
    public void onDelete(Lease lease, boolean unknown) {
        news.add(() -> election.gone(lease.getMetadata().getUid()));
    }

    private void see(Lease lease) {
        ReplicaLease found = ReplicaLease.of(lease);
        news.add(() -> election.see(found, ticks.get()));
    }
}
