package dev.leaderelection.runtime;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** The operator's own settings, {@code leader-election.*}. */
@ConfigMapping(prefix = "leader-election")
interface OperatorConfig {

    /** How late a pass may be before the process counts as hung, and its liveness probe fails. */
    @WithDefault("30s")
    Duration overdueLimit();

    /** The DNS prefixes that routing label keys may have; none for all that the CRD allows. */
    Optional<Set<String>> allowedLabelPrefixes();

    /** How many Events may wait to be written before further ones are dropped. */
    @WithDefault("10000")
    int eventQueue();

    /** How many failovers to rehearse at the start; 0 for none. */
    @WithDefault("300")
    int rehearsals();

    /** How long to rehearse at most. */
    @WithDefault("5s")
    Duration rehearsalLimit();
}
