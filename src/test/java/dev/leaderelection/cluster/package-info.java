/**
 * A real Kubernetes control plane for integration tests, benchmarks and demonstrations: no root, no containers, loopback only.
 *
 * <p>May know the JDK, the fabric8 client, Jackson and Awaitility; knows nothing of elections.
 */
@NullMarked
package dev.leaderelection.cluster;

import org.jspecify.annotations.NullMarked;
