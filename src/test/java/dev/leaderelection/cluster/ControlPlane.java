package dev.leaderelection.cluster;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * A Kubernetes control plane of its own on loopback: etcd, API server, controller manager and, if wanted, the scheduler.
 *
 * <p>There are no nodes: {@link FakeKubelet} plays them. Any number of control planes runs side by side. All processes end with
 * this JVM, whatever its end is.
 */
public final class ControlPlane implements AutoCloseable {

    private static final Duration KUBECTL_TIMEOUT = Duration.ofMinutes(2);

    private final ControlPlaneCommands commands;
    private final ScratchFolder scratch;
    private final ProcessGroup processes;
    private final KubernetesClient admin;

    private ControlPlane(
            ControlPlaneCommands commands, ScratchFolder scratch, ProcessGroup processes, KubernetesClient admin) {
        this.commands = commands;
        this.scratch = scratch;
        this.processes = processes;
        this.admin = admin;
    }

    /** The API server makes its certificate before it listens; only then can there be a client. */
    static ControlPlane launch(ControlPlaneCommands commands, ScratchFolder scratch, boolean scheduler)
            throws IOException {
        ProcessGroup processes = new ProcessGroup(commands.directory());
        try {
            processes.launch(Binary.ETCD, commands.etcd());
            processes.launch(Binary.KUBE_APISERVER, commands.apiServer());
            // Somebody else may hold the port: the certificate is ours for certain.
            processes.await(
                    "the API server's port",
                    () -> Files.exists(commands.credentials().authority())
                            && isOpen(commands.address(), commands.apiServerPort()));
            commands.credentials().writeKubeconfigs(commands.url());
            return complete(commands, scratch, processes, scheduler);
        } catch (IOException | RuntimeException e) {
            processes.close();
            throw e;
        }
    }

    private static ControlPlane complete(
            ControlPlaneCommands commands, ScratchFolder scratch, ProcessGroup processes, boolean scheduler) {
        KubernetesClient admin = newClient(clientConfig(commands, Identity.ADMIN));
        try {
            ControlPlane controlPlane = new ControlPlane(commands, scratch, processes, admin);
            processes.await("the API server", controlPlane::isReady);
            processes.launch(Binary.KUBE_CONTROLLER_MANAGER, commands.controllerManager());
            if (scheduler) {
                processes.launch(Binary.KUBE_SCHEDULER, commands.scheduler());
            }
            controlPlane.awaitDefaultServiceAccount("default");
            return controlPlane;
        } catch (RuntimeException e) {
            admin.close();
            throw e;
        }
    }

    public static ControlPlaneBuilder builder() {
        return new ControlPlaneBuilder();
    }

    /** Starts one with the defaults: no scheduler, with an audit log of the operator's requests. */
    public static ControlPlane start() {
        return builder().start();
    }

    /** The one that all tests of this JVM share, started at the first call and closed when the JVM ends. */
    public static ControlPlane shared() {
        return Shared.INSTANCE;
    }

    /** Runs a control plane until this process ends; prints its URL, the admin's kubeconfig and the pids. */
    public static void main(String[] args) throws InterruptedException {
        ControlPlane controlPlane = shared();
        System.out.println("url " + controlPlane.url());
        System.out.println("folder " + controlPlane.directory());
        System.out.println("kubeconfig " + controlPlane.kubeconfig(Identity.ADMIN));
        controlPlane.processes().forEach(process -> System.out.println("pid " + process.name() + " " + process.pid()));
        System.out.println("ready");
        new CountDownLatch(1).await();
    }

    public String url() {
        return commands.url();
    }

    /** Where the API server keeps its objects. */
    public String storeUrl() {
        return commands.storeUrl();
    }

    /** Where logs, data and credentials are; deleted by {@link #close()}. */
    public Path directory() {
        return commands.directory();
    }

    /** A client that may do everything; closed with the control plane. */
    public KubernetesClient admin() {
        return admin;
    }

    /** A new client with this identity; the caller closes it. It reports every failure at once instead of retrying. */
    public KubernetesClient newClient(Identity identity) {
        return newClient(clientConfig(identity));
    }

    /**
     * How fabric8 reaches the API server as this identity, without retries.
     *
     * @throws IllegalArgumentException when the identity was not named to the builder
     */
    public Config clientConfig(Identity identity) {
        return clientConfig(commands, identity);
    }

    /** A file for {@code KUBECONFIG} with this identity. */
    public Path kubeconfig(Identity identity) {
        return commands.credentials().kubeconfigFile(identity);
    }

