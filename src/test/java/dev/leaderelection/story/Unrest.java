package dev.leaderelection.story;

import static org.awaitility.Awaitility.await;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** An election whose leader fails again and again, so that there is always a transition under way. */
final class Unrest implements AutoCloseable {

    private final Scene scene;
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger failovers = new AtomicInteger();
    private final CompletableFuture<Void> work;

    private Unrest(Scene scene) {
        this.scene = scene;
        this.work = CompletableFuture.runAsync(this::flip);
    }

    /** Begins it among two pods. */
    static Unrest in(Scene scene) {
        scene.readyPods("orders-a", "orders-b");
        scene.elect("orders", Scene.FAST);
        scene.awaitReadyElection("orders");
        return new Unrest(scene);
    }

    /** How often the lead has gone to the other one. */
    int failovers() {
        return failovers.get();
    }

    /** Waits until there were so many. */
    void awaitFailovers(int wanted) {
        await(wanted + " failovers").atMost(Scene.PATIENCE).until(() -> work.isDone() || failovers() >= wanted);
    }

    private void flip() {
        while (!over.get()) {
            String leader = scene.labelled().get(0);
            String heir = leader.equals("orders-a") ? "orders-b" : "orders-a";
            scene.ready(leader, false);
            scene.awaitLeader("orders", heir);
            scene.ready(leader, true);
            failovers.incrementAndGet();
        }
    }

    /** Ends it, with the failure of a transition that did not come. */
    void end() {
        over.set(true);
        work.join();
    }

    /** Ends it when the test has failed: whoever would act may be gone by then. */
    @Override
    public void close() {
        over.set(true);
    }
}
