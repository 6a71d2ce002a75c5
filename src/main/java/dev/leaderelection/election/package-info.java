/**
 * Who leads, and the steps that make it so. Knows {@code java.*} and nothing else: no Kubernetes, no JSON, no logger, no clock.
 * Everything here is a function of an {@link dev.leaderelection.election.Observation}.
 */
@NullMarked
package dev.leaderelection.election;

import org.jspecify.annotations.NullMarked;
