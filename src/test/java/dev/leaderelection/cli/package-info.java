/** What {@code kubectl election} prints, to the letter, and what it does on a real cluster. */
@NullMarked
package dev.leaderelection.cli;

import org.jspecify.annotations.NullMarked;
