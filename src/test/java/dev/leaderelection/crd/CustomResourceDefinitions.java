package dev.leaderelection.crd;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeadershipTransfer;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Generates the CustomResourceDefinitions from the wire types. The same types give the same bytes. */
final class CustomResourceDefinitions {

    /** What regenerates it. */
    static final String COMMAND = "mvn test -Dtest=CrdDriftTest -Dcrds.write=true";

    /** The generator sorts columns by JSON path; people read them in this order. */
    private static final List<String> ELECTION_COLUMNS =
            List.of("Strategy", "Leader", "Term", "Ready", "Candidates", "Last-Switch", "Age");

    private static final List<String> TRANSFER_COLUMNS =
            List.of("Election", "From", "To", "Term", "Completed", "Reason", "Age");

    private CustomResourceDefinitions() {}

    /** The definition of LeaderElection. */
    static CustomResourceDefinition leaderElection() {
        CustomResourceDefinition definition = tidied(
                generated(LeaderElection.class),
                ELECTION_COLUMNS,
                "Asks for exactly one leader among the pods of its namespace that its selector matches.",
                "What is asked of the election.",
                "What the operator knows of the election; written by it alone.");
        status(definition)
                .forEach(status ->
                        mapList(status, "members", List.of("podName"), List.of("podName", "reason", "state")));
        return definition;
    }

    /** The definition of LeadershipTransfer. */
    static CustomResourceDefinition leadershipTransfer() {
        return tidied(
                generated(LeadershipTransfer.class),
                TRANSFER_COLUMNS,
                "Asks an election of its namespace, once, to give leadership to another pod.",
                "What is asked for. It never changes.",
                "What became of it; written by the operator alone.");
    }

    /** All definitions. */
    static List<CustomResourceDefinition> all() {
        return List.of(leaderElection(), leadershipTransfer());
    }

    /** Where a generated definition is committed. */
    static Path file(CustomResourceDefinition definition) {
        return Path.of("crds", definition.getMetadata().getName() + ".yaml");
    }

    private static CustomResourceDefinition generated(Class<? extends CustomResource<?, ?>> kind) {
        Capture capture = new Capture();
        new CRDGenerator()
                .customResourceClasses(kind)
                .forCRDVersions("v1")
                .withParallelGenerationEnabled(false)
                .withOutput(new Discard())
                .withPostProcessor(capture)
                .generate();
        if (capture.generated.size() != 1) {
            throw new IllegalStateException("expected one definition, got " + capture.generated.size());
        }
        return capture.generated.get(0);
    }

    /** The definition as it is committed. */
    static String yaml(CustomResourceDefinition definition) {
        YAMLMapper yaml = YAMLMapper.builder()
                .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
                .disable(YAMLGenerator.Feature.SPLIT_LINES)
                .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                .build();
        JsonNode tree = withIntegralNumbers(new KubernetesSerialization().convertValue(definition, JsonNode.class));
        try {
            return "# Generated from src/main/java/dev/leaderelection/api. Do not edit; regenerate with:\n#   "
                    + COMMAND + "\n" + yaml.writeValueAsString(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Bounds are doubles in the schema's Java type; written as such they read 9.007199254740991E15. */
    private static JsonNode withIntegralNumbers(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.properties().forEach(field -> field.setValue(withIntegralNumbers(field.getValue())));
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, withIntegralNumbers(array.get(i)));
            }
        } else if (node.isDouble() && node.canConvertToLong() && node.doubleValue() == node.longValue()) {
            return LongNode.valueOf(node.longValue());
        }
        return node;
    }

    private static CustomResourceDefinition tidied(
            CustomResourceDefinition definition, List<String> columns, String kind, String spec, String status) {
        for (CustomResourceDefinitionVersion version : definition.getSpec().getVersions()) {
            version.setAdditionalPrinterColumns(inReadingOrder(version.getAdditionalPrinterColumns(), columns));
            JSONSchemaProps schema = version.getSchema().getOpenAPIV3Schema();
            // Without it an object with no spec at all is accepted, and none of the rules below spec is ever asked.
            schema.setRequired(List.of("spec"));
            // What "kubectl explain" says first.
            schema.setDescription(kind);
            property(schema, "spec").setDescription(spec);
            property(schema, "status").setDescription(status);
            mapList(
                    property(schema, "status"),
                    "conditions",
                    List.of("type"),
                    List.of("lastTransitionTime", "message", "reason", "status", "type"));
        }
        return definition;
    }

    private static List<JSONSchemaProps> status(CustomResourceDefinition definition) {
        return definition.getSpec().getVersions().stream()
                .map(version -> property(version.getSchema().getOpenAPIV3Schema(), "status"))
                .toList();
    }

    private static List<CustomResourceColumnDefinition> inReadingOrder(
            List<CustomResourceColumnDefinition> columns, List<String> wanted) {
        List<String> names =
                columns.stream().map(CustomResourceColumnDefinition::getName).toList();
        if (!wanted.containsAll(names) || names.size() != wanted.size()) {
            throw new IllegalStateException("expected the columns " + wanted + ", got " + names);
        }
        return columns.stream()
                .sorted(Comparator.comparingInt(column -> wanted.indexOf(column.getName())))
                .toList();
    }

    /** No annotation of the generator says that a list is a map; the API server wants the map's keys required. */
    private static void mapList(JSONSchemaProps parent, String name, List<String> keys, List<String> required) {
        JSONSchemaProps list = property(parent, name);
        list.setXKubernetesListType("map");
        list.setXKubernetesListMapKeys(keys);
        list.getItems().getSchema().setRequired(required);
    }

    private static JSONSchemaProps property(JSONSchemaProps parent, String name) {
        JSONSchemaProps property = parent.getProperties().get(name);
        if (property == null) {
            throw new IllegalStateException("no property " + name);
        }
        return property;
    }

    private static final class Capture implements CRDPostProcessor {
        private final List<CustomResourceDefinition> generated = new ArrayList<>();

        @Override
        public HasMetadata process(HasMetadata definition, String version) {
            generated.add((CustomResourceDefinition) definition);
            return definition;
        }
    }

    /** The generator insists on writing somewhere; Capture has the object already. */
    private static final class Discard implements CRDGenerator.CRDOutput<ByteArrayOutputStream> {
        @Override
        public ByteArrayOutputStream outputFor(String name) {
            return new ByteArrayOutputStream();
        }

        @Override
        public void close() {}
    }
}
