package dev.leaderelection.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
final class ControlPlaneBinariesTest {

    private static final Release RELEASE = new Release("1.99.0", "3.99.0");
    private static final Set<Binary> KUBECTL = EnumSet.of(Binary.KUBECTL);

    private final Path home;
    private final Map<String, byte[]> published = new ConcurrentHashMap<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final HttpServer mirror;

    ControlPlaneBinariesTest(@TempDir Path home) throws IOException {
        this.home = home;
        this.mirror = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void openMirror() {
        mirror.createContext("/", exchange -> {
            byte[] body = published.getOrDefault(exchange.getRequestURI().getPath(), new byte[0]);
            exchange.sendResponseHeaders(body.length == 0 ? 404 : 200, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        mirror.start();
    }

    @AfterEach
    void closeMirror() {
        mirror.stop(0);
    }

    @Test
    void prefersTheFolderOfKubebuilderAssets() throws IOException {
        Path assets = folderWith("assets", "etcd", "kube-apiserver", "kubectl");
        folderWith(cache(), "kubectl", "kube-scheduler");

        Map<Binary, Path> found = binaries(Map.of("KUBEBUILDER_ASSETS", assets.toString()))
                .locate(EnumSet.of(Binary.KUBECTL, Binary.KUBE_SCHEDULER));

        assertThat(found)
                .containsEntry(Binary.KUBECTL, assets.resolve("kubectl"))
                .containsEntry(Binary.KUBE_SCHEDULER, home.resolve(cache()).resolve("kube-scheduler"));
    }

    @Test
    void refusesIncompleteFolderOfKubebuilderAssets() throws IOException {
        Path assets = folderWith("assets", "etcd");

        assertThatThrownBy(() -> binaries(Map.of("KUBEBUILDER_ASSETS", assets.toString()))
                        .locate(KUBECTL))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("lacks kube-apiserver, kubectl");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void downloadsOfficialReleaseIntoTheCache() throws Exception {
        publish("kube-apiserver", "server");
        publish("kubectl", "tool");

        Map<Binary, Path> found = binaries(Map.of()).locate(KUBECTL);

        Path cached = home.resolve(cache()).resolve("kubectl");
        assertThat(found).containsExactly(Map.entry(Binary.KUBECTL, cached));
        assertThat(cached).hasContent("tool").isExecutable();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void downloadsEtcdOutOfItsArchive() throws Exception {
        publish("kube-apiserver", "server");
        publishEtcd("store");

        Map<Binary, Path> found = binaries(Map.of()).locate(EnumSet.of(Binary.ETCD));

        assertThat(found.get(Binary.ETCD)).hasContent("store").isExecutable();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void refusesDownloadWithWrongChecksumAndLeavesNothing() throws Exception {
        publish("kube-apiserver", "server");
        publish("kubectl", "tool");
        published.put(kubernetesPath("kubectl"), bytes("forged"));

        assertThatThrownBy(() -> binaries(Map.of()).locate(KUBECTL))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("refused")
                .hasMessageContaining(sha256(bytes("forged")));

        assertThat(home.resolve(cache())).isDirectoryNotContaining("glob:**/kubectl*");
    }

    @Test
    void saysWhatToInstallWithinSecondsWhenThereIsNoWay() {
        closeMirror();
        long started = System.nanoTime();

        assertThatThrownBy(() -> binaries(Map.of()).locate(KUBECTL))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("kubectl")
                .hasMessageContaining("Install Go >= 1.26")
                .hasMessageContaining("KUBEBUILDER_ASSETS")
                .hasMessageContaining("dl.k8s.io");

        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(8));
    }

    @Test
    void buildsWithGoWhatCannotBeDownloadedAndStampsTheVersion() throws IOException {
        closeMirror();
        writeModule();
        Path go = folderWith("go", "go").resolve("go");
        Files.writeString(go, """
                #!/bin/sh
                if [ "$3" = env ]; then echo go1.26.3; exit; fi
                while [ $# -gt 0 ]; do
                  case "$1" in *gitVersion*) flags="$1";; -o) target="$2";; esac
                  last="$1"
                  shift
                done
                echo "$last $flags CGO_ENABLED=$CGO_ENABLED" > "$target"
                """);

        Map<Binary, Path> found = binaries(Map.of()).locate(KUBECTL);

        assertThat(found.get(Binary.KUBECTL))
                .isExecutable()
                .content()
                .contains("k8s.io/kubernetes/cmd/kubectl", "gitVersion=v1.99.0", "gitMinor=99", "CGO_ENABLED=0");
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("Building kubectl (1 of 1)");
    }

    @Test
    void ignoresGoThatIsTooOld() throws IOException {
        closeMirror();
        writeModule();
        Files.writeString(folderWith("go", "go").resolve("go"), "#!/bin/sh\necho go1.25.9\n");

        assertThatThrownBy(() -> binaries(Map.of()).locate(KUBECTL)).hasMessageContaining("Install Go >= 1.26");
    }

    private ControlPlaneBinaries binaries(Map<String, String> environment) {
        Map<String, String> variables = new HashMap<>(environment);
        variables.put("XDG_CACHE_HOME", home.toString());
        URI site = URI.create("http://127.0.0.1:" + mirror.getAddress().getPort());
        return new ControlPlaneBinaries(
                variables,
                RELEASE,
                new ReleaseSite(site, site, RELEASE),
                new GoBuild(home, List.of(home.resolve("go")), RELEASE),
                new PrintStream(out, true, StandardCharsets.UTF_8));
    }

    private void writeModule() throws IOException {
        Files.writeString(Files.createDirectories(home.resolve("controlplane")).resolve("go.mod"), "module test");
    }

    private static String cache() {
        return "leader-election-operator/kubernetes-1.99.0";
    }

    private Path folderWith(String folder, String... programs) throws IOException {
        Path path = Files.createDirectories(home.resolve(folder));
        for (String program : programs) {
            Path file = Files.writeString(path.resolve(program), program);
            assertThat(file.toFile().setExecutable(true)).isTrue();
        }
        return path;
    }

    private void publish(String program, String content) throws Exception {
        published.put(kubernetesPath(program), bytes(content));
        published.put(kubernetesPath(program) + ".sha256", bytes(sha256(bytes(content))));
    }

    private void publishEtcd(String content) throws Exception {
        String name = "etcd-v3.99.0-linux-" + architecture();
        Files.writeString(Files.createDirectories(home.resolve(name)).resolve("etcd"), content);
        Path archive = home.resolve("etcd.tar.gz");
        int exit = new ProcessBuilder("tar", "-czf", archive.toString(), "-C", home.toString(), name)
                .start()
                .waitFor();
        assertThat(exit).isZero();
        byte[] packed = Files.readAllBytes(archive);
        published.put("/v3.99.0/" + name + ".tar.gz", packed);
        published.put("/v3.99.0/SHA256SUMS", bytes(sha256(packed) + "  " + name + ".tar.gz\n"));
    }

    private static String kubernetesPath(String program) {
        return "/v1.99.0/bin/linux/" + architecture() + "/" + program;
    }

    private static String architecture() {
        return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String sha256(byte[] content) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }
}
