package dev.leaderelection.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leaderelection.kubernetes.ApiServer.Reply;
import dev.leaderelection.kubernetes.ApiServer.Request;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests out of memory, so that a fresh process can go through everything but the network before it matters. It refuses
 * what comes too late or concerns nothing that exists, so that refusals are gone through, too; it checks nothing else, keeps no
 * history and is used by one thread: nothing about a real server may be concluded from it.
 */
public final class PracticeServer {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final KubernetesSerialization serialization;
    private final Map<String, ObjectNode> objects = new TreeMap<>();
    private long version = 1;

    public PracticeServer(KubernetesSerialization serialization) {
        this.serialization = serialization;
    }

    /** A way to talk to it that is the same as to a real one. */
    public ApiServer connect() {
        return new ApiServer(this::exchange, serialization);
    }

    /** Merges into the object at a path, or makes it. */
    public void merge(String path, String json) {
        write(path, json, true);
    }

    /** Takes away the object at a path. */
    public void remove(String path) {
        objects.remove(path);
    }

    /** The object at a path, as the client would have read it off a watch. */
    public <T> Optional<T> read(String path, Class<T> type) {
        return Optional.ofNullable(objects.get(path)).map(object -> serialization.unmarshal(object.toString(), type));
    }

    private Reply exchange(Request request, @Nullable String body) {
        String path = request.path().replaceFirst("\\?.*", "").replaceFirst("/status$", "");
        return switch (request.method()) {
            case "POST" -> {
                JsonNode object = parse(body);
                yield written(path + "/" + object.path("metadata").path("name").asText(), body, false);
            }
            case "PUT" -> changed(path, body, false);
            case "PATCH" -> changed(path, body, true);
            default -> found(path);
        };
    }

    private Reply found(String path) {
        ObjectNode object = objects.get(path);
        if (object != null) {
            return new Reply(200, object.toString());
        }
        ObjectNode list = JSON.createObjectNode();
        ArrayNode items = list.putArray("items");
        objects.forEach((key, item) -> {
            if (key.startsWith(path + "/")) {
                items.add(item);
            }
        });
        return items.isEmpty() ? refused(404, "not found") : new Reply(200, list.toString());
    }

    private Reply changed(String path, @Nullable String body, boolean merges) {
        ObjectNode object = objects.get(path);
        if (object == null) {
            return refused(404, "not found");
        }
        JsonNode expected = parse(body).path("metadata").path("resourceVersion");
        boolean late = !expected.isMissingNode()
                && !expected.equals(object.path("metadata").path("resourceVersion"));
        return late ? refused(409, "the object has been modified") : written(path, body, merges);
    }

    private Reply written(String path, @Nullable String body, boolean merges) {
        return new Reply(200, write(path, body, merges).toString());
    }

    private static Reply refused(int code, String message) {
        ObjectNode status = JSON.createObjectNode();
        status.put("apiVersion", "v1").put("kind", "Status").put("status", "Failure");
        status.put("message", message).put("code", code).put("reason", code == 404 ? "NotFound" : "Conflict");
        status.putObject("details").put("name", "rehearsal");
        return new Reply(code, status.toString());
    }

    private ObjectNode write(String path, @Nullable String body, boolean merges) {
        ObjectNode written = merges ? objects.getOrDefault(path, JSON.createObjectNode()) : JSON.createObjectNode();
        merge(written, parse(body));
        ObjectNode metadata = written.withObject("/metadata");
        metadata.put("resourceVersion", Long.toString(++version));
        if (!metadata.has("uid")) {
            metadata.put("uid", "uid-" + version);
        }
        ObjectNode manager = metadata.putArray("managedFields").addObject();
        manager.put("manager", LeaseReader.FIELD_MANAGER);
        manager.putObject("fieldsV1")
                .putObject("f:metadata")
                .putObject("f:annotations")
                .putObject("f:" + LeaseReader.RECORD_ANNOTATION);
        objects.put(path, written);
        return written;
    }

    /** RFC 7386. */
    private static void merge(ObjectNode target, JsonNode patch) {
        patch.properties().forEach(entry -> {
            JsonNode value = entry.getValue();
            if (value.isNull()) {
                target.remove(entry.getKey());
            } else if (value.isObject()) {
                JsonNode existing = target.get(entry.getKey());
                ObjectNode child = existing instanceof ObjectNode object ? object : target.putObject(entry.getKey());
                merge(child, value);
            } else {
                target.set(entry.getKey(), value);
            }
        });
    }

    private static JsonNode parse(@Nullable String text) {
        try {
            return JSON.readTree(text == null ? "{}" : text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the client sent no JSON", e);
        }
    }
}
