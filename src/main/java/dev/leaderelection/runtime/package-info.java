/** Puts the parts together: configuration, wiring, health. The only package that reads the machine's clock and randomness. */
@NullMarked
package dev.leaderelection.runtime;

import org.jspecify.annotations.NullMarked;
