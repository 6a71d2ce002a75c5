package dev.leaderelection.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What is wrong with the operator's settings, beyond what cannot be read at all. */
final class Settings {

    private static final Pattern PREFIX =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

    private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    private final List<String> mistakes = new ArrayList<>();

    private Settings() {}

    /** One line for each mistake: which setting, what it is, what it may be. */
    static List<String> mistakes(OperatorConfig config) {
        Settings settings = new Settings();
        settings.above("overdue-limit", config.overdueLimit());
        settings.from("event-queue", config.eventQueue(), 1);
        settings.from("rehearsals", config.rehearsals(), 0);
        settings.above("rehearsal-limit", config.rehearsalLimit());
        settings.from("probes.at-once", config.probes().atOnce(), 1);
        settings.from("metrics.per-election", config.metrics().perElection(), 0);
        config.namespace().ifPresent(settings::namespace);
        settings.prefixes(config.allowedLabelPrefixes().orElse(Set.of()));
        settings.replica(config.replica());
        return settings.mistakes;
    }

    private void replica(OperatorConfig.Replica replica) {
        try {
            var unused = new ReplicaElection("", replica.duration(), replica.renewInterval());
        } catch (IllegalArgumentException e) {
            mistakes.add(e.getMessage());
        }
    }

    /** The framework has the caches of several namespaces share one store, in which each drops what the others know. */
    private void namespace(String name) {
        if (!NAMESPACE.matcher(name).matches()) {
            mistake(
                    "namespace",
                    name,
                    "must be one namespace, or empty for all (for several, run one operator in each)");
        }
    }

    private void prefixes(Set<String> prefixes) {
        prefixes.stream()
                .filter(prefix -> !PREFIX.matcher(prefix).matches())
                .sorted()
                .forEach(prefix -> mistake(
                        "allowed-label-prefixes",
                        prefix,
                        "must be DNS prefixes separated by commas, such as example.com"));
    }

    private void above(String setting, Duration value) {
        if (!isPositive(value)) {
            mistake(setting, value, "must be above 0s");
        }
    }

    private void from(String setting, int value, int least) {
        if (value < least) {
            mistake(setting, value, "must be at least " + least);
        }
    }

    private static boolean isPositive(Duration value) {
        return value.compareTo(Duration.ZERO) > 0;
    }

    private void mistake(String setting, Object value, String rule) {
        mistakes.add("leader-election." + setting + " " + rule + ", and is " + value);
    }
}
