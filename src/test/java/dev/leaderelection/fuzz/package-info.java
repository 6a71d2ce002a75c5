/** Objects that nobody in his right mind would write, for whoever must not stumble over them. */
@NullMarked
package dev.leaderelection.fuzz;

import org.jspecify.annotations.NullMarked;
