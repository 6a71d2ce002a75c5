package dev.leaderelection.story;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.Map;

/** Where the API server keeps its objects, for what the API server lets nobody write. */
final class ObjectStore {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String url;

    ObjectStore(String url) {
        this.url = url;
    }

    /** Replaces a text in a custom resource, which must be there. */
    void replace(String key, String text, String by) {
        String encodedKey = encoded("/registry/" + key);
        JsonNode found = send("range", Map.of("key", encodedKey)).path("kvs").path(0);
        String object =
                new String(Base64.getDecoder().decode(found.path("value").asText()), UTF_8);
        assertThat(object).contains(text);
        send("put", Map.of("key", encodedKey, "value", encoded(object.replace(text, by))));
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    private JsonNode send(String verb, Map<String, String> body) {
        try {
            HttpResponse<String> response = http.send(
                    HttpRequest.newBuilder(URI.create(url + "/v3/kv/" + verb))
                            .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
