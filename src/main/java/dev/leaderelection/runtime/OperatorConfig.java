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

    /** The one namespace whose elections are looked after; none for those of all namespaces. */
    Optional<String> namespace();

    /** The DNS prefixes that routing label keys may have; none for all that the CRD allows. */
    Optional<Set<String>> allowedLabelPrefixes();

    /** Whether to let all elections go, which are kept, and then to end: for when the operator is uninstalled. */
    @WithDefault("false")
    boolean release();

    /** How many Events may wait to be written before further ones are dropped. */
    @WithDefault("10000")
    int eventQueue();

    /** How many failovers to rehearse at the start, and how many requests; 0 for none. */
    @WithDefault("300")
    int rehearsals();

    /** How long to rehearse each of them at most. */
    @WithDefault("5s")
    Duration rehearsalLimit();

    /** How the operator probes pods, where an election asks for it. */
    Probes probes();

    /** How the operator probes pods. */
    interface Probes {

        /**
         * How many probes may be under way at once, over all elections; of one namespace at most a quarter of them, and at most a third
         * as many as are free.
         */
        @WithDefault("256")
        int atOnce();

        /**
         * Whether addresses that no pod has, such as 127.0.0.1, may be probed. For tests alone: whoever may write a pod's status
         * could then have the operator reach what listens on its own machine.
         */
        @WithDefault("false")
        boolean anyAddress();
    }

    /** Whether logs are JSON, one object a line. */
    @WithDefault("false")
    boolean logJson();

    /** What is told to whoever scrapes. */
    Metrics metrics();

    /** What is told to whoever scrapes. */
    interface Metrics {

        /** How many elections have series of their own, at most; 0 for none. */
        @WithDefault("0")
        int perElection();
    }

    /** How the operator's own replicas agree on the one that acts. */
    Replica replica();

    /** The operator's own Lease. */
    interface Replica {

        /** Names this replica among those that run at the same time, and again after a restart; none for a random name. */
        Optional<String> identity();

        /** The namespace of the operator's own Lease; none for the one that the operator's account is in. */
        Optional<String> namespace();

        /** The name of the operator's own Lease. Installations that shall act beside each other need names of their own. */
        @WithDefault("leader-election-operator")
        String lease();

        /** How long an operator that ended without a word is waited for, in whole seconds, at least two. */
        @WithDefault("6s")
        Duration duration();

        /** After how long the Lease is renewed, at most half its duration. */
        @WithDefault("2s")
        Duration renewInterval();
    }
}
