package dev.leaderelection.reconciler;

import dev.leaderelection.election.Observation;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.Primary;

/**
 * One look at an election.
 *
 * @param election which
 * @param primary how its own object stands
 * @param observation the world, as the planner needs it
 */
record Sight(Election election, Primary primary, Observation observation) {}
