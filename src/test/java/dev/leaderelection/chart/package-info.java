/** The Helm chart under {@code deploy/helm}: that it says what {@code deploy/} says. */
@NullMarked
package dev.leaderelection.chart;

import org.jspecify.annotations.NullMarked;
