package dev.leaderelection.cli;

import dev.leaderelection.api.LeaderElection;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** The changes of one election, one after the other. */
final class Changes implements Watcher<LeaderElection>, AutoCloseable {

    private final BlockingQueue<News> news = new LinkedBlockingQueue<>();
    private Optional<Watch> watch = Optional.empty();

    private record News(Optional<LeaderElection> now, Optional<Failure> failure) {}

    void follow(Watch watching) {
        watch = Optional.of(watching);
    }

    /** Waits for the next revision; nothing once it is deleted. */
    Optional<LeaderElection> next() {
        try {
            News next = news.take();
            if (next.failure().isPresent()) {
                throw next.failure().get();
            }
            return next.now();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    @Override
    public void eventReceived(Action action, LeaderElection election) {
        news.add(new News(action == Action.DELETED ? Optional.empty() : Optional.of(election), Optional.empty()));
    }

    @Override
    public void onClose(WatcherException cause) {
        news.add(new News(Optional.empty(), Optional.of(new Failure("the watch broke: " + cause.getMessage()))));
    }

    @Override
    public void close() {
        watch.ifPresent(Watch::close);
    }
}
