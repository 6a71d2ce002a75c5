package dev.leaderelection.kubernetes;

import java.time.Duration;
import java.util.Optional;

/** Where the renewals of the nodes' Leases are heard. */
public interface NodeRenewals extends AutoCloseable {

    /**
     * Begins to listen, unless it has begun or was refused a while ago, and waits for nothing that is heard.
     *
     * @return if it is refused, after how long it is worth another call
     */
    Optional<Duration> watch();

    /**
     * Asks for one node's Lease as it is now, and tells of it as if it had been heard: what is listened to may be late, or dead.
     *
     * @return whether there was an answer
     */
    boolean ask(String node);

    @Override
    void close();
}
