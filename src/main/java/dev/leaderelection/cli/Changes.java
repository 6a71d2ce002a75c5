package dev.leaderelection.cli;

import dev.leaderelection.api.LeaderElection;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The revisions of one election, one after the other, over as many connections as it takes. What happened while there was none is
 * missed; how it stands afterwards is not.
 */
final class Changes implements AutoCloseable {

    /** A connection may be dead without a sign of it: after so long without news it is made anew. */
    private static final Duration SILENCE = Duration.ofMinutes(1);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(8);

    private final Supplier<Session> open;
    private final String name;
    private final Consumer<String> told;
    private final CountDownLatch closed = new CountDownLatch(1);
    private Session session;
    private Optional<Line> line = Optional.empty();
    private String revision = "";

    /** What a watch tells. */
    private sealed interface News {

        /** A new revision. */
        record Changed(LeaderElection now) implements News {}

        /** There is no election any more. */
        record Deleted() implements News {}

        /** No more comes this way. */
        record Over() implements News {}
    }

    /** One watch; what an earlier one still tells is nobody's concern. */
    private static final class Line implements Watcher<LeaderElection>, AutoCloseable {

        private final BlockingQueue<News> news = new LinkedBlockingQueue<>();
        private final Watch watch;

        Line(Session session, LeaderElection since) {
            watch = session.watch(since, this);
        }

        @Override
        public void eventReceived(Action action, LeaderElection election) {
            news.add(action == Action.DELETED ? new News.Deleted() : new News.Changed(election));
        }

        @Override
        public void onClose(WatcherException cause) {
            news.add(new News.Over());
        }

        @Override
        public void close() {
            watch.close();
        }
    }

    /**
     * @param open opens a session; another one if the first is not accepted any more
     * @param name the election
     * @param told is told when the connection is lost, and when it is back
     */
    Changes(Supplier<Session> open, String name, Consumer<String> told) {
        this.open = open;
        this.name = name;
        this.told = told;
        this.session = open.get();
    }

    /** In which words it is written. */
    Session session() {
        return session;
    }

    /**
     * Waits for the next revision; nothing once the election is deleted.
     *
     * @throws Failure if it cannot be read in the first place, or not by this user any more
     */
    Optional<LeaderElection> next() {
        try {
            Optional<LeaderElection> next = line.isPresent() ? listen() : connect();
            revision = next.map(now -> now.getMetadata().getResourceVersion()).orElse("");
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private Optional<LeaderElection> listen() throws InterruptedException {
        while (true) {
            Line current = line.orElseThrow();
            News news = current.news.poll(SILENCE.toSeconds(), TimeUnit.SECONDS);
            if (news instanceof News.Changed changed) {
                return Optional.of(changed.now());
            }
            if (news instanceof News.Deleted) {
                return Optional.empty();
            }
            current.close();
            // A server that takes every watch and ends it at once is not asked without a breath.
            if (closed.await(FIRST_PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
                return Optional.empty();
            }
            Optional<LeaderElection> now = connect();
            if (now.isEmpty() || !now.get().getMetadata().getResourceVersion().equals(revision)) {
                return now;
            }
        }
    }

    /** Reads the election, and watches what becomes of it; tries for as long as it takes, if it ever could. */
    private Optional<LeaderElection> connect() throws InterruptedException {
        boolean isFirst = line.isEmpty();
        boolean isLost = false;
        boolean isRenewed = false;
        Duration pause = FIRST_PAUSE;
        while (true) {
            try {
                Optional<LeaderElection> now = isFirst ? Optional.of(session.election(name)) : session.find(name);
                if (now.isPresent()) {
                    line = Optional.of(new Line(session, now.get()));
                }
                if (isLost) {
                    told.accept("the connection to " + session.url() + " is back");
                }
                return now;
            } catch (KubernetesClientException e) {
                boolean isUnknown = e.getCode() == HttpURLConnection.HTTP_UNAUTHORIZED;
                if (isFirst || (isUnknown && isRenewed)) {
                    throw Failure.of(e, session.url());
                }
                if (isUnknown) {
                    // A token that has run out: whatever gave it gives another.
                    isRenewed = true;
                    session.close();
                    session = open.get();
                    continue;
                }
                if (!isLost) {
                    isLost = true;
                    told.accept("the connection to " + session.url() + " is lost, and tried again until it is back: "
                            + Failure.reason(e));
                }
            }
            if (closed.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                return Optional.empty();
            }
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    @Override
    public void close() {
        closed.countDown();
        line.ifPresent(Line::close);
        session.close();
    }
}
