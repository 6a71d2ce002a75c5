package dev.leaderelection.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kubeconfig has the contexts test (east, ann) and prod (west, bob), and test is the current one. */
class ConnectionTest {

    private static final String KUBECONFIG = "src/test/resources/kubectl/kubeconfig.yaml";

    @TempDir
    private Path folder;

    private final Map<String, String> environment = new HashMap<>(Map.of("KUBECONFIG", KUBECONFIG));

    private Config connect(Access access) {
        return new Connection(environment, folder).config(access);
    }

    private static Access access(String context, String cluster, String user, String kubeconfig) {
        return new Access("", context, cluster, user, "", kubeconfig);
    }

    private static Access nothing() {
        return access("", "", "", "");
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private void refuses(Access access, String... parts) {
        assertThatThrownBy(() -> connect(access))
                .isInstanceOf(Failure.class)
                .hasMessageContainingAll(parts)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void takesTheCurrentContext() {
        Config config = connect(nothing());

        assertThat(config.getMasterUrl()).isEqualTo("https://east.example:6443/");
        assertThat(config.getAutoOAuthToken()).isEqualTo("of-ann");
        assertThat(config.getNamespace()).isEqualTo("shop");
    }

    @Test
    void optionsChooseOtherParts() {
        assertThat(connect(access("prod", "", "", "")).getMasterUrl()).isEqualTo("https://west.example:6443/");
        assertThat(connect(access("", "west", "", "")).getMasterUrl()).isEqualTo("https://west.example:6443/");
        assertThat(connect(access("", "", "bob", "")).getAutoOAuthToken()).isEqualTo("of-bob");
    }

    @Test
    void impersonatesWhomTheUserOrTheOptionNames() {
        Config robot = connect(access("prod", "", "", ""));
        assertThat(robot.getImpersonateUsername()).isEqualTo("robot");
        assertThat(robot.getImpersonateGroups()).containsExactly("robots");

        assertThat(connect(new Access("", "prod", "", "", "eve", "")).getImpersonateUsername())
                .isEqualTo("eve");
    }

    /** The client's own reading heeds these. */
    @Test
    void variablesThatKubectlIgnoresOverruleNothing() {
        environment.putAll(Map.of(
                "KUBERNETES_MASTER", "https://evil.example",
                "KUBERNETES_NAMESPACE", "elsewhere",
                "KUBERNETES_SERVICE_HOST", "10.0.0.1",
                "KUBERNETES_SERVICE_PORT", "443"));

        Config config = connect(access("test", "", "", KUBECONFIG));

        assertThat(config.getMasterUrl()).isEqualTo("https://east.example:6443/");
        assertThat(config.getNamespace()).isEqualTo("shop");
    }

    @Test
    void ofSeveralFilesTheFirstWinsAndMissingOnesAreSkipped() throws IOException {
        Path first = file("first", """
                current-context: prod
                clusters: [{name: west, cluster: {server: "https://other.example"}}]
                """);
        environment.put("KUBECONFIG", folder.resolve("none") + ":" + first + ":" + KUBECONFIG);

        assertThat(connect(nothing()).getMasterUrl()).isEqualTo("https://other.example/");
    }

    @Test
    void pathsInAKubeconfigAreRelativeToIt() throws IOException {
        file("token.txt", "from-a-file\n");
        Path file = file("config", """
                current-context: c
                clusters: [{name: c, cluster: {server: "https://c.example", certificate-authority: tls/ca.crt}}]
                users: [{name: u, user: {tokenFile: token.txt}}]
                contexts: [{name: c, context: {cluster: c, user: u}}]
                """);

        Config config = connect(access("", "", "", file.toString()));

        assertThat(config.getCaCertFile())
                .isEqualTo(folder.resolve("tls/ca.crt").toString());
        assertThat(config.getAutoOAuthToken()).isEqualTo("from-a-file");
    }

    @Test
    void aProxyOfTheClusterComesBeforeThatOfTheEnvironment() throws IOException {
        environment.put("https_proxy", "http://env.example:3128");
        environment.put("NO_PROXY", "*.internal, 10.0.0.0/8");
        assertThat(connect(nothing()).getHttpsProxy()).isEqualTo("http://env.example:3128");
        assertThat(connect(nothing()).getNoProxy()).contains(".internal", "10.0.0.0/8", "localhost");

        Path file = file("config", """
                current-context: c
                clusters: [{name: c, cluster: {server: "https://c.example", proxy-url: "http://own.example:8080"}}]
                contexts: [{name: c, context: {cluster: c}}]
                """);
        assertThat(connect(access("", "", "", file.toString())).getHttpsProxy()).isEqualTo("http://own.example:8080");
    }

    @Test
    void inAPodWithoutAKubeconfigItIsTheServiceAccount() throws IOException {
        file("token", "of-the-pod\n");
        file("namespace", "inside");
        file("ca.crt", "");
        environment.putAll(Map.of(
                "KUBECONFIG", folder.resolve("none").toString(),
                "KUBERNETES_SERVICE_HOST", "fd00::1",
                "KUBERNETES_SERVICE_PORT", "443"));

        Config config = connect(nothing());

        assertThat(config.getMasterUrl()).isEqualTo("https://[fd00::1]:443/");
        assertThat(config.getAutoOAuthToken()).isEqualTo("of-the-pod");
        assertThat(config.getNamespace()).isEqualTo("inside");
        assertThat(config.getCaCertFile()).isEqualTo(folder.resolve("ca.crt").toString());
        refuses(access("", "", "bob", ""), "there is no kubeconfig at");
    }

    @Test
    void saysWhatIsMissing() {
        refuses(access("elsewhere", "", "", ""), "no context elsewhere", "get-contexts");
        refuses(access("", "elsewhere", "", ""), "no cluster elsewhere", "get-clusters");
        refuses(access("", "", "elsewhere", ""), "no user elsewhere", "get-users");
        refuses(access("", "", "", folder.resolve("none").toString()), "--kubeconfig", "no file that can be read");
        refuses(access("", "", "", folder.toString()), "--kubeconfig", "no file that can be read");
        environment.put("KUBECONFIG", folder.resolve("none").toString());
        refuses(nothing(), "there is no kubeconfig at " + folder.resolve("none"));
        refuses(access("test", "", "", ""), folder.resolve("none") + " has no context test");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "clusters: [{name: c\n",
                "\tx: y\n",
                "hello",
                "clusters: {a: b}\n",
                "users: [{name: u, user: {exec: {command: [a]}}}]\n",
                "clusters: [{name: c, cluster: {}}]\ncontexts: [{name: c, context: {cluster: c}}]\ncurrent-context: c\n",
                "clusters: [{name: c}]\ncontexts: [{name: c, context: {cluster: c}}]\ncurrent-context: c\n",
                "clusters: null\ncontexts: null\nusers: null\ncurrent-context: c\n",
                "# nothing\n",
                ""
            })
    void aMalformedKubeconfigIsOneLineThatNamesIt(String text) throws IOException {
        Path file = file("config", text);

        refuses(access("", "", "", file.toString()), file.toString());
    }
}
