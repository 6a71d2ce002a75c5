package dev.leaderelection.election;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Everything that a decision is made on: the world as one pass saw it, as plain values.
 *
 * @param rules what the user asked for
 * @param standing how the election's own object stands
 * @param obstacle what forbids this election to act at all, if anything
 * @param lease what stands where its Lease belongs
 * @param renewal how the Lease's renewal stands in time
 * @param pods the pods that the selector matches, and those that bear this election's mark
 * @param gone pods of which a live read has just said that they are gone
 * @param stopped pods whose containers were seen to have ended for good, whether their objects are there or not
 * @param fenced what this process has fenced
 * @param terms the terms that are known to have been used
 * @param lastLeader whom the status names as the leader
 * @param ledFor for how long the leader has led, zero if there is none
 * @param steadyFor for how long each pod has been as it is, by the monotonic clock
 * @param transfer the transfer that is to be answered now, if anybody asked for one
 */
public record Observation(
        Rules rules,
        Standing standing,
        Optional<Obstacle> obstacle,
        LeaseState lease,
        Renewal renewal,
        List<Candidate> pods,
        Set<PodIdentity> gone,
        Set<PodIdentity> stopped,
        Fenced fenced,
        Terms terms,
        Optional<PodIdentity> lastLeader,
        Duration ledFor,
        Map<PodIdentity, Duration> steadyFor,
        Optional<Transfer> transfer) {

    /** Copies. */
    public Observation {
        pods = List.copyOf(pods);
        gone = Set.copyOf(gone);
        stopped = Set.copyOf(stopped);
        steadyFor = Map.copyOf(steadyFor);
    }

    /**
     * How the election's own object stands.
     *
     * @param deleting whether its deletion was asked for
     * @param held whether it carries our finalizer
     * @param cleared whether this process has taken our traces off every pod since
     * @param letGo whether this process has taken our finalizer off it
     */
    public record Standing(boolean deleting, boolean held, boolean cleared, boolean letGo) {}

    /**
     * How the Lease's renewal stands in time.
     *
     * @param due after how long it is due; zero is now
     * @param expired whether the Lease has run out
     * @param lapse after how long it will have run out for everybody who watches it: nobody has written to it for its whole
     *     duration, by our own clock since we saw it so; zero if it has
     */
    public record Renewal(Duration due, boolean expired, Duration lapse) {}

    /**
     * The terms that are known to have been used.
     *
     * @param reserved no term above this was ever claimed
     * @param highest the highest that was seen
     * @param leaders which pod led in which, by name, as far as the history tells
     */
    public record Terms(long reserved, long highest, Map<Long, String> leaders) {

        /** Copies. */
        public Terms {
            leaders = Map.copyOf(leaders);
        }

        /** The first term after another in which a pod of that name led, if the history tells of one. */
        Optional<Long> firstLedBy(String pod, long after) {
            return leaders.entrySet().stream()
                    .filter(led -> led.getKey() > after && led.getValue().equals(pod))
                    .map(Map.Entry::getKey)
                    .min(Long::compare);
        }

        /** Whether nothing tells of any, so that nobody was ever promoted. */
        boolean areUnused() {
            return reserved == 0 && highest == 0;
        }
    }

    /**
     * What forbids an election to act at all.
     *
     * @param kind which obstacle
     * @param explanation what it is and what removes it, for a person
     */
    public record Obstacle(Kind kind, String explanation) {

        /** The obstacles. */
        public enum Kind {
            /** An older election with the same label key has some of the same pods. */
            SELECTOR_OVERLAP,
            /** Before the first term, a pod already carries the label's key, and not from us. */
            LABEL_IN_USE,
            /** The operator was configured not to use keys with this prefix. */
            LABEL_KEY_NOT_ALLOWED
        }
    }

    Optional<Candidate> pod(PodIdentity id) {
        return pods.stream().filter(pod -> pod.id().equals(id)).findFirst();
    }
}
