package dev.leaderelection.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How a figure changes over time: the median of the slopes between every two of its samples, which a few outliers do not sway
 * (Theil 1950, Sen 1968).
 */
final class Trend {

    private static final double HOUR = 3600;

    private Trend() {}

    /**
     * A sample.
     *
     * @param seconds since the start of the run
     */
    record Point(double seconds, double value) {}

    /** The change in an hour, over the second half of the time: in the first one caches and pools fill. Not a number without two. */
    static double perHour(List<Point> points) {
        if (points.size() < 2) {
            return Double.NaN;
        }
        double first = points.get(0).seconds();
        double middle = first + (points.get(points.size() - 1).seconds() - first) / 2;
        List<Point> late =
                points.stream().filter(point -> point.seconds() >= middle).toList();
        List<Double> slopes = new ArrayList<>();
        for (int i = 0; i < late.size(); i++) {
            for (int j = i + 1; j < late.size(); j++) {
                double time = late.get(j).seconds() - late.get(i).seconds();
                slopes.add((late.get(j).value() - late.get(i).value()) / time * HOUR);
            }
        }
        return median(slopes);
    }

    /** The least of each so many samples in a row, at the time of the last of them; none when there are fewer. */
    static List<Point> troughs(List<Point> points, int samples) {
        return IntStream.rangeClosed(samples, points.size())
                .mapToObj(end -> new Point(
                        points.get(end - 1).seconds(),
                        points.subList(end - samples, end).stream()
                                .mapToDouble(Point::value)
                                .min()
                                .orElse(Double.NaN)))
                .toList();
    }

    /** Not a number when there is no value. */
    static double median(List<Double> values) {
        if (values.isEmpty()) {
            return Double.NaN;
        }
        List<Double> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }
}
