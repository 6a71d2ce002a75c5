package dev.leaderelection.nodes;

/**
 * A pod that was given the leader's label.
 *
 * @param pod its name
 * @param uid its UID
 * @param at when that was seen, in nanoseconds since 1970
 */
record Lead(String pod, String uid, long at) {}
