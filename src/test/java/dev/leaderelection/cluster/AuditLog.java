package dev.leaderelection.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;

/** What the operator has asked of the API server, by the API server's own record. */
public final class AuditLog {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final ControlPlane controlPlane;

    /** That of a control plane which keeps one. */
    public AuditLog(ControlPlane controlPlane) {
        this.controlPlane = controlPlane;
    }

    /**
     * One answered request for a resource.
     *
     * @param verb get, list, watch, create, update, patch or delete
     * @param resource group, resource and subresource, as in {@code leaderelection.dev/leaderelections/status}
     * @param namespace empty when it concerns all
     * @param name of the object, empty when it concerns many
     * @param code the HTTP status of the answer
     */
    public record Request(String verb, String resource, String namespace, String name, int code) {}

    /** Every answered request so far. */
    public List<Request> requests() {
        try {
            String text = Files.readString(controlPlane.auditLog(), StandardCharsets.UTF_8);
            // The last line may be half written.
            return text.substring(0, text.lastIndexOf('\n') + 1)
                    .lines()
                    .map(AuditLog::parse)
                    .filter(entry -> entry.has("objectRef"))
                    .map(AuditLog::request)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the audit log", e);
        }
    }

    /** Every answered request so far that concerns this namespace alone. */
    public List<Request> requests(String namespace) {
        return requests().stream()
                .filter(request -> request.namespace().equals(namespace))
                .toList();
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a line of the audit log is no JSON: " + line, e);
        }
    }

    private static Request request(JsonNode entry) {
        JsonNode object = entry.path("objectRef");
        String group = object.path("apiGroup").asText("");
        String subresource = object.path("subresource").asText("");
        return new Request(
                entry.path("verb").asText(),
                (group.isEmpty() ? "" : group + "/")
                        + object.path("resource").asText()
                        + (subresource.isEmpty() ? "" : "/" + subresource),
                object.path("namespace").asText(""),
                object.path("name").asText(""),
                entry.path("responseStatus").path("code").asInt());
    }
}
