/**
 * {@code kubectl election}: what a person asks at a terminal. A program of its own beside the operator, which knows nothing of it.
 * Knows the wire types, how objects are read, and the decisions as far as they explain themselves; it writes nothing but a user's own
 * requests, with the user's own rights.
 */
@NullMarked
package dev.leaderelection.cli;

import org.jspecify.annotations.NullMarked;
