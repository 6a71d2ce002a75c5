package dev.leaderelection.runtime;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The operator's own settings, {@code leader-election.*}. */
@ConfigMapping(prefix = "leader-election")
interface OperatorConfig {

    /** How late a pass may be before the process counts as hung, and its liveness probe fails. */
    @WithDefault("30s")
    Duration overdueLimit();

    /** How many Events may wait to be written before further ones are dropped. */
    @WithDefault("10000")
    int eventQueue();
}
