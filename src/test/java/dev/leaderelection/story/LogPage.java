package dev.leaderelection.story;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the documentation shows of the operator's log, and what the operator wrote, without what is another each time. */
final class LogPage {

    private static final Path PAGE = Path.of("src", "site", "markdown", "metrics.md");
    private static final String NAMESPACE = "shop";

    private LogPage() {}

    /** The lines that the page shows, in the order in which they stand there. */
    static List<String> shown(String beginning) throws IOException {
        return Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith(beginning) && line.contains(NAMESPACE))
                .map(line -> masked(line, NAMESPACE))
                .toList();
    }

    /** The last lines that were written of the elections of a namespace. */
    static List<String> written(String log, String namespace, int count) {
        List<String> lines = log.lines()
                .filter(line -> line.contains(namespace))
                .map(line -> masked(line, namespace))
                .toList();
        return lines.subList(Math.max(0, lines.size() - count), lines.size());
    }

    private static String masked(String line, String namespace) {
        return line.replace(namespace, NAMESPACE)
                .replaceAll("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d+(Z|[-+]\\d\\d:\\d\\d)", "<time>")
                .replaceAll("(milliseconds\\W+)[0-9.]+", "$1<milliseconds>");
    }
}
