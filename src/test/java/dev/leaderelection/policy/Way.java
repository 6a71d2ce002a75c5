package dev.leaderelection.policy;

import static dev.leaderelection.policy.Caller.APPLY_PATCH;
import static dev.leaderelection.policy.Caller.JSON;
import static dev.leaderelection.policy.Caller.JSON_PATCH;
import static dev.leaderelection.policy.Caller.MERGE_PATCH;
import static dev.leaderelection.policy.Caller.STRATEGIC_MERGE_PATCH;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leaderelection.policy.Caller.Reply;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.UncheckedIOException;

/** The requests by which labels and annotations get onto a pod that is there, or off it. */
enum Way {
    MERGE_PATCH_OF_THE_POD("", Method.MERGE),
    STRATEGIC_MERGE_PATCH_OF_THE_POD("", Method.STRATEGIC),
    JSON_PATCH_OF_THE_POD("", Method.JSON_PATCH),
    APPLY_TO_THE_POD("", Method.APPLY),
    UPDATE_OF_THE_POD("", Method.PUT),
    MERGE_PATCH_OF_THE_STATUS("/status", Method.MERGE),
    STRATEGIC_MERGE_PATCH_OF_THE_STATUS("/status", Method.STRATEGIC),
    JSON_PATCH_OF_THE_STATUS("/status", Method.JSON_PATCH),
    APPLY_TO_THE_STATUS("/status", Method.APPLY),
    UPDATE_OF_THE_STATUS("/status", Method.PUT),
    PATCH_OF_THE_EPHEMERAL_CONTAINERS("/ephemeralcontainers", Method.STRATEGIC),
    UPDATE_OF_THE_EPHEMERAL_CONTAINERS("/ephemeralcontainers", Method.PUT),
    PATCH_OF_THE_RESOURCES("/resize", Method.STRATEGIC),
    UPDATE_OF_THE_RESOURCES("/resize", Method.PUT),
    BINDING("/binding", Method.BIND),
    BINDING_BY_THE_OLD_WAY("", Method.BIND);

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final String subresource;
    private final Method method;

    Way(String subresource, Method method) {
        this.subresource = subresource;
        this.method = method;
    }

    private enum Method {
        MERGE,
        STRATEGIC,
        JSON_PATCH,
        APPLY,
        PUT,
        BIND
    }

    /** What is to stand on a pod. */
    enum Item {
        LABEL("labels", ""),
        TERM("annotations", ".term"),
        FENCE("annotations", ".fence");

        private final String map;
        private final String suffix;

        Item(String map, String suffix) {
            this.map = map;
            this.suffix = suffix;
        }

        /** How it is called for a key, as messages name it. */
        String named(String key) {
            return (this == LABEL ? "label " : "annotation ") + key + suffix;
        }
    }

    /** Whether an item can be taken away by it: what a Binding does not have is left alone. */
    boolean removes() {
        return method != Method.BIND && method != Method.APPLY;
    }

    /** Whether it is for pods that no node has yet. */
    boolean binds() {
        return method == Method.BIND;
    }

    Reply set(Caller caller, Pod pod, Item item, String key, String value) {
        return send(caller, pod, item, key + item.suffix, value, false);
    }

    Reply remove(Caller caller, Pod pod, Item item, String key) {
        return send(caller, pod, item, key + item.suffix, "", true);
    }

    private Reply send(Caller caller, Pod pod, Item item, String key, String value, boolean removes) {
        String namespace = pod.getMetadata().getNamespace();
        String name = pod.getMetadata().getName();
        String path = Caller.podPath(namespace, name) + subresource;
        String text = removes ? "null" : "\"" + value + "\"";
        String metadata = "\"%s\":{\"%s\":%s}".formatted(item.map, key, text);
        return switch (method) {
            case MERGE -> caller.send("PATCH", path, MERGE_PATCH, "{\"metadata\":{" + metadata + "}}");
            case STRATEGIC -> caller.send("PATCH", path, STRATEGIC_MERGE_PATCH, "{\"metadata\":{" + metadata + "}}");
            case JSON_PATCH -> {
                String pointer = "/metadata/" + item.map + "/" + key.replace("/", "~1");
                String operation = removes
                        ? "[{\"op\":\"remove\",\"path\":\"%s\"}]".formatted(pointer)
                        : "[{\"op\":\"add\",\"path\":\"%s\",\"value\":%s}]".formatted(pointer, text);
                yield caller.send("PATCH", path, JSON_PATCH, operation);
            }
            case APPLY ->
                caller.send(
                        "PATCH",
                        path + "?fieldManager=test&force=true",
                        APPLY_PATCH,
                        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"%s\",%s}}"
                                .formatted(name, metadata));
            case PUT -> caller.send("PUT", path, JSON, edited(pod, item, key, value, removes));
            case BIND -> {
                String binding = """
                        {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": "%s", %s},
                         "target": {"apiVersion": "v1", "kind": "Node", "name": "node-1"}}""".formatted(name, metadata);
                String bindings = "/api/v1/namespaces/" + namespace + "/bindings";
                yield caller.send("POST", subresource.isEmpty() ? bindings : path, JSON, binding);
            }
        };
    }

    private static String edited(Pod pod, Item item, String key, String value, boolean removes) {
        try {
            ObjectNode tree = (ObjectNode) MAPPER.readTree(MAPPER.writeValueAsString(pod));
            ObjectNode map = tree.withObject("/metadata/" + item.map);
            if (removes) {
                map.remove(key);
            } else {
                map.put(key, value);
            }
            return MAPPER.writeValueAsString(tree);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
