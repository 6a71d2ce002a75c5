/** A Kubernetes operator that elects one leader among the pods of a workload. */
@NullMarked
package dev.leaderelection;

import org.jspecify.annotations.NullMarked;
