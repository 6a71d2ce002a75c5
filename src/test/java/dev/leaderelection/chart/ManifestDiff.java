package dev.leaderelection.chart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leaderelection.docs.YamlDocuments;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Tells where two sets of manifests differ, object by object, down to the field. */
final class ManifestDiff {

    private final List<String> differences = new ArrayList<>();

    private ManifestDiff() {}

    /**
     * Compares what Kustomize and Helm render.
     *
     * @return one line for each difference, with the object, the path in it, and both values
     */
    static List<String> between(String kustomize, String helm) {
        Map<String, ObjectNode> one = byName(kustomize);
        Map<String, ObjectNode> other = byName(helm);
        ManifestDiff diff = new ManifestDiff();
        TreeSet<String> names = new TreeSet<>(one.keySet());
        names.addAll(other.keySet());
        for (String name : names) {
            if (!other.containsKey(name)) {
                diff.differences.add(name + ": not in the chart");
            } else if (!one.containsKey(name)) {
                diff.differences.add(name + ": only in the chart");
            } else {
                diff.compare(name + " ", one.get(name), other.get(name));
            }
        }
        return diff.differences;
    }

    private static Map<String, ObjectNode> byName(String manifests) {
        Map<String, ObjectNode> byName = new TreeMap<>();
        for (ObjectNode object : YamlDocuments.parse(manifests)) {
            String name = YamlDocuments.kind(object) + "/"
                    + object.path("metadata").path("name").asText();
            if (byName.put(name, object) != null) {
                throw new IllegalStateException(name + " is there twice");
            }
        }
        return byName;
    }

    private void compare(String path, JsonNode one, JsonNode other) {
        if (one.isObject() && other.isObject()) {
            TreeSet<String> fields = new TreeSet<>();
            one.fieldNames().forEachRemaining(fields::add);
            other.fieldNames().forEachRemaining(fields::add);
            fields.forEach(field -> compare(path + "/" + field, one.path(field), other.path(field)));
        } else if (one.isArray() && other.isArray()) {
            for (int i = 0; i < Math.max(one.size(), other.size()); i++) {
                compare(path + "/" + i, one.path(i), other.path(i));
            }
        } else if (!isTheSame(one, other)) {
            differences.add(path + ": " + shown(one) + " in deploy/, " + shown(other) + " in the chart");
        }
    }

    /** Kustomize breaks long texts into other lines. */
    private static boolean isTheSame(JsonNode one, JsonNode other) {
        boolean areTexts = one.isTextual() && other.isTextual();
        return areTexts ? inOneLine(one).equals(inOneLine(other)) : one.equals(other);
    }

    private static String inOneLine(JsonNode text) {
        return text.asText().replaceAll("\\s+", " ");
    }

    private static String shown(JsonNode value) {
        return value instanceof MissingNode ? "nothing" : value.toString();
    }
}
