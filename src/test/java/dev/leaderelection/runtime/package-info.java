/** What the wiring makes of the parts. */
@NullMarked
package dev.leaderelection.runtime;

import org.jspecify.annotations.NullMarked;
