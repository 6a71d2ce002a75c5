package dev.leaderelection.simulation;

/**
 * Who sent a request, and on what it was decided.
 *
 * @param replica the replica's number
 * @param electionUid the election it was sent for
 * @param podsSeen how many changes of pods its watch had told when the decision was made
 */
record Caller(int replica, String electionUid, int podsSeen) {}
