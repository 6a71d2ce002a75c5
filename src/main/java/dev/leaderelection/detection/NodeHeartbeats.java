package dev.leaderelection.detection;

import dev.leaderelection.election.Durations;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Which nodes are lost: those whose heartbeat has not changed for a bound, by this process's own monotonic clock since it saw it
 * change. What a heartbeat says is never read, only whether it is another one than before.
 *
 * <p>When not to believe oneself: while more than half of all nodes look lost at a bound, or nothing was heard of any node for
 * longer than {@link #LONGEST_SILENCE}, it is our view that is broken, and nobody is lost. When that ends, and after every
 * absence of this process, all nodes count as seen in that moment.
 *
 * <p>Non-guarantee: an outage that is shorter than {@link #LONGEST_SILENCE} is not noticed here, and a node may have been about to
 * send when it began. With a bound below that silence and one interval of heartbeats together (25 seconds for a kubelet), up to half
 * of the nodes look lost for a while. Who acts on the loss of one asks the server for its heartbeat first, and has it told here.
 *
 * <p>Safe for use by several threads.
 */
public final class NodeHeartbeats {

    /** One and a half intervals of a kubelet: nodes that are alive are heard more often, even a single one. */
    public static final Duration LONGEST_SILENCE = Duration.ofSeconds(15);

    private final Supplier<Duration> ticks;
    private final Absence absence;
    /** By node, the one that has been silent for longest first. */
    private final LinkedHashMap<String, Beat> beats = new LinkedHashMap<>();
    /** By each bound that is asked for, until when nobody was believed to be lost at it. */
    private final Map<Duration, Duration> heldUntil = new HashMap<>();
    /** At which bound each election asks, of those that do. */
    private final Map<ElectionKey, Duration> asked = new HashMap<>();

    private Duration heard;
    private Duration restarted;

    private record Beat(String stamp, Duration at) {}

    /**
     * Knows no node yet.
     *
     * @param ticks a clock that only goes forward, since any fixed instant
     */
    public NodeHeartbeats(Supplier<Duration> ticks) {
        this.ticks = ticks;
        this.heard = ticks.get();
        this.restarted = heard;
        this.absence = new Absence(heard);
    }

    /**
     * Takes note of a revision of a node's heartbeat; one that says what the last one said is none.
     *
     * @param node the node's name
     * @param stamp what changes with each heartbeat and with nothing else; only compared for equality
     * @return whether this ends a loss that somebody was told of, or would have been if he had asked
     */
    public synchronized boolean saw(String node, String stamp) {
        Duration now = awake();
        Beat last = beats.get(node);
        if (last != null && last.stamp().equals(stamp)) {
            return false;
        }
        hear(now);
        boolean wasLost = last != null
                && heldUntil.keySet().stream()
                        .anyMatch(bound -> rest(last, bound, now).isZero());
        beats.remove(node);
        beats.put(node, new Beat(stamp, now));
        return wasLost;
    }

    /**
     * Forgets a node whose heartbeats were deleted: that is somebody's doing, or the end of the node, and neither is a silence. A
     * node that still lives makes them again within one interval; what becomes of the pods of one that does not is told by the
     * pods.
     */
    public synchronized void deleted(String node) {
        hear(awake());
        beats.remove(node);
    }

    /** Our view was interrupted until now: a watch was opened again, the API server was away, another replica acted. */
    public synchronized void gapEnded() {
        restarted = awake();
    }

    /** To be called once a second, for how else is it found that this process was suspended? */
    public synchronized void tick() {
        awake();
    }

    /**
     * Takes note at which bound an election asks from here on. A bound that no election asks for any more is forgotten.
     *
     * @param bound how long a node may be silent; zero if the election does not ask
     */
    public synchronized void asks(ElectionKey election, Duration bound) {
        Duration before = bound.isZero() ? asked.remove(election) : asked.put(election, bound);
        if (before != null && !asked.containsValue(before)) {
            heldUntil.remove(before);
        }
    }

    /** Whether a node is lost; one that was never seen is not. */
    public boolean isLost(String node, Duration bound) {
        return untilLost(node, bound).filter(Duration::isZero).isPresent();
    }

    /**
     * How long until a node counts as lost unless something is heard, zero if it does; empty if it is unknown.
     *
     * @param bound how long a node may be silent
     */
    public synchronized Optional<Duration> untilLost(String node, Duration bound) {
        if (bound.isNegative() || bound.isZero()) {
            throw new IllegalArgumentException("a node may be silent for a while: " + bound);
        }
        Duration now = awake();
        heldUntil.putIfAbsent(bound, restarted);
        Beat beat = beats.get(node);
        if (beat == null) {
            return Optional.empty();
        }
        if (rest(beat, bound, now).isZero() && isHeld(bound, now)) {
            heldUntil.put(bound, now);
        }
        return Optional.of(rest(beat, bound, now));
    }

    /** Whether so many nodes look lost at a bound that none is believed to be. */
    public synchronized boolean isHeld(Duration bound) {
        return isHeld(bound, awake());
    }

    /** How the nodes stand, at the shortest bound that is asked for. */
    public synchronized NodeTally tally() {
        Duration now = awake();
        Optional<Duration> shortest = heldUntil.keySet().stream().min(Duration::compareTo);
        boolean isHeld = shortest.filter(bound -> isHeld(bound, now)).isPresent();
        long lost = isHeld
                ? 0
                : shortest.stream()
                        .flatMap(bound -> beats.values().stream()
                                .filter(beat -> rest(beat, bound, now).isZero()))
                        .count();
        return new NodeTally(beats.size(), lost, isHeld);
    }

    /** Something is about to change, and what looked lost together comes back one by one. */
    private void hear(Duration now) {
        if (isSilent(now)) {
            restarted = now;
        }
        Duration typical = typicalSilence(now);
        heldUntil.replaceAll((bound, until) -> typical.compareTo(bound) >= 0 ? now : until);
        heard = now;
    }

    private boolean isHeld(Duration bound, Duration now) {
        // Of whom nothing was ever heard, nothing is expected.
        return !beats.isEmpty() && (isSilent(now) || typicalSilence(now).compareTo(bound) >= 0);
    }

    private boolean isSilent(Duration now) {
        return now.minus(later(heard, restarted)).compareTo(LONGEST_SILENCE) > 0;
    }

    /** How long more than half of the nodes have been silent. */
    private Duration typicalSilence(Duration now) {
        return beats.values().stream()
                .skip(beats.size() / 2)
                .findFirst()
                .map(middle -> now.minus(later(middle.at(), restarted)))
                .orElse(Duration.ZERO);
    }

    private Duration rest(Beat beat, Duration bound, Duration now) {
        Duration since = later(later(beat.at(), restarted), heldUntil.getOrDefault(bound, restarted));
        return Durations.rest(bound, now.minus(since));
    }

    private Duration awake() {
        Duration now = ticks.get();
        if (absence.ends(now)) {
            restarted = now;
        }
        return now;
    }

    private static Duration later(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? other : one;
    }
}
