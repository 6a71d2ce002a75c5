package dev.leaderelection.soak;

import dev.leaderelection.cluster.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the kernel tells of a process at one moment.
 *
 * @param seconds since the start of the run
 * @param residentMebibytes the resident set
 * @param threads how many there are
 * @param descriptors how many files and sockets are open
 * @param connections how many of those are TCP connections that stand
 */
record Vitals(double seconds, double residentMebibytes, int threads, int descriptors, int connections) {

    private static final String ESTABLISHED = "01";
    private static final int STATE = 3;
    private static final int INODE = 9;

    /** Looks at a process of this machine. */
    static Vitals of(long pid, double seconds) throws IOException {
        Path process = Path.of("/proc", Long.toString(pid));
        List<String> open = open(process.resolve("fd"));
        Set<String> connected = connected(process);
        return new Vitals(
                seconds,
                Machine.residentMebibytes(pid),
                names(process.resolve("task")).size(),
                open.size(),
                (int) open.stream().filter(connected::contains).count());
    }

    /** What the descriptors stand for; one that is closed in between is left out. */
    private static List<String> open(Path folder) throws IOException {
        return names(folder).stream()
                .map(Vitals::target)
                .filter(target -> !target.isEmpty())
                .toList();
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closed) {
            return "";
        }
    }

    private static List<Path> names(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList();
        }
    }

    private static Set<String> connected(Path process) throws IOException {
        Set<String> sockets = new HashSet<>();
        for (String table : List.of("net/tcp", "net/tcp6")) {
            for (String line : Files.readAllLines(process.resolve(table))) {
                String[] fields = line.strip().split("\\s+", -1);
                if (fields.length > INODE && fields[STATE].equals(ESTABLISHED)) {
                    sockets.add("socket:[" + fields[INODE] + "]");
                }
            }
        }
        return sockets;
    }
}
