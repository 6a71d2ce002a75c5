package dev.leaderelection.reconciler;

import dev.leaderelection.election.Observation;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.Primary;
import java.time.Duration;
import java.util.Optional;

/**
 * One look at an election.
 *
 * @param election which
 * @param generation of the spec that it was looked at with
 * @param primary how its own object stands
 * @param observation the world, as the planner needs it
 * @param nextHearing after how long detection, or who asked for a transfer, is to be looked at again by time alone, if at all
 * @param unheard what detection is asked for and cannot find out, and the remedy, for a person
 */
record Sight(
        Election election,
        long generation,
        Primary primary,
        Observation observation,
        Optional<Duration> nextHearing,
        Optional<String> unheard) {}
