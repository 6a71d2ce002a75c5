/** Trains the operator's start-up archive, while it is packaged, and tells what is in the image in the end. */
@NullMarked
package dev.leaderelection.training;

import org.jspecify.annotations.NullMarked;
