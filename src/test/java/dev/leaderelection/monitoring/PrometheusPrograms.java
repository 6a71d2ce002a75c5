package dev.leaderelection.monitoring;

import dev.leaderelection.cluster.Command;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Prometheus itself and its tool for rules.
 *
 * @param folder where they are
 */
record PrometheusPrograms(Path folder) {

    private static final String SCRIPT =
            Path.of("src", "test", "monitoring", "prometheus.sh").toString();
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /**
     * Finds them, or fetches them.
     *
     * @throws IllegalStateException when there is no way to get them: the message says what to do
     */
    static PrometheusPrograms locate() {
        String folder = Command.run("the search for Prometheus", PATIENCE, List.of("sh", SCRIPT));
        return new PrometheusPrograms(Path.of(folder.strip()));
    }

    Path prometheus() {
        return folder.resolve("prometheus");
    }

    Path promtool() {
        return folder.resolve("promtool");
    }
}
