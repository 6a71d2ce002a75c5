package dev.leaderelection.soak;

import java.util.Locale;

/**
 * A figure beside what is promised of it.
 *
 * @param what what was measured
 * @param figure what it came to; not a number when there was too little to tell, which keeps no promise
 * @param unit of figure and promise
 * @param least the least that is well
 * @param most the most that is well
 */
record Verdict(String what, double figure, String unit, double least, double most) {

    static Verdict atMost(String what, double figure, String unit, double most) {
        return new Verdict(what, figure, unit, Double.NEGATIVE_INFINITY, most);
    }

    static Verdict atLeast(String what, double figure, String unit, double least) {
        return new Verdict(what, figure, unit, least, Double.POSITIVE_INFINITY);
    }

    static Verdict between(String what, double figure, String unit, double least, double most) {
        return new Verdict(what, figure, unit, least, most);
    }

    /** A figure of which nothing is promised. */
    static Verdict told(String what, double figure, String unit) {
        return new Verdict(what, figure, unit, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    }

    /** Whether something is promised at all. */
    boolean isPromised() {
        return Double.isFinite(least) || Double.isFinite(most);
    }

    boolean isKept() {
        return !isPromised() || (figure >= least && figure <= most);
    }

    /** What is promised, for a person; nothing if nothing is. */
    String promise() {
        if (!isPromised()) {
            return "";
        }
        if (!Double.isFinite(least)) {
            return "≤ " + number(most);
        }
        if (!Double.isFinite(most)) {
            return "≥ " + number(least);
        }
        return least == most ? "= " + number(most) : number(least) + " to " + number(most);
    }

    String figureText() {
        return number(figure);
    }

    private static String number(double value) {
        boolean isWhole = value == Math.rint(value);
        return String.format(Locale.ROOT, isWhole || Math.abs(value) >= 100 ? "%.0f" : "%.2f", value);
    }
}
