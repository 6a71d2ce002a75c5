/**
 * Chaos on the real API server: packaged operators that all act at once, while processes are killed and frozen, the network is cut
 * and users break whatever they can reach. Every revision of the store is replayed into a checker of what is promised. Knows the
 * promises and the wire types, and of the operator's own code only what reads objects.
 */
@NullMarked
package dev.leaderelection.chaos;

import org.jspecify.annotations.NullMarked;
