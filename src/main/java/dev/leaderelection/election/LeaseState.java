package dev.leaderelection.election;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What stands where the election's Lease belongs. */
public sealed interface LeaseState {

    /** The revision read, if the Lease is this election's. */
    default Optional<Copy> ours() {
        return Optional.empty();
    }

    /** There is none. */
    record Missing() implements LeaseState {}

    /**
     * A Lease that never was this election's. It is left alone.
     *
     * @param holder whom it names, for the report
     */
    record Foreign(String holder) implements LeaseState {}

    /**
     * This election's by its owner, but the server no longer tracks who wrote it: it must be made anew.
     *
     * @param copy the revision read
     */
    record Untracked(Copy copy) implements LeaseState {
        @Override
        public Optional<Copy> ours() {
            return Optional.of(copy);
        }
    }

    /**
     * This election's, but claimed by nobody, or written by somebody else since.
     *
     * @param copy the revision read
     * @param term the latest term that can be read from it, 0 if none
     * @param why for a person
     */
    record Unclaimed(Copy copy, long term, String why) implements LeaseState {
        @Override
        public Optional<Copy> ours() {
            return Optional.of(copy);
        }
    }

    /**
     * This election's, and whole.
     *
     * @param copy the revision read
     * @param holder whom it names
     * @param lease what it says, with that holder
     */
    record Claimed(Copy copy, PodIdentity holder, LeaseRecord lease) implements LeaseState {
        @Override
        public Optional<Copy> ours() {
            return Optional.of(copy);
        }
    }

    /**
     * This election's, and closed: the election is being deleted.
     *
     * @param copy the revision read
     * @param lease what it says
     */
    record Closed(Copy copy, LeaseRecord lease) implements LeaseState {
        @Override
        public Optional<Copy> ours() {
            return Optional.of(copy);
        }
    }

    /**
     * The revision of a Lease that a decision is made on, and with which it is written.
     *
     * @param uid its UID
     * @param version its revision
     * @param acquired when its holder took it
     * @param renewed when it was last renewed
     * @param transitions how often its holder changed
     * @param duration for how long it says that it holds
     */
    record Copy(String uid, String version, Instant acquired, Instant renewed, int transitions, Duration duration) {}
}
