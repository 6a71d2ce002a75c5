package dev.leaderelection.election;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The classical families of leader election, as policies: to whom a vacant seat goes, and when a healthy leader makes room.
 * The API server is the shared memory that makes messages between the pods unnecessary; the outcome is that of the algorithm.
 */
public sealed interface Strategy {

    /** Which end of the ordinals ranks first. */
    enum OrdinalOrder {
        /** The highest ordinal first. */
        HIGHEST,
        /** The lowest ordinal first. */
        LOWEST
    }

    /**
     * A better leader than the healthy one, now or later.
     *
     * @param heir who it is
     * @param reason why
     * @param due after how long it takes over; zero is now
     */
    record Challenge(Candidate heir, Reason reason, Duration due) {}

    /**
     * How a healthy leader and its rivals stand in time.
     *
     * @param ledFor for how long the leader has led
     * @param eligibleFor for how long a rival has been eligible
     */
    record Tenure(Duration ledFor, Function<Candidate, Duration> eligibleFor) {}

    /** Which end of the ordinals ranks first. */
    OrdinalOrder ordinals();

    /**
     * Whom a vacant seat goes to.
     *
     * @param eligible the pods that may take it
     * @param selected every pod of the election, for what they tell of the newest revision
     */
    Optional<Candidate> heir(List<Candidate> eligible, Collection<Candidate> selected);

    /**
     * Who takes over from a healthy leader, if anybody.
     *
     * @param leader the leader
     * @param eligible the other pods that may lead
     * @param tenure how they stand in time
     */
    Optional<Challenge> challenge(Candidate leader, List<Candidate> eligible, Tenure tenure);

    /**
     * Whom a healthy leader makes room for when somebody asks it to.
     *
     * @param leader the leader
     * @param eligible the other pods that may lead
     * @param selected every pod of the election
     */
    default Optional<Candidate> successor(Candidate leader, List<Candidate> eligible, Collection<Candidate> selected) {
        return heir(eligible, selected);
    }

    /**
     * The one total order of all strategies, first the best: priority, then ordinal with those that have none last, then name.
     */
    default Comparator<Candidate> rank() {
        Comparator<Candidate> byOrdinal = Comparator.comparingInt(Candidate::ordinal);
        if (ordinals() == OrdinalOrder.HIGHEST) {
            byOrdinal = byOrdinal.reversed();
        }
        return Comparator.comparingInt(Candidate::priority)
                .reversed()
                .thenComparing(pod -> pod.ordinal() == Candidate.NO_ORDINAL)
                .thenComparing(byOrdinal)
                .thenComparing(Candidate::id);
    }

    /**
     * First come, first served, and the leader stays: a lock service with a queue. The queue is ordered by priority, then pods of
     * the newest revision, so that a rollout costs at most two switches, then the longest ready, then rank.
     */
    record Lease(OrdinalOrder ordinals) implements Strategy {

        @Override
        public Optional<Candidate> heir(List<Candidate> eligible, Collection<Candidate> selected) {
            String newest = newestRevision(selected);
            return eligible.stream()
                    .min(Comparator.comparingInt(Candidate::priority)
                            .reversed()
                            .thenComparing(pod -> !pod.revision().equals(newest))
                            .thenComparing(Candidate::readySince)
                            .thenComparing(rank()));
        }

        @Override
        public Optional<Challenge> challenge(Candidate leader, List<Candidate> eligible, Tenure tenure) {
            return Optional.empty();
        }

        private static String newestRevision(Collection<Candidate> selected) {
            return selected.stream()
                    .filter(pod -> !pod.revision().isEmpty())
                    .max(Comparator.<Candidate, Instant>comparing(Candidate::created)
                            .thenComparing(Candidate::id))
                    .map(Candidate::revision)
                    .orElse("");
        }
    }

    /**
     * The highest rank leads, also on its return. After Garcia-Molina, "Elections in a Distributed Computing System" (1982).
     *
     * @param ordinals which end of the ordinals ranks first
     * @param stabilization how long a better candidate must have been eligible before it takes over
     */
    record Bully(OrdinalOrder ordinals, Duration stabilization) implements Strategy {

        @Override
        public Optional<Candidate> heir(List<Candidate> eligible, Collection<Candidate> selected) {
            return eligible.stream().min(rank());
        }

        @Override
        public Optional<Challenge> challenge(Candidate leader, List<Candidate> eligible, Tenure tenure) {
            return eligible.stream()
                    .filter(pod -> rank().compare(pod, leader) < 0)
                    .map(pod -> new Challenge(pod, Reason.HIGHER_RANK, due(pod, tenure)))
                    .min(Comparator.comparing(Challenge::due).thenComparing(Challenge::heir, rank()));
        }

        private Duration due(Candidate pod, Tenure tenure) {
            Duration rest = stabilization.minus(tenure.eligibleFor().apply(pod));
            return rest.isNegative() ? Duration.ZERO : rest;
        }
    }

    /**
     * The highest rank alive leads until its term ends, then the duty passes to the next lower rank, wrapping round. The election
     * is that of Chang and Roberts, "An improved algorithm for decentralized extrema-finding in circular configurations of
     * processes" (1979).
     *
     * @param ordinals which end of the ordinals ranks first
     * @param maxTerm how long one pod leads; zero is for ever
     */
    record Ring(OrdinalOrder ordinals, Duration maxTerm) implements Strategy {

        @Override
        public Optional<Candidate> heir(List<Candidate> eligible, Collection<Candidate> selected) {
            return eligible.stream().min(rank());
        }

        @Override
        public Optional<Challenge> challenge(Candidate leader, List<Candidate> eligible, Tenure tenure) {
            if (maxTerm.isZero()) {
                return Optional.empty();
            }
            Duration rest = maxTerm.minus(tenure.ledFor());
            Duration due = rest.isNegative() ? Duration.ZERO : rest;
            return successor(leader, eligible, List.of()).map(next -> new Challenge(next, Reason.TERM_ENDED, due));
        }

        @Override
        public Optional<Candidate> successor(
                Candidate leader, List<Candidate> eligible, Collection<Candidate> selected) {
            return eligible.stream()
                    .filter(pod -> rank().compare(pod, leader) > 0)
                    .min(rank())
                    .or(() -> heir(eligible, selected));
        }
    }
}
