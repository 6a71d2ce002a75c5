package dev.leaderelection.detection;

/**
 * How the probes go.
 *
 * @param targets how many pods are probed
 * @param failed how many of them have failed
 * @param unanswered of how many elections no candidate answers, so that none of theirs is believed to have failed
 * @param isHeld whether so many fail that none is believed to have failed
 * @param successes how many probes were answered as they should be, ever
 * @param failures how many were not
 */
public record ProbeTally(int targets, int failed, int unanswered, boolean isHeld, long successes, long failures) {}
