package dev.leaderelection.cli;

import io.fabric8.kubernetes.api.model.AuthInfo;
import io.fabric8.kubernetes.api.model.Cluster;
import io.fabric8.kubernetes.api.model.ConfigBuilder;
import io.fabric8.kubernetes.api.model.ExecConfig;
import io.fabric8.kubernetes.api.model.NamedAuthInfo;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.Config.ExecCredentialStatus;
import io.fabric8.kubernetes.client.internal.CertUtils;
import io.fabric8.kubernetes.client.internal.KubeConfigUtils;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** How the API server is reached, and as whom: as kubectl would. */
final class Connection {

    private static final Path ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

    /** The algorithm's identifier in a key, as bytes. */
    private static final String ELLIPTIC_CURVE = "2a8648ce3d0201";

    private final Map<String, String> environment;
    private final Path account;

    /**
     * @param environment the variables
     * @param account where a pod has its service account
     */
    Connection(Map<String, String> environment, Path account) {
        this.environment = environment;
        this.account = account;
    }

    static Connection ofThisProcess() {
        return new Connection(System.getenv(), ACCOUNT);
    }

    Kubeconfig kubeconfig(Access access) {
        return Kubeconfig.read(access.kubeconfig(), environment);
    }

    /** What the client needs to know; a plugin that gives credentials has been run. */
    Config config(Access access) {
        if (access.impersonated().isEmpty() && !access.impersonatedGroups().isEmpty()) {
            throw new Failure("--as-group says in which groups --as is: name somebody by --as too");
        }
        Kubeconfig kubeconfig = kubeconfig(access);
        Optional<Kubeconfig.Choice> choice = kubeconfig.choose(access);
        try {
            Config config =
                    choice.isPresent() ? of(choice.get()) : inCluster(access).orElseThrow(kubeconfig::noChoice);
            if (!access.impersonated().isEmpty()) {
                config.setImpersonateUsername(access.impersonated());
            }
            if (!access.impersonatedGroups().isEmpty()) {
                config.setImpersonateGroups(access.impersonatedGroups().toArray(String[]::new));
            }
            return config;
        } catch (IOException e) {
            throw new Failure("a file that the kubeconfig names cannot be read: " + Failure.oneLine(e));
        }
    }

    private Config of(Kubeconfig.Choice choice) throws IOException {
        Cluster cluster = choice.cluster().getCluster();
        cluster.setServer(url(cluster));
        Optional<ExecConfig> exec = choice.user().map(NamedAuthInfo::getUser).map(AuthInfo::getExec);
        // Or the client would run it.
        choice.user().ifPresent(user -> user.getUser().setExec(null));
        Config config = Config.empty();
        KubeConfigUtils.merge(config, null, only(choice));
        proxy(config, cluster);
        if (choice.user().isPresent()) {
            NamedAuthInfo user = choice.user().get();
            identify(config, user.getUser(), choice.folder());
            if (exec.isPresent() && !ExecPlugin.isGiven(config.getAutoOAuthToken())) {
                ExecPlugin plugin = new ExecPlugin(user.getName(), exec.get(), choice.folder());
                accept(config, plugin.credentials(cluster, authority(config)));
            }
        }
        keyAlgorithm(config);
        return config;
    }

    /** Without a scheme it is as secure as the rest of the cluster's entry says. */
    private static String url(Cluster cluster) {
        String server = cluster.getServer();
        if (server.contains("://")) {
            return server;
        }
        boolean secure = ExecPlugin.isGiven(cluster.getCertificateAuthority())
                || ExecPlugin.isGiven(cluster.getCertificateAuthorityData())
                || Boolean.TRUE.equals(cluster.getInsecureSkipTlsVerify());
        return (secure ? "https://" : "http://") + server;
    }

    private static io.fabric8.kubernetes.api.model.Config only(Kubeconfig.Choice choice) {
        return new ConfigBuilder()
                .withClusters(choice.cluster())
                .withUsers(choice.user().stream().toList())
                .addNewContext()
                .withName("chosen")
                .withNewContext()
                .withCluster(choice.cluster().getName())
                .withUser(choice.user().map(NamedAuthInfo::getName).orElse(""))
                .withNamespace(choice.namespace())
                .endContext()
                .endContext()
                .withCurrentContext("chosen")
                .build();
    }

