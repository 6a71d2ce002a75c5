/**
 * The protocol under a simulated API server in virtual time: several operator replicas run the production pass unchanged, and are
 * suspended, crashed and resumed between any two of their calls, as a seed says. May know everything of the production code but
 * its wiring.
 */
@NullMarked
package dev.leaderelection.simulation;

import org.jspecify.annotations.NullMarked;
