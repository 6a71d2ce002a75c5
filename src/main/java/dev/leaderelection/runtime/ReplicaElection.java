package dev.leaderelection.runtime;

import dev.leaderelection.kubernetes.ReplicaLease;
import java.time.Duration;
import java.util.Optional;

/**
 * Decides when this replica of the operator takes the operator's own Lease, renews it, or waits. Pure: what was seen, and when by
 * our own monotonic clock, goes in; the next move comes out. Times of other machines are never compared with ours.
 *
 * <p>That one replica acts keeps the noise low. Nothing that is promised depends on it: the write protocol is safe with any number
 * of replicas acting at once.
 *
 * <p>Used by one thread; only {@link #actsUntil()} may be asked by others.
 */
final class ReplicaElection {

    private final String identity;
    private final Duration duration;
    private final Duration renewInterval;
    private Optional<Sighting> seen = Optional.empty();
    private Optional<Duration> renewedAt = Optional.empty();
    private volatile Duration actsUntil = Duration.ZERO;

    /** A revision of the Lease, and when we first saw it. */
    private record Sighting(ReplicaLease lease, Duration since) {}

    /** What to do next. */
    sealed interface Move {
        /** There is no Lease. */
        record Create() implements Move {}

        /** It is nobody's, or its holder has let it run out. */
        record Take(ReplicaLease copy) implements Move {}

        record Renew(ReplicaLease copy) implements Move {}

        /** Nothing, until then or until something is seen. */
        record Wait(Duration until) implements Move {}
    }

    /**
     * @param identity names this replica, and no other that runs at the same time
     * @param duration how long the Lease is held after a renewal
     * @param renewInterval after how long it is renewed, at most half the duration
     * @throws IllegalArgumentException for durations that a Lease cannot have, naming the setting
     */
    ReplicaElection(String identity, Duration duration, Duration renewInterval) {
        if (duration.toSeconds() < 2 || duration.toNanosPart() != 0) {
            throw new IllegalArgumentException(
                    "leader-election.replica.duration must be a whole number of seconds from 2s, and is " + duration);
        }
        if (renewInterval.isNegative()
                || renewInterval.isZero()
                || renewInterval.multipliedBy(2).compareTo(duration) > 0) {
            throw new IllegalArgumentException(
                    "leader-election.replica.renew-interval must be above 0s and at most half"
                            + " of leader-election.replica.duration, and is " + renewInterval);
        }
        this.identity = identity;
        this.duration = duration;
        this.renewInterval = renewInterval;
    }

    /** Takes note of what a watch has shown, unless it is older than what we know: a watch may be late. */
    void see(ReplicaLease lease, Duration now) {
        if (seen.isEmpty() || lease.succeeds(seen.get().lease())) {
            note(lease, now);
        }
    }

    /**
     * Takes note of a live read. It is how things are, even if its revision is lower than what we know: a store that was restored from a
     * backup counts on from there.
     *
     * @return whether it tells anything new
     */
    boolean read(ReplicaLease lease, Duration now) {
        if (seen.filter(sighting -> sighting.lease().equals(lease)).isPresent()) {
            return false;
        }
        note(lease, now);
        return true;
    }

    private void note(ReplicaLease lease, Duration now) {
        seen = Optional.of(new Sighting(lease, now));
        if (lease.holder().filter(identity::equals).isEmpty()) {
            stop();
        }
    }

    /** Takes note that a Lease was deleted. */
    void gone(String uid) {
        if (seen.filter(sighting -> sighting.lease().uid().equals(uid)).isPresent()) {
            seen = Optional.empty();
            stop();
        }
    }

    /**
     * Takes note of a live read that found no Lease.
     *
     * @return whether that is new
     */
    boolean missing() {
        boolean isNew = seen.isPresent();
        seen = Optional.empty();
        stop();
        return isNew;
    }

    /** Takes note of a write of ours that was answered, and of when it was sent. */
    void wrote(ReplicaLease lease, Duration sent) {
        seen = Optional.of(new Sighting(lease, sent));
        renewedAt = Optional.of(sent);
        actsUntil = sent.plus(duration);
    }

    /** Acts no longer, whatever the Lease says. */
    void stop() {
        renewedAt = Optional.empty();
        actsUntil = Duration.ZERO;
    }

    /** Until when this replica may act, by the monotonic clock. */
    Duration actsUntil() {
        return actsUntil;
    }

    /** The copy to give up with, if the Lease is ours. */
    Optional<ReplicaLease> held() {
        return seen.map(Sighting::lease)
                .filter(lease -> lease.holder().filter(identity::equals).isPresent());
    }

    Move next(Duration now) {
        if (seen.isEmpty()) {
            return new Move.Create();
        }
        Sighting sighting = seen.get();
        ReplicaLease lease = sighting.lease();
        if (lease.holder().filter(identity::equals).isPresent()) {
            // Without a renewal of ours it is from this replica's life before a restart: nobody else goes by this name.
            Duration due = renewedAt.map(at -> at.plus(renewInterval)).orElse(now);
            return due.compareTo(now) > 0 ? new Move.Wait(due) : new Move.Renew(lease);
        }
        Duration end = sighting.since().plus(lease.duration());
        return lease.holder().isEmpty() || end.compareTo(now) <= 0 ? new Move.Take(lease) : new Move.Wait(end);
    }
}