    /**
     * A process of this control plane, to be paused or killed; the API server's is another one after {@link #startApiServer()}.
     *
     * @throws IllegalArgumentException when it does not run here
     */
    public ChildProcess process(Binary binary) {
        return processes.get(binary);
    }

    /** The processes that are part of this control plane, running or not. */
    public List<ChildProcess> processes() {
        return processes.all();
    }

    /** Kills the API server: connections break, the port is closed. */
    public void stopApiServer() {
        process(Binary.KUBE_APISERVER).kill();
    }

    /** Starts the API server again on the same port and waits until it is ready. */
    public void startApiServer() {
        processes.launch(Binary.KUBE_APISERVER, commands.apiServer());
        processes.await("the API server", this::isReady);
    }

    /**
     * Runs kubectl as admin; its plugin {@code election} is the one that was packaged.
     *
     * @return what it printed on standard output
     * @throws IllegalStateException with what it printed on standard error when it fails or takes longer than two minutes
     */
    public String kubectl(String... arguments) {
        boolean isPlugin = arguments[0].equals("election");
        // kubectl takes no flags before the name of a plugin.
        List<String> command =
                isPlugin ? new ArrayList<>(List.of(kubectlBinary().toString())) : new ArrayList<>(commands.kubectl());
        command.addAll(Arrays.asList(arguments));
        Map<String, String> environment = isPlugin ? pluginEnvironment(Identity.ADMIN) : Map.of();
        return Command.run("kubectl " + String.join(" ", arguments), KUBECTL_TIMEOUT, environment, command);
    }

    /** The environment in which kubectl finds its packaged plugin, and the plugin this control plane, as a user. */
    public Map<String, String> pluginEnvironment(Identity identity) {
        return Map.of(
                "KUBECONFIG", kubeconfig(identity).toString(),
                "JAVA_HOME", System.getProperty("java.home"),
                "PATH", Path.of("target").toAbsolutePath() + ":" + System.getenv("PATH"));
    }

    /** The kubectl of this release, for whoever runs it as somebody else. */
    public Path kubectlBinary() {
        return Path.of(commands.kubectl().get(0));
    }

    /** Creates a namespace with a name of its own, and waits until pods can be created in it. */
    public String createNamespace(String prefix) {
        String name = admin.namespaces()
                .resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withGenerateName(prefix + "-")
                        .endMetadata()
                        .build())
                .create()
                .getMetadata()
                .getName();
        awaitDefaultServiceAccount(name);
        return name;
    }

    /** What the API server has counted since its start. */
    public ApiServerMetrics metrics() {
        return new ApiServerMetrics(admin.raw("/metrics"));
    }

    /**
     * Requests of all clients that the API server has answered since its start.
     *
     * @param verb as the API server counts them: GET, LIST, WATCH, POST, PUT, PATCH, APPLY, DELETE
     * @param resource plural name, for instance {@code pods}
     */
    public long requests(String verb, String resource) {
        return metrics().requests(Map.of("verb", verb, "resource", resource));
    }

    /** One JSON object for each request of the operator, in order of completion; empty when the audit log is off. */
    public Path auditLog() {
        return commands.auditLog();
    }

    @Override
    public void close() {
        admin.close();
        processes.close();
        scratch.close();
    }

    /** Until then the API server refuses pods in the namespace. */
    private void awaitDefaultServiceAccount(String namespace) {
        processes.await(
                "the service account of namespace " + namespace,
                () -> admin.serviceAccounts()
                                .inNamespace(namespace)
                                .withName("default")
                                .get()
                        != null);
    }

    private boolean isReady() {
        try {
            return "ok".equals(admin.raw("/readyz"));
        } catch (KubernetesClientException e) {
            return false;
        }
    }

    private static boolean isOpen(String address, int port) {
        try (Socket socket = new Socket(address, port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static KubernetesClient newClient(Config config) {
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    private static Config clientConfig(ControlPlaneCommands commands, Identity identity) {
        return new ConfigBuilder(Config.empty())
                .withMasterUrl(commands.url())
                .withCaCertFile(commands.credentials().authority().toString())
                .withOauthToken(commands.credentials().token(identity))
                .withNamespace("default")
                .withRequestRetryBackoffLimit(0)
                .build();
    }

    /** Made by the first caller, and only then. */
    private static final class Shared {
        static final ControlPlane INSTANCE = start();

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(INSTANCE::close, "close-control-plane"));
        }
    }
}
