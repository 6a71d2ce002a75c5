package dev.leaderelection.nodes;

import dev.leaderelection.cluster.Binary;
import dev.leaderelection.cluster.ChildProcess;
import dev.leaderelection.cluster.Command;
import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.Identity;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** A node: containerd, a kubelet and a kube-proxy in a network of their own. */
final class Node implements AutoCloseable {

    /** Held open by each pod's first container. */
    static final String SANDBOX_IMAGE = "docker.io/library/leader-election-app:local";

    /** Where distributions put the network plugins, the likely one first. */
    static final List<Path> PLUGINS =
            List.of(Path.of("/usr/lib/cni"), Path.of("/opt/cni/bin"), Path.of("/usr/libexec/cni"));

    static final Identity PROXY = new Identity("system:kube-proxy", List.of());

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final String NAMESPACE = "k8s.io";

    private final int number;
    private final Map<Binary, Path> binaries;
    private final NodeFiles files;
    private final String cgroup;
    private final List<ChildProcess> processes = new ArrayList<>();
    private List<String> kubeletCommand = List.of();

    /**
     * @param number from 1
     * @param cgroup below which its containers are to be
     */
    Node(int number, Map<Binary, Path> binaries, Path folder, String cgroup) throws IOException {
        this.number = number;
        this.binaries = Map.copyOf(binaries);
        this.files = new NodeFiles(folder);
        this.cgroup = cgroup;
    }

    /** Who its kubelet is to the API server. */
    static Identity identity(int number) {
        return new Identity("system:node:" + name(number), List.of("system:nodes"));
    }

    static String name(int number) {
        return "node-" + number;
    }

    String name() {
        return name(number);
    }

    /** Starts the three and waits until images can be imported; the kubelet reports to the API server by itself. */
    void start(ControlPlane controlPlane, Duration proxyPace) throws IOException {
        Cgroups.make(cgroup);
        Path plugins = PLUGINS.stream().filter(Files::exists).findFirst().orElseThrow();
        launch(Binary.CONTAINERD, "--config=" + files.containerd(SANDBOX_IMAGE, plugins, Network.podRange(number)));
        Awaitility.await("containerd of " + name())
                .pollInterval(Duration.ofMillis(50))
                .atMost(PATIENCE)
                .until(() -> processes.get(0).isAlive() && Files.exists(files.socket()));
        kubeletCommand = List.of(
                "--config=" + files.kubelet(Network.address(number), cgroup),
                "--kubeconfig=" + controlPlane.kubeconfig(identity(number)),
                "--root-dir=" + files.root("kubelet"),
                "--cert-dir=" + files.root("certificates"),
                "--hostname-override=" + name(),
                "--node-ip=" + Network.address(number));
        startKubelet();
        launch(Binary.KUBE_PROXY, "--config=" + files.kubeProxy(name(), controlPlane.kubeconfig(PROXY), proxyPace));
    }

    void startKubelet() {
        launch(Binary.KUBELET, kubeletCommand.toArray(String[]::new));
    }

    /** Ends the kubelet at once; the containers go on. */
    void killKubelet() {
        ChildProcess kubelet = processes.stream()
                .filter(process -> process.name().startsWith(Binary.KUBELET.fileName()))
                .findFirst()
                .orElseThrow();
        kubelet.kill();
        processes.remove(kubelet);
    }

    void importImage(Path tar) {
        ctr("images", "import", tar.toString());
    }

    /** The process of a pod's only container, as the machine knows it. */
    long pid(Pod pod) {
        String container =
                pod.getStatus().getContainerStatuses().get(0).getContainerID().replaceFirst("^containerd://", "");
        return ctr("tasks", "list")
                .lines()
                .map(line -> line.trim().split("\\s+"))
                .filter(columns -> columns[0].equals(container))
                .mapToLong(columns -> Long.parseLong(columns[1]))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(container + " does not run on " + name()));
    }

    /** Sends a signal, such as {@code KILL}, to the process of a pod's only container. */
    void signal(Pod pod, String signal) {
        Command.run("kill -" + signal, PATIENCE, List.of("sh", "-c", "kill -" + signal + " " + pid(pod)));
    }

    /** The end of each log. */
    String describe() {
        return String.join("\n", processes.stream().map(ChildProcess::describe).toList());
    }

    @Override
    public void close() {
        processes.forEach(ChildProcess::kill);
    }

    private String ctr(String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(path(Binary.CTR), "--address=" + files.socket(), "--namespace=" + NAMESPACE));
        command.addAll(List.of(arguments));
        return Command.run("ctr " + String.join(" ", arguments), PATIENCE, command);
    }

    private void launch(Binary binary, String... arguments) {
        List<String> command = new ArrayList<>(List.of(path(binary)));
        command.addAll(List.of(arguments));
        // Containerd finds its shim on the path.
        String path = Path.of(path(Binary.CONTAINERD_SHIM)).getParent() + ":" + System.getenv("PATH") + ":/usr/sbin";
        processes.add(ChildProcess.start(
                binary.fileName() + " of " + name(),
                Network.inside(number, command),
                Map.of("PATH", path),
                files.log(binary.fileName())));
    }

    private String path(Binary binary) {
        Path path = binaries.get(binary);
        if (path == null) {
            throw new IllegalStateException(binary.fileName() + " was not located");
        }
        return path.toString();
    }
}
