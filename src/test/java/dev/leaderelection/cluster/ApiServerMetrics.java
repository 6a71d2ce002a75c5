package dev.leaderelection.cluster;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the API server counted, at one moment.
 *
 * @param text the exposition in the Prometheus text format
 */
public record ApiServerMetrics(String text) {

    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    /** Sums a counter or gauge over all series that have at least these labels; 0 when there is none. */
    public double sum(String metric, Map<String, String> labels) {
        return text.lines()
                .filter(line -> line.startsWith(metric + "{") || line.startsWith(metric + " "))
                .filter(line -> labelsOf(line).entrySet().containsAll(labels.entrySet()))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** Requests answered since the API server started, by all clients, with these labels of {@code apiserver_request_total}. */
    public long requests(Map<String, String> labels) {
        return Math.round(sum("apiserver_request_total", labels));
    }

    private static Map<String, String> labelsOf(String line) {
        Map<String, String> labels = new HashMap<>();
        Matcher matcher = LABEL.matcher(line);
        while (matcher.find()) {
            labels.put(matcher.group(1), matcher.group(2));
        }
        return labels;
    }
}
