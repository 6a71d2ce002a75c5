package dev.leaderelection.reconciler;

import dev.leaderelection.election.Observation;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.Primary;
import java.time.Duration;

/**
 * One look at an election.
 *
 * @param election which
 * @param primary how its own object stands
 * @param observation the world, as the planner needs it
 * @param nextHearing after how long detection may know more, if nothing happens before
 */
record Sight(Election election, Primary primary, Observation observation, Duration nextHearing) {}
