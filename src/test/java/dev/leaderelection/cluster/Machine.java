package dev.leaderelection.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where a run took place. */
public final class Machine {

    private static final long TICKS_PER_SECOND = 100;

    private Machine() {}

    /**
     * What a figure depends on, by its name.
     *
     * @param flags those of the operator's JVM
     */
    public static Map<String, String> describe(ControlPlane controlPlane, String flags) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("date", LocalDate.now(ZoneOffset.UTC).toString());
        facts.put(
                "machine",
                Runtime.getRuntime().availableProcessors() + " cores, "
                        + field(Path.of("/proc/cpuinfo"), "model name") + ", "
                        + field(Path.of("/proc/meminfo"), "MemTotal") + " memory");
        facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        facts.put("Java", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        facts.put(
                "Kubernetes",
                controlPlane.admin().getKubernetesVersion().getGitVersion() + ", etcd without fsync, all on loopback");
        facts.put("operator's JVM flags", flags.isBlank() ? "none" : flags);
        return facts;
    }

    /** Resident memory of a process, in MiB. */
    public static double residentMebibytes(long pid) {
        return mebibytes(pid, "VmRSS");
    }

    /** The most that was ever resident of a process, in MiB. */
    public static double peakResidentMebibytes(long pid) {
        return mebibytes(pid, "VmHWM");
    }

    private static double mebibytes(long pid, String name) {
        String size = field(Path.of("/proc/" + pid + "/status"), name);
        return Long.parseLong(size.replaceAll("\\D", "")) / 1024.0;
    }

    /** For how long a process has run, to a hundredth of a second. */
    public static Duration age(long pid) throws IOException {
        String uptime = Files.readString(Path.of("/proc/uptime"));
        String facts = Files.readString(Path.of("/proc/" + pid + "/stat"));
        // Behind the name, which may hold anything, the state is the first field and the start, in ticks since boot,
        // the twentieth.
        long started =
                Long.parseLong(facts.substring(facts.lastIndexOf(')') + 2).split(" ", -1)[19]);
        long now = Math.round(Double.parseDouble(uptime.split(" ", -1)[0]) * TICKS_PER_SECOND);
        return Duration.ofMillis((now - started) * 1000 / TICKS_PER_SECOND);
    }

    /** A line of the form {@code name: value}. */
    private static String field(Path file, String name) {
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(name))
                    .map(line -> line.substring(line.indexOf(':') + 1).trim())
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }
}
