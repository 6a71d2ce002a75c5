/**
 * How fast a failover is, and what an election costs, each figure beside the limit that the same API server sets in the same run.
 * A measurement never fails a build: a slow machine is not a defect.
 */
@NullMarked
package dev.leaderelection.bench;

import org.jspecify.annotations.NullMarked;
