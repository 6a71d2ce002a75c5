package dev.leaderelection.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@Timeout(120)
final class ControlPlaneProcessesIT {

    @Test
    void restartedApiServerKeepsItsAddressAndItsData() {
        try (ControlPlane controlPlane = ControlPlane.start()) {
            KubernetesClient admin = controlPlane.admin();
            String namespace = controlPlane.createNamespace("kept");
            long pid = controlPlane.process(Binary.KUBE_APISERVER).pid();

            controlPlane.stopApiServer();
            controlPlane.startApiServer();

            assertThat(controlPlane.process(Binary.KUBE_APISERVER).pid()).isNotEqualTo(pid);
            assertThat(admin.namespaces().withName(namespace).get()).isNotNull();
        }
    }

    @Test
    void takesOtherPortsWhenOneIsTakenBySomebodyElse() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Deque<List<Integer>> choices = new ArrayDeque<>();
            choices.add(List.of(free(), free(), taken.getLocalPort()));
            choices.add(List.of(taken.getLocalPort(), free(), free()));
            choices.add(List.of(free(), free(), free()));

            try (ControlPlane controlPlane =
                    ControlPlane.builder().withPorts(count -> choices.remove()).start()) {
                assertThat(choices).isEmpty();
                assertThat(controlPlane.url()).doesNotEndWith(":" + taken.getLocalPort());
            }
        }
    }

    @Test
    void failureToStartTellsWhatTheLogSays() {
        assertThatThrownBy(() -> ControlPlane.builder()
                        .withApiServerFlags("--no-such-flag")
                        .start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("kube-apiserver (ended with exit code 1)")
                .hasMessageContaining("unknown flag: --no-such-flag");
    }

    @Test
    void closingLeavesNeitherProcessesNorFiles() {
        ControlPlane controlPlane = ControlPlane.builder().withScheduler().start();
        List<ChildProcess> processes = controlPlane.processes();

        controlPlane.close();

        assertThat(processes).hasSize(4).noneMatch(ChildProcess::isAlive);
        assertThat(controlPlane.directory()).doesNotExist();
    }

    @Test
    void nodeThatFallsSilentIsNoticedByTheNodeLifecycleController() {
        try (ControlPlane controlPlane = ControlPlane.builder()
                        .withControllerManagerFlags("--node-monitor-period=1s", "--node-monitor-grace-period=6s")
                        .start();
                FakeKubelet kubelet = FakeKubelet.start(controlPlane.admin(), 2)) {
            String node = kubelet.nodes().get(0);

            kubelet.silence(node);

            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> readyCondition(controlPlane, node).equals("Unknown"));
            assertThat(readyCondition(controlPlane, kubelet.nodes().get(1))).isEqualTo("True");
            kubelet.revive(node);
            assertThat(readyCondition(controlPlane, node)).isEqualTo("True");
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void everySocketListensOnLoopback() throws IOException {
        try (ControlPlane controlPlane = ControlPlane.builder().withScheduler().start()) {
            Set<String> addresses = new HashSet<>();
            for (ChildProcess process : controlPlane.processes()) {
                addresses.addAll(listeningAddresses(process.pid()));
            }

            assertThat(addresses).containsExactly("0100007F");
        }
    }

    @Test
    void nothingOutlivesAnOwnerThatWasKilled() throws IOException {
        Process owner = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ControlPlane.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Map<String, String> told = new HashMap<>();
        try (BufferedReader reader = owner.inputReader(StandardCharsets.UTF_8)) {
            reader.lines()
                    .takeWhile(line -> !line.equals("ready"))
                    .forEach(line -> told.put(
                            line.substring(0, line.lastIndexOf(' ')), line.substring(line.lastIndexOf(' ') + 1)));
        }
        List<Long> pids = told.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith("pid "))
                .map(entry -> Long.valueOf(entry.getValue()))
                .toList();
        assertThat(pids).hasSize(3).allMatch(ControlPlaneProcessesIT::isAlive);

        owner.destroyForcibly();

        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(pids).noneMatch(ControlPlaneProcessesIT::isAlive));
        Path folder = Path.of(String.valueOf(told.get("folder")));
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> Files.notExists(folder));
    }

    private static int free() throws IOException {
        return FreePorts.choose(1).get(0);
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    private static String readyCondition(ControlPlane controlPlane, String node) {
        return controlPlane.admin().nodes().withName(node).require().getStatus().getConditions().stream()
                .filter(condition -> condition.getType().equals("Ready"))
                .findFirst()
                .orElseThrow()
                .getStatus();
    }

    /** Addresses in the hexadecimal form of /proc/net/tcp and tcp6. */
    private static Set<String> listeningAddresses(long pid) throws IOException {
        Set<String> sockets = new HashSet<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            for (Path descriptor : descriptors.toList()) {
                sockets.add(Files.readSymbolicLink(descriptor).toString());
            }
        }
        Set<String> addresses = new HashSet<>();
        for (String table : List.of("tcp", "tcp6")) {
            for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "net", table))) {
                String[] fields = line.strip().split("\\s+", -1);
                if (fields[3].equals("0A") && sockets.contains("socket:[" + fields[9] + "]")) {
                    addresses.add(fields[1].substring(0, fields[1].indexOf(':')));
                }
            }
        }
        return addresses;
    }
}
