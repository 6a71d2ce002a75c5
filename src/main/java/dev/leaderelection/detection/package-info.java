/**
 * Feeds of facts: whether nodes send heartbeats, whether pods answer probes. Knows {@code election}, and the network where it
 * probes; nothing of Kubernetes, and nothing of who leads.
 */
@NullMarked
package dev.leaderelection.detection;

import org.jspecify.annotations.NullMarked;
