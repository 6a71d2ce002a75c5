package dev.leaderelection.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Official releases of Kubernetes and etcd, taken only when their published SHA-256 checksum agrees. */
final class ReleaseSite {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(5);

    private final URI kubernetes;
    private final URI etcd;
    private final Release release;
    private final String architecture;
    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(CONNECT_TIMEOUT)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();

    /**
     * @param kubernetes what stands before {@code /v<version>/bin/<os>/<architecture>/<name>}
     * @param etcd what stands before {@code /v<version>/etcd-v<version>-<os>-<architecture>.tar.gz}
     */
    ReleaseSite(URI kubernetes, URI etcd, Release release) {
        this.kubernetes = kubernetes;
        this.etcd = etcd;
        this.release = release;
        this.architecture = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    }

    static ReleaseSite official(Release release) {
        return new ReleaseSite(
                URI.create("https://dl.k8s.io/release"),
                URI.create("https://github.com/etcd-io/etcd/releases/download"),
                release);
    }

    /** Whether it is worth trying: one request, answered within seconds. The servers are released for Linux only. */
    boolean isReachable() {
        if (!System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux")) {
            return false;
        }
        try {
            HttpRequest probe = HttpRequest.newBuilder(checksumOf(kubernetesFile(Binary.KUBE_APISERVER)))
                    .build();
            // Not send(): its time-outs do not cover a name server that does not answer.
            return http.sendAsync(probe, BodyHandlers.discarding())
                            .get(PROBE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                            .statusCode()
                    == 200;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Downloads a program.
     *
     * @param target the file to write; it is not made executable
     * @throws IOException when the site does not have it or the connection breaks
     * @throws IllegalStateException when the checksum does not agree
     */
    void fetch(Binary binary, Path target) throws IOException {
        if (binary == Binary.ETCD) {
            fetchEtcd(target);
        } else if (!binary.goPackage().startsWith("k8s.io/")) {
            throw new IOException("it is not a release of Kubernetes");
        } else {
            URI file = kubernetesFile(binary);
            download(file, getText(checksumOf(file)).strip(), target);
        }
    }

    private void fetchEtcd(Path target) throws IOException {
        String name = "etcd-v" + release.etcd() + "-linux-" + architecture;
        String folder = etcd + "/v" + release.etcd() + "/";
        String expected = getText(URI.create(folder + "SHA256SUMS"))
                .lines()
                .filter(line -> line.endsWith(" " + name + ".tar.gz"))
                .map(line -> line.substring(0, line.indexOf(' ')))
                .findFirst()
                .orElseThrow(() -> new IOException("no checksum for " + name));
        Path archive = Files.createTempFile("etcd", ".tar.gz");
        try {
            download(URI.create(folder + name + ".tar.gz"), expected, archive);
            int exit = new ProcessBuilder("tar", "-xzOf", archive.toString(), name + "/etcd")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .redirectOutput(target.toFile())
                    .start()
                    .waitFor();
            if (exit != 0) {
                throw new IOException("tar cannot read " + name + ".tar.gz");
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            Files.delete(archive);
        }
    }

    private URI kubernetesFile(Binary binary) {
        return URI.create(
                kubernetes + "/v" + release.kubernetes() + "/bin/linux/" + architecture + "/" + binary.fileName());
    }

    private static URI checksumOf(URI file) {
        return URI.create(file + ".sha256");
    }

    private String getText(URI uri) throws IOException {
        return get(uri, BodyHandlers.ofString()).body();
    }

    private void download(URI uri, String expected, Path target) throws IOException {
        get(uri, BodyHandlers.ofFile(target));
        String actual = sha256(target);
        if (!actual.equalsIgnoreCase(expected)) {
            throw new IllegalStateException(
                    "refused " + uri + ": its SHA-256 is " + actual + ", published is " + expected);
        }
    }

    private <T> HttpResponse<T> get(URI uri, HttpResponse.BodyHandler<T> handler) throws IOException {
        try {
            HttpResponse<T> response = http.send(HttpRequest.newBuilder(uri).build(), handler);
            if (response.statusCode() != 200) {
                throw new IOException("GET " + uri + " answered " + response.statusCode());
            }
            return response;
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static IOException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IOException("interrupted", e);
    }

    private static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file);
                DigestInputStream digesting = new DigestInputStream(in, MessageDigest.getInstance("SHA-256"))) {
            digesting.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(digesting.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
