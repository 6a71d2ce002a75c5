package dev.leaderelection.kubernetes;

/** Compares revisions of objects of one kind. The API server defines them to be comparable as decimal numbers. */
public final class Versions {

    private Versions() {}

    /** Whether one revision is later than another; false if either is not a number. */
    public static boolean isLater(String one, String other) {
        if (!isNumber(one) || !isNumber(other)) {
            return false;
        }
        return one.length() == other.length() ? one.compareTo(other) > 0 : one.length() > other.length();
    }

    private static boolean isNumber(String version) {
        return !version.isEmpty() && version.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
