/** Trains the operator's start-up archive, while it is packaged. */
@NullMarked
package dev.leaderelection.training;

import org.jspecify.annotations.NullMarked;
