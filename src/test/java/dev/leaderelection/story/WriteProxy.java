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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Stands on loopback between an operator and the API server, and disturbs what the operator writes in a namespace: it cuts the
 * operator off right after its n-th write has landed, before it learns so, or lets writes meet a {@link Fault}. Each namespace has its own
 * trouble. Events do not count: nothing depends on them.
 */
final class WriteProxy implements AutoCloseable {

    private final Config upstream;
    private final HttpClient client;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Path kubeconfig;
    private final Map<String, Cut> cuts = new ConcurrentHashMap<>();
    private final Map<String, Disturbance> disturbances = new ConcurrentHashMap<>();
    private final CountDownLatch end = new CountDownLatch(1);

    /** What a write meets. */
    enum Fault {
        /** Refused: somebody else was faster. */
        CONFLICT(409),
        /** Refused: no such object, whether there is one or not. */
        NOT_FOUND(404),
        /** Refused: an admission policy. */
        INVALID(422),
        /** Refused: no right. */
        FORBIDDEN(403),
        /** Refused: too many requests. */
        THROTTLED(429),
        /** Refused: something is broken. */
        BROKEN(500),
        /** Refused: something is away. */
        AWAY(503),
        /** It lands, and the connection breaks before the answer. */
        LANDS_UNHEARD(0),
        /** It lands, and the answer never comes. */
        LANDS_IN_SILENCE(0),
        /** It does not land, and the answer never comes. */
        LOST_IN_SILENCE(0);

        private final int code;

        Fault(int code) {
            this.code = code;
        }

        private boolean lands() {
            return this == LANDS_UNHEARD || this == LANDS_IN_SILENCE;
        }

        private boolean isSilent() {
            return this == LANDS_IN_SILENCE || this == LOST_IN_SILENCE;
        }

        private byte[] status() {
            return """
                    {"kind":"Status","apiVersion":"v1","status":"Failure","code":%d,"message":"so the proxy says"}""".formatted(code).getBytes(StandardCharsets.UTF_8);
        }
    }

    /**
     * A request of the operator.
     *
     * @param method GET for reads and watches
     * @param path without the query
     * @param body empty for reads
     */
    record Request(String method, String path, String body) {
        boolean isWrite() {
            return !method.equals("GET");
        }
    }

    /** What happens in a namespace while some of its writes meet a fault. */
    static final class Disturbance {
        private final Predicate<Request> meets;
        private final Fault fault;
        private final CountDownLatch over = new CountDownLatch(1);
        private final int most;
        private int struck;
        private int requests;

        private Disturbance(Predicate<Request> meets, Fault fault, int most) {
            this.meets = meets;
            this.fault = fault;
            this.most = most;
        }

        private synchronized boolean strikes(Request request) {
            requests++;
            if (struck < most && request.isWrite() && meets.test(request)) {
                struck++;
                return true;
            }
            return false;
        }

        /** How many writes have met the fault. */
        synchronized int struck() {
            return struck;
        }

        /** How many requests have been made in the namespace, reads too. */
        synchronized int requests() {
            return requests;
        }

        private void awaitEnd() throws InterruptedException {
            over.await();
        }
    }

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

    /**
     * From the n-th write in a namespace on no answer to a write comes back, and no further write lands: whatever happens to the
     * operator then, for the world it ended with that write.
     */
    void cutOffAfter(int writes, String namespace) {
        cuts.put(namespace, new Cut(writes));
    }

    /** Whether the n-th write of a namespace has landed. */
    boolean isCutOff(String namespace) {
        return Optional.ofNullable(cuts.get(namespace)).filter(Cut::isMade).isPresent();
    }

    /** How many writes are let through. */
    private static final class Cut {
        private int left;

        private Cut(int writes) {
            left = writes;
        }

        private synchronized boolean isMade() {
            return left == 0;
        }

        private synchronized void landed() {
            left--;
        }
    }

    /**
     * Lets writes in a namespace meet a fault, and counts requests, until the next disturbance there or calm.
     *
     * @param meets which writes
     * @param most how many of them
     */
    Disturbance disturb(String namespace, Fault fault, int most, Predicate<Request> meets) {
        calm(namespace);
        Disturbance disturbance = new Disturbance(meets, fault, most);
        disturbances.put(namespace, disturbance);
        return disturbance;
    }

    /** Disturbs nothing in a namespace any more. */
    void calm(String namespace) {
        Optional.ofNullable(disturbances.remove(namespace)).ifPresent(past -> past.over.countDown());
    }

    /** The namespace that a request is about; nothing for Events, and for what is in none. */
    private static String namespaceOf(String path) {
        String[] parts = path.split("/namespaces/", 2);
        return parts.length < 2 || path.contains("/events") ? "" : parts[1].replaceFirst("/.*", "");
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (exchange.getRequestHeaders().containsKey("Upgrade")) {
                // Watches over HTTP will do.
                exchange.sendResponseHeaders(503, -1);
                return;
            }
            byte[] body = exchange.getRequestBody().readAllBytes();
            Request request = new Request(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().getPath(),
                    new String(body, StandardCharsets.UTF_8));
            Optional<Disturbance> now = Optional.ofNullable(disturbances.get(namespaceOf(request.path())));
            if (now.isPresent() && now.get().strikes(request)) {
                strike(exchange, body, now.get());
                return;
            }
            Optional<Cut> cut =
                    Optional.ofNullable(cuts.get(namespaceOf(request.path()))).filter(any -> request.isWrite());
            if (cut.filter(Cut::isMade).isPresent()) {
                end.await();
                return;
            }
            HttpResponse<InputStream> answer = forward(exchange, body);
            try (InputStream text = answer.body()) {
                cut.ifPresent(Cut::landed);
                if (cut.filter(Cut::isMade).isPresent()) {
                    end.await();
                    return;
                }
                answer.headers()
                        .firstValue("Content-Type")
                        .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
                exchange.sendResponseHeaders(answer.statusCode(), 0);
                copy(text, exchange.getResponseBody());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Closing an exchange without an answer breaks the connection. */
    private void strike(HttpExchange exchange, byte[] body, Disturbance now) throws IOException, InterruptedException {
        if (now.fault.lands()) {
            forward(exchange, body).body().close();
        }
        if (now.fault.isSilent()) {
            now.awaitEnd();
        }
        if (now.fault.code > 0) {
            byte[] status = now.fault.status();
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(now.fault.code, status.length);
            exchange.getResponseBody().write(status);
        }
    }

    private HttpResponse<InputStream> forward(HttpExchange exchange, byte[] body)
            throws IOException, InterruptedException {
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
        disturbances.values().forEach(disturbance -> disturbance.over.countDown());
        end.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
