/** What users do, what other systems do, and what the operator makes of it, told on a real API server. */
@NullMarked
package dev.leaderelection.story;

import org.jspecify.annotations.NullMarked;
