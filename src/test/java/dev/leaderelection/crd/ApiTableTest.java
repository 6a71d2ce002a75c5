package dev.leaderelection.crd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of the README has every field of the spec, with the default and the range that the API server enforces. */
class ApiTableTest {

    private static final String HEADER = "| field of `spec` |";

    /** Absent means something that a schema cannot say. */
    private static final Map.Entry<String, String> DEPENDENT_DEFAULT = entry("lease.name", "the election's name");

    @Test
    void readmeHasEveryFieldWithDefaultAndRange() throws IOException {
        JSONSchemaProps root = CustomResourceDefinitions.leaderElection()
                .getSpec()
                .getVersions()
                .get(0)
                .getSchema()
                .getOpenAPIV3Schema();
        Map<String, String> enforced = new TreeMap<>();
        describe("", Objects.requireNonNull(root.getProperties().get("spec")), enforced);

        assertThat(documented()).isEqualTo(enforced);
    }

    private static Map<String, String> documented() throws IOException {
        List<String> rows = Files.readAllLines(Path.of("README.md")).stream()
                .dropWhile(line -> !line.startsWith(HEADER))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .toList();
        return rows.stream()
                .map(row -> row.split("\\s*\\|\\s*", -1))
                .collect(Collectors.toMap(
                        cells -> cells[1].replace("`", ""),
                        cells -> cells[2] + ", " + cells[3],
                        (a, b) -> a,
                        TreeMap::new));
    }

    private static void describe(String path, JSONSchemaProps parent, Map<String, String> rows) {
        parent.getProperties().forEach((name, property) -> {
            String field = path + name;
            boolean leaf =
                    property.getProperties() == null || property.getProperties().isEmpty();
            if (leaf) {
                rows.put(field, defaultOf(field, parent, name, property) + ", " + rangeOf(property));
            } else {
                describe(field + ".", property, rows);
            }
            if (property.getItems() != null && property.getItems().getSchema().getProperties() != null) {
                describe(field + "[].", property.getItems().getSchema(), rows);
            }
        });
    }

    private static String defaultOf(String field, JSONSchemaProps parent, String name, JSONSchemaProps property) {
        if (parent.getRequired() != null && parent.getRequired().contains(name)) {
            return "required";
        }
        JsonNode value = property.getDefault();
        if (value == null) {
            assertThat(field).isEqualTo(DEPENDENT_DEFAULT.getKey());
            return DEPENDENT_DEFAULT.getValue();
        }
        return "`" + (value.isTextual() && !value.asText().isEmpty() ? value.asText() : value.toString()) + "`";
    }

    private static String rangeOf(JSONSchemaProps property) {
        if (property.getEnum() != null && !property.getEnum().isEmpty()) {
            return property.getEnum().stream().map(JsonNode::asText).collect(Collectors.joining(", "));
        }
        if (property.getMaximum() != null) {
            return property.getMinimum().longValue() + "–"
                    + property.getMaximum().longValue();
        }
        if (property.getMaxLength() != null) {
            return (property.getMinLength() == null ? "" : property.getMinLength() + "–") + property.getMaxLength()
                    + " characters";
        }
        Long most = property.getMaxItems() == null ? property.getMaxProperties() : property.getMaxItems();
        return "at most " + most;
    }
}
