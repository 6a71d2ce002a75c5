/**
 * A demonstration for people: leaders break before their eyes, on a real API server. May know the cluster harness and the wire
 * types; of the operator it sees what any client of the API server sees.
 */
@NullMarked
package dev.leaderelection.demo;

import org.jspecify.annotations.NullMarked;
