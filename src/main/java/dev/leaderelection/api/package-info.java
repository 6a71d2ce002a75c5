/** The wire types of the API group {@code leaderelection.dev}, and nothing else: no decisions, no client. */
@NullMarked
package dev.leaderelection.api;

import org.jspecify.annotations.NullMarked;
