package dev.leaderelection.crd;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.leaderelection.api.LeaderElectionSpec;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.util.Iterator;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The API server fills in the schema's defaults, the records fill in their own: both must say the same. */
class DefaultsTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final YAMLMapper YAML = StrictMapper.yaml();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{strategy: {}}",
                "{strategy: {type: Bully}}",
                "{strategy: {type: Bully, bully: {}}}",
                "{strategy: {type: Ring, ring: {}}}",
                "{strategy: {ordinal: Lowest}}",
                "{lease: {}}",
                "{lease: {name: other}}",
                "{lease: {durationSeconds: 60}}",
                "{lease: {renewIntervalSeconds: 5}}",
                "{detection: {}}",
                "{failover: {}}",
                "{routing: {}}",
                "{routing: {label: {}}}",
                "{routing: {label: {key: example.com/role}}}",
                "{routing: {label: {followerValue: follower}}}",
                "{minimumTerm: 7}",
                "{mode: Paused}",
                "{historyLimit: 3}",
                "{selector: {matchExpressions: [{key: app, operator: Exists}]}}",
                "{selector: {matchLabels: {app: x}, matchExpressions: [{key: app, operator: In, values: [x]}]}}"
            })
    void recordsDefaultAsTheSchemaDoes(String given) throws JsonProcessingException {
        ObjectNode spec = (ObjectNode) YAML.readTree(given);
        if (!spec.has("selector")) {
            spec.set("selector", YAML.readTree("{matchLabels: {app: orders}}"));
        }
        JSONSchemaProps schema = specSchema();

        JsonNode byRecords = JSON.valueToTree(YAML.treeToValue(spec, LeaderElectionSpec.class));

        JsonNode bySchema = withDefaults(spec.deepCopy(), schema);
        assertThat(withoutEmpty(byRecords)).isEqualTo(withoutEmpty(bySchema));
    }

    private static JSONSchemaProps specSchema() {
        JSONSchemaProps spec = CustomResourceDefinitions.leaderElection()
                .getSpec()
                .getVersions()
                .get(0)
                .getSchema()
                .getOpenAPIV3Schema()
                .getProperties()
                .get("spec");
        return Objects.requireNonNull(spec);
    }

    /** Structural defaulting as the API server does it: a default where a field is absent, then the same below. */
    private static JsonNode withDefaults(JsonNode node, JSONSchemaProps schema) {
        if (node instanceof ObjectNode object && schema.getProperties() != null) {
            schema.getProperties().forEach((name, property) -> {
                if (!object.has(name) && property.getDefault() != null) {
                    object.set(name, property.getDefault().deepCopy());
                }
                JsonNode child = object.get(name);
                if (child != null) {
                    withDefaults(child, property);
                }
            });
        } else if (node instanceof ArrayNode array && schema.getItems() != null) {
            array.forEach(item -> withDefaults(item, schema.getItems().getSchema()));
        }
        return node;
    }

    /** Records leave empty containers out; the schema's default is to have them. Both mean the same. Numbers: by value. */
    private static JsonNode withoutEmpty(JsonNode node) throws JsonProcessingException {
        JsonNode copy = JSON.readTree(JSON.writeValueAsString(node));
        prune(copy);
        return copy;
    }

    private static void prune(JsonNode node) {
        for (Iterator<JsonNode> children = node.elements(); children.hasNext(); ) {
            JsonNode child = children.next();
            prune(child);
            if (child.isContainerNode() && child.isEmpty()) {
                children.remove();
            }
        }
    }
}
