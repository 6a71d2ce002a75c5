package dev.leaderelection.story;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.Identity;
import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Stands on loopback between an operator and the API server, and kills the operator right after its n-th write in a namespace has
 * landed, before it learns so. Events do not count: nothing depends on them.
 */
final class WriteProxy implements AutoCloseable {

    private final Config upstream;
    private final HttpClient client;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Path kubeconfig;
    private String namespace = "";
    private int writesLeft;
    private Runnable kill = () -> {};

    WriteProxy(ControlPlane controlPlane) throws IOException, GeneralSecurityException {
        upstream = controlPlane.clientConfig(Identity.OPERATOR);
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(trusting(Path.of(upstream.getCaCertFile())))
                .build();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
        kubeconfig = Files.createTempFile(controlPlane.directory(), "proxy", ".kubeconfig");
        Files.writeString(kubeconfig, """
                apiVersion: v1
                kind: Config
                clusters: [{name: proxy, cluster: {server: "http://127.0.0.1:%d"}}]
                users: [{name: operator, user: {token: proxied}}]
                contexts: [{name: proxy, context: {cluster: proxy, user: operator}}]
                current-context: proxy
                """.formatted(server.getAddress().getPort()));
    }

    /** For the operator that goes through here. */
    Path kubeconfig() {
        return kubeconfig;
    }

    /** Kills right after the n-th write from now on in a namespace. */
    synchronized void killAfter(int writes, String inNamespace, Runnable killer) {
        namespace = inNamespace;
        writesLeft = writes;
        kill = killer;
    }

    /** Whether the n-th write has happened. */
    synchronized boolean hasKilled() {
        return writesLeft == 0;
    }

    /** Kills no more, and says whether it has. */
    synchronized boolean disarm() {
        boolean killed = hasKilled();
        namespace = "";
        return killed;
    }

    private synchronized boolean isDeadAfter(String path) {
        if (namespace.isEmpty() || !path.contains("/namespaces/" + namespace + "/") || path.contains("/events")) {
            return false;
        }
        if (writesLeft > 0 && --writesLeft == 0) {
            kill.run();
        }
        return writesLeft == 0;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (exchange.getRequestHeaders().containsKey("Upgrade")) {
                // Watches over HTTP will do.
                exchange.sendResponseHeaders(503, -1);
                return;
            }
            boolean reads = exchange.getRequestMethod().equals("GET");
            HttpResponse<InputStream> answer = forward(exchange);
            try (InputStream body = answer.body()) {
                if (!reads && isDeadAfter(exchange.getRequestURI().getPath())) {
                    return;
                }
                answer.headers()
                        .firstValue("Content-Type")
                        .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
                exchange.sendResponseHeaders(answer.statusCode(), 0);
                copy(body, exchange.getResponseBody());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private HttpResponse<InputStream> forward(HttpExchange exchange) throws IOException, InterruptedException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(upstream.getMasterUrl())
                        .resolve(exchange.getRequestURI().toString()))
                .method(
                        exchange.getRequestMethod(),
                        body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body))
                .header("Authorization", "Bearer " + upstream.getOauthToken());
        for (String name : List.of("Content-Type", "Accept")) {
            String value = exchange.getRequestHeaders().getFirst(name);
            if (value != null) {
                request.header(name, value);
            }
        }
        return client.send(request.build(), BodyHandlers.ofInputStream());
    }

    /** Passes each piece on as it comes: a watch never ends. */
    private static void copy(InputStream from, OutputStream to) throws IOException {
        byte[] buffer = new byte[16_384];
        for (int length = from.read(buffer); length >= 0; length = from.read(buffer)) {
            to.write(buffer, 0, length);
            to.flush();
        }
    }

    private static SSLContext trusting(Path authority) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream pem = Files.newInputStream(authority)) {
            int index = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                store.setCertificateEntry("authority-" + index++, certificate);
            }
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
