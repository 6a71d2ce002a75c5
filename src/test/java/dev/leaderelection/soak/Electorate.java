package dev.leaderelection.soak;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.awaitility.core.ConditionTimeoutException;

/** All elections, and users who do something to one of them each second. */
final class Electorate implements AutoCloseable {

    private static final int USERS = 8;

    private final ExecutorService users = Executors.newFixedThreadPool(USERS);
    private final SplittableRandom random;
    private final List<Contest> idle = new ArrayList<>();
    private final List<Contest> all = new ArrayList<>();
    private final List<Churn> deck = new ArrayList<>();
    private final Map<Churn, Integer> done = new EnumMap<>(Churn.class);
    private final List<String> stuck = new ArrayList<>();
    private int disturbed;

    Electorate(Site site, int elections, SplittableRandom random) {
        this.random = random;
        for (int i = 0; i < elections; i++) {
            String namespace = site.namespaces().get(i % site.namespaces().size());
            all.add(new Contest(site.controlPlane().admin(), site.kubelet(), namespace, "e" + i, i % 3));
        }
        idle.addAll(all);
    }

    /** Creates all elections and their pods, or mends them, and waits until each is sound. */
    void settle() throws InterruptedException {
        List<Future<?>> work = new ArrayList<>();
        for (Contest contest : all) {
            work.add(users.submit(() -> {
                contest.settle();
                contest.awaitSound();
            }));
        }
        for (Future<?> each : work) {
            try {
                each.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("an election does not become sound", e.getCause());
            }
        }
    }

    /** Has one of the users do the next thing to an election that nobody does anything to. */
    synchronized void churn() {
        if (idle.isEmpty()) {
            return;
        }
        Churn next = next();
        Contest contest = idle.remove(random.nextInt(idle.size()));
        users.execute(() -> suffer(contest, next));
    }

    private void suffer(Contest contest, Churn churn) {
        try {
            contest.suffer(churn);
            count(churn);
        } catch (KubernetesClientException | IllegalStateException disturbance) {
            // The API server is away, which is done on purpose; the next one who comes mends it.
            disturbed();
        } catch (ConditionTimeoutException e) {
            stuck(churn + ": " + e.getMessage());
        } finally {
            giveBack(contest);
        }
    }

    private Churn next() {
        if (deck.isEmpty()) {
            for (Churn churn : Churn.values()) {
                deck.addAll(Collections.nCopies(churn.share(), churn));
            }
        }
        return deck.remove(random.nextInt(deck.size()));
    }

    private synchronized void giveBack(Contest contest) {
        idle.add(contest);
    }

    private synchronized void disturbed() {
        disturbed++;
    }

    private synchronized void stuck(String what) {
        stuck.add(what);
    }

    /** Something was done, and the operator has followed. */
    synchronized void count(Churn churn) {
        done.merge(churn, 1, Integer::sum);
    }

    synchronized Map<Churn, Integer> done() {
        return Map.copyOf(done);
    }

    /** How often something could not be done because the API server was away. */
    synchronized int disturbances() {
        return disturbed;
    }

    /** What the operator did not follow within half a minute. */
    synchronized List<String> stuckOnes() {
        return List.copyOf(stuck);
    }

    /** How many elections are not as they should be now. */
    int unsound() {
        return (int) all.stream().filter(contest -> !contest.isSound()).count();
    }

    int size() {
        return all.size();
    }

    /** Waits until the users have done what they are about. */
    void rest(Consumer<String> out) throws InterruptedException {
        for (int tries = 0; busy() > 0; tries++) {
            if (tries == 120) {
                throw new IllegalStateException(busy() + " users do not come to an end");
            }
            out.accept(busy() + " users are still at work");
            TimeUnit.SECONDS.sleep(1);
        }
    }

    private synchronized int busy() {
        return all.size() - idle.size();
    }

    @Override
    public void close() {
        users.shutdownNow();
    }
}
