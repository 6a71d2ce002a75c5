package dev.leaderelection.reconciler;

import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Supplier;

/**
 * The two clocks of the operator, as inputs.
 *
 * @param wall the time of day, for what people read
 * @param ticks a clock that only goes forward, since any fixed instant, for what is measured
 */
public record Clocks(InstantSource wall, Supplier<Duration> ticks) {}
