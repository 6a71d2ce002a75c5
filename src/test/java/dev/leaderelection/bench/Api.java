package dev.leaderelection.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.Identity;
import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The JDK's HTTP client on a kept connection: as little as can stand between a caller and the API server. */
final class Api {

    static final String JSON = "application/json";
    static final String MERGE_PATCH = "application/merge-patch+json";

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpClient http;
    private final String base;
    private final String token;

    /** Sees everything that the server sends about some objects, as it arrives. */
    @FunctionalInterface
    interface Watcher {
        void event(long nanos, String type, JsonNode object);
    }

    Api(ControlPlane controlPlane, Identity identity) {
        Config config = controlPlane.clientConfig(identity);
        this.http = HttpClient.newBuilder()
                .sslContext(trusting(Path.of(config.getCaCertFile())))
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        this.base = controlPlane.url();
        this.token = config.getOauthToken();
    }

    /** A request that can be sent as it is. */
    HttpRequest request(String method, String path, String type, String body) {
        return HttpRequest.newBuilder(URI.create(base + path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + token)
                .header("Accept", JSON)
                .header("Content-Type", type)
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
    }

    HttpResponse<byte[]> send(HttpRequest request) {
        try {
            return http.send(request, BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(request.method() + " " + request.uri(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /**
     * Sends a request and reads the answer.
     *
     * @throws IllegalStateException when it was not granted
     */
    JsonNode call(String method, String path, String type, String body) {
        return read(send(request(method, path, type, body)));
    }

    JsonNode get(String path) {
        return call("GET", path, JSON, "");
    }

    /** What an answer brought, or an exception with the server's words. */
    static JsonNode read(HttpResponse<byte[]> response) {
        if (response.statusCode() >= 300) {
            throw new IllegalStateException(
                    response.request().method() + " " + response.request().uri() + ": " + response.statusCode() + " "
                            + new String(response.body(), java.nio.charset.StandardCharsets.UTF_8));
        }
        try {
            return MAPPER.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Watches until this process ends; the first events tell what is there. */
    void watch(String path, Watcher watcher) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + path + "?watch=true&timeoutSeconds=86400"))
                .header("Authorization", "Bearer " + token)
                .header("Accept", JSON)
                .build();
        Thread thread = new Thread(() -> follow(request, watcher), "watch " + path);
        thread.setDaemon(true);
        thread.start();
    }

    private void follow(HttpRequest request, Watcher watcher) {
        try (Stream<String> lines = http.send(request, BodyHandlers.ofLines()).body()) {
            lines.forEach(line -> {
                long nanos = System.nanoTime();
                JsonNode event = parse(line);
                watcher.event(nanos, event.path("type").asText(), event.path("object"));
            });
        } catch (IOException | UncheckedIOException e) {
            // The server ends before its clients do. Whoever still waits for an event will say so.
            watcher.event(System.nanoTime(), "CLOSED", MissingNode.getInstance());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static JsonNode parse(String line) {
        try {
            return line.isBlank() ? MissingNode.getInstance() : MAPPER.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SSLContext trusting(Path authority) {
        try (InputStream in = Files.newInputStream(authority)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("authority-" + number++, certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime can do this", e);
        }
    }
}
