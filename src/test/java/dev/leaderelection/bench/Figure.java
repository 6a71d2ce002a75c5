package dev.leaderelection.bench;

import org.jspecify.annotations.Nullable;

/**
 * One line of the table.
 *
 * @param what what was measured
 * @param samples over how many values
 * @param unit of figure and limit
 * @param figure what it came to
 * @param limit what the same run allowed at best, if there is such a limit
 * @param target what is aimed at: the figure's ratio to the limit, or the figure itself when there is no limit
 */
record Figure(
        String what,
        int samples,
        String unit,
        double figure,
        @Nullable Double limit,
        @Nullable Target target) {

    /**
     * An aim.
     *
     * @param most the most that is well
     * @param ofLimit whether it is a multiple of the limit
     */
    record Target(double most, boolean ofLimit) {}

    static Figure plain(String what, int samples, String unit, double figure) {
        return new Figure(what, samples, unit, figure, null, null);
    }

    Figure atMost(double most) {
        return new Figure(what, samples, unit, figure, limit, new Target(most, false));
    }

    static Figure against(String what, int samples, String unit, double figure, double limit, double times) {
        return new Figure(what, samples, unit, figure, limit, new Target(times, true));
    }

    /** The figure as a multiple of its limit; not a number without one. */
    double ratio() {
        return limit == null ? Double.NaN : figure / limit;
    }

    /** Whether the aim was reached; true without one. */
    boolean isReached() {
        return target == null || (target.ofLimit() ? ratio() : figure) <= target.most();
    }
}
