/** Proof that the alert rules and the dashboard ask for what the operator tells. */
@NullMarked
package dev.leaderelection.monitoring;

import org.jspecify.annotations.NullMarked;
