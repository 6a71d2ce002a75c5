package dev.leaderelection.detection;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

/**
 * Who may probe next, in turn by lane: no lane may have more under way than its share, so that one whose probes all hang does not
 * keep the others waiting.
 */
final class Turns<T> {

    private static final int SHARE = 4;

    private final int most;
    private final int mostOfLane;
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
        this.mostOfLane = Math.max(1, most / SHARE);
    }

    void offer(String lane, T item) {
        lanes.computeIfAbsent(lane, key -> new Lane<>()).waiting.add(item);
    }

    /** What is under way from now on, if anything may be. */
    Optional<T> take() {
        if (underWay >= most) {
            return Optional.empty();
        }
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
