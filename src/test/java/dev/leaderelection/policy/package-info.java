/** The admission policies of {@code deploy/policy/} on a real API server: who is refused what, and who is not. */
@NullMarked
package dev.leaderelection.policy;

import org.jspecify.annotations.NullMarked;
