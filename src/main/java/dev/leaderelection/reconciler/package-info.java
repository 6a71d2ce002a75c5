/** Gather, plan, execute, report, reschedule. Knows the operator framework and every layer below; talks to no client itself. */
@NullMarked
package dev.leaderelection.reconciler;

import org.jspecify.annotations.NullMarked;
