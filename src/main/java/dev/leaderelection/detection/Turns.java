package dev.leaderelection.detection;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

/**
 * Who may probe next, in turn by lane: a lane takes no more than its share of what all of them have left free, so that lanes whose
 * probes all hang leave room for the next.
 *
 * <p>Non-guarantee: each lane may have one, so that as many lanes as there may be probes leave nothing.
 */
final class Turns<T> {

    /** So many are free for each that a lane has under way when it takes another: alone it gets to a quarter of all. */
    private static final int FREE_FOR_EACH = 3;

    private final int most;
    private final Map<String, Lane<T>> lanes = new LinkedHashMap<>();
    private int underWay;

    private static final class Lane<T> {
        private final Queue<T> waiting = new ArrayDeque<>();
        private int underWay;
    }

    /**
     * @param most how many may be under way
     */
    Turns(int most) {
        if (most < 1) {
            throw new IllegalArgumentException("nothing could ever be under way: " + most);
        }
        this.most = most;
    }

    void offer(String lane, T item) {
        lanes.computeIfAbsent(lane, key -> new Lane<>()).waiting.add(item);
    }

    /** What is under way from now on, if anything may be. */
    Optional<T> take() {
        if (underWay >= most) {
            return Optional.empty();
        }
        // One is never too many: otherwise a lane would starve while the last few are free.
        int mostOfLane = Math.max(1, (most - underWay) / FREE_FOR_EACH);
        for (Map.Entry<String, Lane<T>> entry : lanes.entrySet()) {
            Lane<T> lane = entry.getValue();
            if (lane.underWay >= mostOfLane || lane.waiting.isEmpty()) {
                continue;
            }
            T item = lane.waiting.remove();
            lane.underWay++;
            underWay++;
            lanes.remove(entry.getKey());
            lanes.put(entry.getKey(), lane);
            return Optional.of(item);
        }
        return Optional.empty();
    }

    void done(String name) {
        Lane<T> lane = lanes.get(name);
        if (lane == null || lane.underWay == 0) {
            throw new IllegalStateException("nothing was under way in " + name);
        }
        lane.underWay--;
        underWay--;
        if (lane.underWay == 0 && lane.waiting.isEmpty()) {
            lanes.remove(name);
        }
    }

    int underWay() {
        return underWay;
    }
}
