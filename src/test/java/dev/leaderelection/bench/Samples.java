package dev.leaderelection.bench;

import java.util.ArrayList;
import java.util.List;

/** Measured values of one kind. */
final class Samples {

    private final List<Double> values = new ArrayList<>();

    void add(double value) {
        values.add(value);
    }

    /** Adds a duration as milliseconds. */
    void addNanos(long nanos) {
        values.add(nanos / 1e6);
    }

    int size() {
        return values.size();
    }

    List<Double> values() {
        return List.copyOf(values);
    }

    /** The smallest value that at least this share of all values does not exceed; not a number when there is none. */
    double percentile(double share) {
        if (values.isEmpty()) {
            return Double.NaN;
        }
        List<Double> sorted = values.stream().sorted().toList();
        int rank = (int) Math.ceil(share * sorted.size());
        return sorted.get(Math.max(rank, 1) - 1);
    }

    double p50() {
        return percentile(0.5);
    }

    double p99() {
        return percentile(0.99);
    }

    double max() {
        return percentile(1);
    }

    /** The share of values above a bound, in percent. */
    double percentAbove(double bound) {
        return values.isEmpty()
                ? Double.NaN
                : 100.0 * values.stream().filter(value -> value > bound).count() / values.size();
    }
}
