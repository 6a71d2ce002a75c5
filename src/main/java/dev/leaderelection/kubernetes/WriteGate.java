package dev.leaderelection.kubernetes;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;

/** Lets writes through only while this replica may act, and tells when the last one is over. */
public final class WriteGate {

    /** Always open. */
    static final WriteGate OPEN = new WriteGate(() -> true);

    private final BooleanSupplier mayWrite;
    private final ReentrantReadWriteLock writes = new ReentrantReadWriteLock();
    private volatile boolean closed;

    /**
     * @param mayWrite asked before each write
     */
    public WriteGate(BooleanSupplier mayWrite) {
        this.mayWrite = mayWrite;
    }

    /** Whether a write would be let through now. */
    public boolean isOpen() {
        return !closed && mayWrite.getAsBoolean();
    }

    /** Whether a write may be sent now. If so, {@link #leave()} must follow on the same thread. */
    boolean enter() {
        if (!mayWrite.getAsBoolean() || !writes.readLock().tryLock()) {
            return false;
        }
        if (closed) {
            writes.readLock().unlock();
            return false;
        }
        return true;
    }

    /** A write was answered, or given up. */
    void leave() {
        writes.readLock().unlock();
    }

    /**
     * Lets no further write through, ever, and waits for those that are on their way.
     *
     * @return whether all of them were over in time
     */
    public boolean close(Duration patience) {
        closed = true;
        try {
            if (!writes.writeLock().tryLock(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                return false;
            }
            writes.writeLock().unlock();
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
