package dev.leaderelection.nodes;

import dev.leaderelection.cluster.ChildProcess;
import dev.leaderelection.cluster.ScratchFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Namespaces of their own, of processes, networks and mounts, for a Java program and all that it starts. The kernel takes them away when
 * the program ends, whatever its end is, and with them every process, interface, rule and mount.
 */
final class Enclosure {

    /** What programs expect below these folders is made anew, and seen by nobody else. */
    private static final String ENTER = """
            for folder in /run /var/log /var/lib/cni; do
              mount -t tmpfs tmpfs $folder
            done
            mkdir -p /run/netns /run/lock
            ip link set lo up
            "$@"
            exit $?
            """;

    /** Control groups alone outlive their namespaces: this waits until nobody holds the pipe any more. */
    private static final String SWEEP = """
            trap '' HUP INT TERM
            read -r _
            for attempt in 1 2 3 4 5 6 7 8 9 10; do
              left=$(find /sys/fs/cgroup/*/"$1" -depth -type d 2>/dev/null) || true
              [ -n "$left" ] || exit 0
              echo "$left" | xargs -r rmdir 2>/dev/null
              sleep 0.5
            done
            """;

    private static final Duration GLANCE = Duration.ofMillis(200);
    private static final List<String> TOOLS =
            List.of("unshare", "nsenter", "mount", "ip", "tar", "sha256sum", "seq", "runc", "nft");

    private Enclosure() {}

    /**
     * Says what is missing on this machine, in one message.
     *
     * @throws IllegalStateException if anything is
     */
    static void check() {
        List<String> missing =
                new ArrayList<>(TOOLS.stream().filter(tool -> !isOnPath(tool)).toList());
        if (Node.PLUGINS.stream().noneMatch(folder -> Files.exists(folder.resolve("bridge")))) {
            missing.add("the network plugins of containers");
        }
        if (!isRoot()) {
            missing.add("the rights of root");
        }
        if (!missing.isEmpty()) {
            throw new IllegalStateException(
                    "real nodes need root on Linux, and lack " + String.join(", ", missing)
                            + ": apt-get install runc containernetworking-plugins nftables iproute2 util-linux, and run as root");
        }
    }

    /**
     * Runs a program of this class path.
     *
     * @param arguments follow the name of a folder for temporary files, which is deleted in the end, and of a control group, as well
     * @param console is told each line that it prints
     * @return its exit code
     */
    static int run(Class<?> program, Path log, Consumer<String> console, List<String> arguments) throws IOException {
        Files.deleteIfExists(log);
        try (ScratchFolder scratch = new ScratchFolder("real-nodes-");
                Sweeper sweeper = Sweeper.of(scratch.path().getFileName().toString())) {
            // The programs of a node put sockets there, and a socket's path is short.
            List<String> command = new ArrayList<>(List.of(
                    "unshare",
                    "--net",
                    "--mount",
                    "--pid",
                    "--fork",
                    "--kill-child",
                    "--mount-proc",
                    "sh",
                    "-euc",
                    ENTER,
                    "sh"));
            command.addAll(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Djava.io.tmpdir=" + scratch.path(),
                    "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                    "-cp",
                    System.getProperty("java.class.path"),
                    program.getName(),
                    scratch.path().toString(),
                    sweeper.cgroup()));
            command.addAll(arguments);
            Files.createDirectories(Path.of("/var/lib/cni"));
            try (ChildProcess process = ChildProcess.start("the nodes", command, Map.of(), log)) {
                long read = 0;
                boolean ended;
                do {
                    ended = process.awaitExit(GLANCE);
                    read = tell(log, read, console);
                } while (!ended);
                return process.awaitExit();
            }
        }
    }

    /** Passes whole lines on from an offset, and tells the next. */
    private static long tell(Path log, long from, Consumer<String> console) throws IOException {
        byte[] all = Files.readAllBytes(log);
        int end = all.length;
        while (end > from && all[end - 1] != '\n') {
            end--;
        }
        new String(Arrays.copyOfRange(all, (int) from, end), StandardCharsets.UTF_8)
                .lines()
                .forEach(console);
        return end;
    }

    private static boolean isOnPath(String tool) {
        return Arrays.stream((System.getenv("PATH") + ":/usr/sbin:/sbin").split(":", -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
    }

    private static boolean isRoot() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    /** Removes what a run leaves of control groups. */
    private record Sweeper(String cgroup, Process process) implements AutoCloseable {

        static Sweeper of(String cgroup) throws IOException {
            return new Sweeper(
                    cgroup,
                    new ProcessBuilder("sh", "-c", SWEEP, "sweeper", cgroup)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start());
        }

        @Override
        public void close() {
            try {
                process.getOutputStream().close();
                process.waitFor();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
