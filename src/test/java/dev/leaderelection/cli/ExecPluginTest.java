package dev.leaderelection.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that give credentials, in scripts beside the kubeconfig; standard input is no terminal here. */
class ExecPluginTest {

    private static final String TOKEN = """
            echo 'WARNING: a new version is available' >&2
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"secret"}}'
            """;

    @TempDir
    private Path folder;

    private final List<String> callers = new CopyOnWriteArrayList<>();
    private final List<HttpServer> servers = new ArrayList<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @AfterEach
    void stop() {
        servers.forEach(server -> server.stop(0));
    }

    private HttpServer serve(HttpServer server) {
        servers.add(server);
        server.createContext("/", exchange -> {
            callers.add(caller(exchange));
            byte[] body =
                    "{\"apiVersion\":\"leaderelection.dev/v1alpha1\",\"kind\":\"LeaderElectionList\",\"items\":[]}"
                            .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static String caller(HttpExchange exchange) throws IOException {
        return exchange instanceof HttpsExchange secure
                ? secure.getSSLSession().getPeerPrincipal().getName()
                : String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
    }

    private HttpServer plain() throws IOException {
        return serve(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    }

    private static String url(HttpServer server) {
        return (server instanceof HttpsServer ? "https" : "http") + "://127.0.0.1:"
                + server.getAddress().getPort();
    }

    /** Lists elections by a kubeconfig whose user is a script. */
    private int list(HttpServer server, String script, String more) throws IOException {
        Path file = Files.writeString(folder.resolve("give"), "#!/bin/sh\n" + script);
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return listBy(server, "command: ./give\n" + more);
    }

    private int listBy(HttpServer server, String exec) throws IOException {
        Path kubeconfig = Files.writeString(folder.resolve("config"), """
                clusters: [{name: c, cluster: {server: "%s", insecure-skip-tls-verify: true}}]
                contexts: [{name: x, context: {cluster: c, user: ann}}]
                current-context: x
                users:
                - name: ann
                  user:
                    exec:
                      apiVersion: client.authentication.k8s.io/v1
                %s""".formatted(url(server), exec.indent(6)));
        return KubectlElection.run(
                List.of("list", "--kubeconfig", kubeconfig.toString()),
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                () -> Sketch.NOW);
    }

    @Test
    void aWarningOnStandardErrorDoesNotSpoilTheToken() throws IOException {
        assertThat(list(plain(), TOKEN, "interactiveMode: IfAvailable"))
                .as(err.toString())
                .isZero();

        assertThat(callers).containsExactly("Bearer secret");
    }

    @Test
    void isTreatedAsConfigured() throws IOException {
        HttpServer server = plain();
        assertThat(list(server, """
                        echo "$1|$REGION" > "${0%/*}/seen"
                        echo "$KUBERNETES_EXEC_INFO" > "${0%/*}/info"
                        """ + TOKEN, """
                        args: [two words]
                        env: [{name: REGION, value: north}]
                        interactiveMode: IfAvailable
                        provideClusterInfo: true
                        """)).as(err.toString()).isZero();

        assertThat(folder.resolve("seen")).hasContent("two words|north");
        JsonNode info = new ObjectMapper().readTree(folder.resolve("info").toFile());
        assertThat(info.at("/apiVersion").asText()).isEqualTo("client.authentication.k8s.io/v1");
        assertThat(info.at("/kind").asText()).isEqualTo("ExecCredential");
        assertThat(info.at("/spec/interactive").asBoolean(true)).isFalse();
        assertThat(info.at("/spec/cluster/server").asText()).isEqualTo(url(server));
        assertThat(info.at("/spec/cluster/insecure-skip-tls-verify").asBoolean())
                .isTrue();
    }

    @Test
    void aFailureIsOneLineAndNothingIsAskedOfTheServer() throws IOException {
        HttpServer server = plain();

        assertThat(list(
                        server,
                        "echo sorry >&2\nexit 3\n",
                        "interactiveMode: Never\ninstallHint: |\n  Sign in\n  again\n"))
                .isEqualTo(1);
        assertThat(list(server, "echo nonsense\n", "interactiveMode: Never")).isEqualTo(1);
        assertThat(list(server, TOKEN, "interactiveMode: Always")).isEqualTo(1);
        assertThat(list(server, TOKEN, "")).isEqualTo(1);
        assertThat(list(server, TOKEN.replace("k8s.io/v1", "k8s.io/v1beta1"), "interactiveMode: Never"))
                .isEqualTo(1);
        assertThat(list(server, TOKEN.replace("token", "other"), "interactiveMode: Never"))
                .isEqualTo(1);
        assertThat(listBy(server, "command: no-such-plugin\ninteractiveMode: Never\ninstallHint: Get it"))
                .isEqualTo(1);

        assertThat(err.toString().lines())
                .allSatisfy(
                        line -> assertThat(line).startsWith("error: no credentials for user ann of the kubeconfig: "))
                .satisfiesExactly(
                        line -> assertThat(line).endsWith("/give ended with exit code 3. Sign in again"),
                        line -> assertThat(line).contains("/give printed what is no ExecCredential"),
                        line -> assertThat(line)
                                .contains("/give wants to ask you, and standard input is not a terminal"),
                        line -> assertThat(line).contains("interactiveMode"),
                        line -> assertThat(line).contains("v1beta1, not client.authentication.k8s.io/v1"),
                        line -> assertThat(line).contains("neither a token nor a certificate"),
                        line -> assertThat(line)
                                .contains("no-such-plugin cannot be run")
                                .endsWith(". Get it"));
        assertThat(callers).isEmpty();
    }

    /** An elliptic key without its algorithm in its first line, as most tools write it. */
    @Test
    void aCertificateIsShownToTheServer() throws IOException, GeneralSecurityException {
        KeyStore keys = keys();
        String credential = new ObjectMapper()
                .createObjectNode()
                .put("apiVersion", "client.authentication.k8s.io/v1")
                .put("kind", "ExecCredential")
                .set(
                        "status",
                        new ObjectMapper()
                                .createObjectNode()
                                .put(
                                        "clientCertificateData",
                                        pem(
                                                "CERTIFICATE",
                                                keys.getCertificate("ann").getEncoded()))
                                .put(
                                        "clientKeyData",
                                        pem(
                                                "PRIVATE KEY",
                                                keys.getKey("ann", "secret".toCharArray())
                                                        .getEncoded())))
                .toString();

        assertThat(list(secure(keys), "cat <<'END'\n" + credential + "\nEND\n", "interactiveMode: Never"))
                .as(err.toString())
                .isZero();

        assertThat(callers).containsExactly("CN=ann");
    }

    private KeyStore keys() throws IOException, GeneralSecurityException {
        Path file = folder.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "ann",
                        "-dname",
                        "CN=ann",
                        "-keyalg",
                        "EC",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        "secret")
                .inheritIO()
                .start();
        assertThat(keytool.onExit().join().exitValue()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, "secret".toCharArray());
        }
        return keys;
    }

    private static String pem(String type, byte[] der) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + type + "-----\n";
    }

    /** Is whom it trusts. */
    private HttpServer secure(KeyStore keys) throws IOException, GeneralSecurityException {
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, "secret".toCharArray());
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("ann", keys.getCertificate("ann"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters asked = context.getDefaultSSLParameters();
                asked.setNeedClientAuth(true);
                parameters.setSSLParameters(asked);
            }
        });
        return serve(server);
    }
}
