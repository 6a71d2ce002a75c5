package dev.leaderelection.simulation;

import java.util.Set;

/**
 * Who sent a request, and on what it was decided.
 *
 * @param replica the replica's number
 * @param electionUid the election it was sent for
 * @param podsSeen how many changes of pods its watch had told when the decision was made
 * @param unheard the pods, by UID, that have not answered its probes
 */
record Caller(int replica, String electionUid, int podsSeen, Set<String> unheard) {}
