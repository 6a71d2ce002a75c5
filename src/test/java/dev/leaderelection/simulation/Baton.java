package dev.leaderelection.simulation;

import java.util.concurrent.locks.LockSupport;

/**
 * Threads of which exactly one goes on at a time: whoever holds the baton. The test's own thread is number 0; the others are kept
 * from one schedule to the next, for starting a thread costs more than a schedule.
 */
final class Baton implements AutoCloseable {

    /** The test's own thread. */
    static final int DRIVER = 0;

    private final Thread[] threads;
    private volatile int holder = DRIVER;
    private volatile boolean closed;
    private volatile Turn turn = me -> DRIVER;

    /** What a thread does when it gets the baton while it is at nothing. */
    interface Turn {
        /** Does it, and says who goes on. */
        int take(int me);
    }

    Baton(int workers) {
        threads = new Thread[workers + 1];
        threads[DRIVER] = Thread.currentThread();
        for (int i = 1; i <= workers; i++) {
            int me = i;
            threads[i] = new Thread(() -> work(me), "replica-" + i);
            threads[i].setDaemon(true);
            threads[i].start();
        }
    }

    /** From now on; by the driver, while it holds the baton. */
    void each(Turn now) {
        threads[DRIVER] = Thread.currentThread();
        turn = now;
    }

    /** Gives the baton away, and returns when it is back. */
    void hand(int me, int to) {
        if (me != to) {
            give(to);
            await(me);
        }
    }

    private void give(int to) {
        holder = to;
        LockSupport.unpark(threads[to]);
    }

    private void await(int me) {
        while (holder != me && !closed) {
            LockSupport.park(this);
        }
    }

    private void work(int me) {
        await(me);
        while (!closed) {
            int next = turn.take(me);
            if (next != me) {
                hand(me, next);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        for (int i = 1; i < threads.length; i++) {
            LockSupport.unpark(threads[i]);
        }
    }
}
