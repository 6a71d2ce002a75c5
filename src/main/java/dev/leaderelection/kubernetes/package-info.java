/**
 * The way in from Kubernetes, and the one way out: objects become an {@link dev.leaderelection.election.Observation}, and
 * everything that is written goes through {@link dev.leaderelection.kubernetes.ElectionStore}. Knows the client, the wire types
 * and the election; decides nothing.
 */
@NullMarked
package dev.leaderelection.kubernetes;

import org.jspecify.annotations.NullMarked;
