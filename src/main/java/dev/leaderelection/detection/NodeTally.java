package dev.leaderelection.detection;

/**
 * How the nodes stand.
 *
 * @param known of how many a heartbeat was seen
 * @param lost how many of them are silent for too long
 * @param isHeld whether so many are silent that none is believed to be lost
 */
public record NodeTally(int known, long lost, boolean isHeld) {}