    /** What the client does not read of a user. */
    private static void identify(Config config, AuthInfo user, Path folder) throws IOException {
        if (!ExecPlugin.isGiven(user.getToken()) && ExecPlugin.isGiven(user.getTokenFile())) {
            config.setAutoOAuthToken(
                    Files.readString(folder.resolve(user.getTokenFile())).strip());
        }
        if (ExecPlugin.isGiven(user.getAs())) {
            config.setImpersonateUsername(user.getAs());
            config.setImpersonateGroups(Objects.requireNonNullElse(user.getAsGroups(), List.<String>of())
                    .toArray(String[]::new));
            config.setImpersonateExtras(user.getAsUserExtra());
            if (ExecPlugin.isGiven(user.getAsUid())) {
                config.setCustomHeaders(Map.of("Impersonate-Uid", user.getAsUid()));
            }
        }
    }

    private static void accept(Config config, ExecCredentialStatus given) {
        if (ExecPlugin.isGiven(given.token)) {
            config.setAutoOAuthToken(given.token);
        }
        if (ExecPlugin.isGiven(given.clientCertificateData)) {
            config.setClientCertData(given.clientCertificateData);
            config.setClientKeyData(given.clientKeyData);
            config.setClientKeyAlgo(Config.getKeyAlgorithm(null, given.clientKeyData));
        }
    }

    private static String authority(Config config) throws IOException {
        if (ExecPlugin.isGiven(config.getCaCertData())) {
            return config.getCaCertData();
        }
        return ExecPlugin.isGiven(config.getCaCertFile())
                ? Base64.getEncoder().encodeToString(Files.readAllBytes(Path.of(config.getCaCertFile())))
                : "";
    }

    /** A key in PKCS #8 does not say in its first line what it is, and the client takes it for RSA. */
    private static void keyAlgorithm(Config config) throws IOException {
        if (config.getClientKeyData() == null && config.getClientKeyFile() == null) {
            return;
        }
        String pem = new String(
                CertUtils.getInputStreamFromDataOrFile(config.getClientKeyData(), config.getClientKeyFile())
                        .readAllBytes(),
                StandardCharsets.US_ASCII);
        if (pem.contains("BEGIN PRIVATE KEY")) {
            byte[] key = Base64.getMimeDecoder().decode(pem.replaceAll("-----[^-]+-----", ""));
            config.setClientKeyAlgo(HexFormat.of().formatHex(key).contains(ELLIPTIC_CURVE) ? "EC" : "RSA");
        }
    }

    /** The client heeds a proxy only if it has the scheme of the server; kubectl goes by no proxy to this machine. */
    private void proxy(Config config, Cluster cluster) {
        if (ExecPlugin.isGiven(cluster.getProxyUrl())) {
            config.setHttpProxy(cluster.getProxyUrl());
            config.setHttpsProxy(cluster.getProxyUrl());
            return;
        }
        variable("HTTP_PROXY").ifPresent(config::setHttpProxy);
        variable("HTTPS_PROXY").ifPresent(config::setHttpsProxy);
        config.setNoProxy(Stream.concat(
                        Stream.of("localhost", "127.0.0.0/8"),
                        variable("NO_PROXY").stream().flatMap(list -> Stream.of(list.split(","))))
                .map(String::strip)
                .map(host -> host.startsWith("*") ? host.substring(1) : host)
                .toArray(String[]::new));
    }

    private Optional<String> variable(String name) {
        return Stream.of(name, name.toLowerCase(Locale.ROOT))
                .map(one -> environment.getOrDefault(one, ""))
                .filter(value -> !value.isEmpty())
                .findFirst();
    }

    /** A pod's own cluster, if this is a pod, as its service account. */
    private Optional<Config> inCluster(Access access) throws IOException {
        String host = environment.getOrDefault("KUBERNETES_SERVICE_HOST", "");
        String port = environment.getOrDefault("KUBERNETES_SERVICE_PORT", "");
        Path token = account.resolve("token");
        if (!access.kubeconfig().isEmpty()
                || !access.user().isEmpty()
                || host.isEmpty()
                || port.isEmpty()
                || !Files.isRegularFile(token)) {
            return Optional.empty();
        }
        Config config = Config.empty();
        config.setMasterUrl("https://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port);
        config.setAutoOAuthToken(Files.readString(token).strip());
        Path authority = account.resolve("ca.crt");
        if (Files.isRegularFile(authority)) {
            config.setCaCertFile(authority.toString());
        }
        Path namespace = account.resolve("namespace");
        if (Files.isRegularFile(namespace)) {
            config.setNamespace(Files.readString(namespace).strip());
        }
        return Optional.of(config);
    }
}
