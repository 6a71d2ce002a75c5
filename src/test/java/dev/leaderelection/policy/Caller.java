package dev.leaderelection.policy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.Identity;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Somebody who sends the API server plain requests: clients hide which ones they send, and what they are warned of. */
public record Caller(Identity identity, KubernetesClient client) implements AutoCloseable {

    public static final String JSON = "application/json";
    public static final String MERGE_PATCH = "application/merge-patch+json";
    static final String STRATEGIC_MERGE_PATCH = "application/strategic-merge-patch+json";
    static final String JSON_PATCH = "application/json-patch+json";
    static final String APPLY_PATCH = "application/apply-patch+yaml";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    public static Caller of(ControlPlane controlPlane, Identity identity) {
        return new Caller(identity, controlPlane.newClient(identity));
    }

    /**
     * What the server said.
     *
     * @param code the HTTP status
     * @param text the body
     * @param warnings for whoever sits in front of the client
     */
    public record Reply(int code, String text, List<String> warnings) {

        public boolean isSuccess() {
            return code >= 200 && code < 300;
        }

        /** What a person reads when it was refused. */
        public String message() {
            try {
                return MAPPER.readTree(text).path("message").asText();
            } catch (IOException e) {
                throw new UncheckedIOException(text, e);
            }
        }
    }

    public Reply send(String method, String path, String contentType, String body) {
        HttpRequest request = client.getHttpClient()
                .newHttpRequestBuilder()
                .uri(client.getMasterUrl().toString().replaceFirst("/$", "") + path)
                .method(method, contentType, body)
                .build();
        try {
            HttpResponse<String> response =
                    client.getHttpClient().sendAsync(request, String.class).get(30, TimeUnit.SECONDS);
            return new Reply(response.code(), response.bodyString(), response.headers("Warning"));
        } catch (ExecutionException | TimeoutException | IOException e) {
            throw new IllegalStateException(method + " " + path + " was not answered", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted during " + method + " " + path, e);
        }
    }

    /** Patches the metadata of a pod. */
    Reply patchMetadata(String namespace, String pod, String metadata) {
        return send("PATCH", podPath(namespace, pod), MERGE_PATCH, "{\"metadata\":" + metadata + "}");
    }

    static String podsPath(String namespace) {
        return "/api/v1/namespaces/" + namespace + "/pods";
    }

    static String podPath(String namespace, String pod) {
        return podsPath(namespace) + "/" + pod;
    }

    static String electionsPath(String namespace) {
        return "/apis/leaderelection.dev/v1alpha1/namespaces/" + namespace + "/leaderelections";
    }

    static String leasesPath(String namespace) {
        return "/apis/coordination.k8s.io/v1/namespaces/" + namespace + "/leases";
    }

    @Override
    public void close() {
        client.close();
    }

    @Override
    public String toString() {
        return identity.user();
    }
}
