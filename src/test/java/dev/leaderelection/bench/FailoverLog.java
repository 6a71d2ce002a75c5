package dev.leaderelection.bench;

import dev.leaderelection.cluster.OperatorProcess;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the operator says of its own failovers: from the watch event that told it to the answer to its last write. */
final class FailoverLog {

    private static final Pattern FIELD = Pattern.compile("(namespace|term|milliseconds)=([^\\s,}]+)");

    private FailoverLog() {}

    /** Nanoseconds by term, for the election of a namespace. */
    static Map<Long, Long> read(OperatorProcess operator, String namespace) {
        Map<Long, Long> took = new HashMap<>();
        operator.log().lines().filter(line -> line.contains("leader promoted")).forEach(line -> {
            Map<String, String> fields = new HashMap<>();
            Matcher matcher = FIELD.matcher(line);
            while (matcher.find()) {
                fields.put(matcher.group(1), matcher.group(2));
            }
            if (namespace.equals(fields.get("namespace"))) {
                took.put(
                        Long.parseLong(fields.getOrDefault("term", "0")),
                        Math.round(1e6 * Double.parseDouble(fields.getOrDefault("milliseconds", "0"))));
            }
        });
        return took;
    }
}
