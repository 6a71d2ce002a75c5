package dev.leaderelection.monitoring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A PromQL expression that {@code deploy/monitoring/} asks.
 *
 * @param where the alert's or the panel's name
 * @param text the expression
 */
public record Query(String where, String text) {

    static final Path FOLDER = Path.of("deploy", "monitoring");

    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Pattern STRING = Pattern.compile("\"[^\"]*\"");
    private static final Pattern GROUPING = Pattern.compile("\\b(?:by|without|on|ignoring)\\s*\\(([^)]*)\\)");
    private static final Pattern MATCHERS = Pattern.compile("\\{([^}]*)}");
    private static final Pattern RANGE = Pattern.compile("\\[[^]]*]");
    private static final Pattern NAME = Pattern.compile("\\b[a-z_][a-z0-9_]*\\b(?!\\s*\\()");
    private static final Set<String> WORDS = Set.of("and", "or", "unless", "sum", "max", "bool");

    /** All of the alert rules. */
    public static List<Query> alerts() {
        List<Query> alerts = new ArrayList<>();
        read("rules.yaml")
                .at("/spec/groups")
                .forEach(group -> group.path("rules")
                        .forEach(rule -> alerts.add(new Query(
                                rule.path("alert").asText(), rule.path("expr").asText()))));
        return alerts;
    }

    /** All of the dashboard. */
    public static List<Query> panels() {
        List<Query> panels = new ArrayList<>();
        read("dashboard.json")
                .path("panels")
                .forEach(panel -> panel.path("targets")
                        .forEach(target -> panels.add(new Query(
                                panel.path("title").asText(),
                                target.path("expr").asText()))));
        return panels;
    }

    static JsonNode read(String file) {
        try {
            return YAML.readTree(FOLDER.resolve(file).toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The metrics that it names. Labels are asked of all of them: no query here joins metrics with different ones. */
    public Set<String> metrics() {
        Set<String> metrics = new HashSet<>();
        Matcher name = NAME.matcher(bare());
        while (name.find()) {
            if (!WORDS.contains(name.group())) {
                metrics.add(name.group());
            }
        }
        return metrics;
    }

    /** The labels that it selects or groups by. */
    public Set<String> labels() {
        String unquoted = STRING.matcher(text).replaceAll("\"\"");
        Set<String> labels = new HashSet<>();
        for (Pattern list : List.of(GROUPING, MATCHERS)) {
            Matcher found = list.matcher(unquoted);
            while (found.find()) {
                for (String item : found.group(1).split(",", -1)) {
                    labels.add(item.strip().replaceFirst("\\s*[!=~].*", ""));
                }
            }
        }
        labels.remove("");
        return labels;
    }

    /** As it would be sent, with what Grafana fills in. */
    String filledIn() {
        return text.replace("$__rate_interval", "5m").replace("$namespace", ".*");
    }

    private String bare() {
        String bare = STRING.matcher(text).replaceAll("");
        for (Pattern other : List.of(GROUPING, MATCHERS, RANGE)) {
            bare = other.matcher(bare).replaceAll("");
        }
        return bare;
    }
}
