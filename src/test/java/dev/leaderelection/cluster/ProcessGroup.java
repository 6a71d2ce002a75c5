package dev.leaderelection.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** The processes of one control plane. */
final class ProcessGroup implements AutoCloseable {

    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

    private final Path logs;
    private final Map<Binary, ChildProcess> processes = new EnumMap<>(Binary.class);

    ProcessGroup(Path logs) {
        this.logs = logs;
    }

    void launch(Binary binary, List<String> command) {
        Path log = logs.resolve(binary.fileName() + ".log");
        processes.put(binary, ChildProcess.start(binary.fileName(), command, Map.of(), log));
    }

    ChildProcess get(Binary binary) {
        ChildProcess process = processes.get(binary);
        if (process == null) {
            throw new IllegalArgumentException(binary.fileName() + " is not part of this control plane");
        }
        return process;
    }

    List<ChildProcess> all() {
        return List.copyOf(processes.values());
    }

    /**
     * Waits for a condition that depends on all processes.
     *
     * @throws IllegalStateException with the end of its log as soon as a process has ended, or with all logs after a minute
     */
    void await(String what, Callable<Boolean> condition) {
        try {
            Awaitility.await(what)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(50))
                    .atMost(START_TIMEOUT)
                    .until(() -> !allAlive() || condition.call());
        } catch (ConditionTimeoutException e) {
            throw new IllegalStateException("waited too long for " + what + "\n" + describe(all()), e);
        }
        if (!allAlive()) {
            throw new IllegalStateException("the control plane does not start\n"
                    + describe(
                            all().stream().filter(process -> !process.isAlive()).toList()));
        }
    }

    /** Etcd last: the API server takes up to a minute to end when its store is gone. */
    @Override
    public void close() {
        processes.entrySet().stream()
                .sorted(Comparator.comparing(entry -> entry.getKey() == Binary.ETCD))
                .forEach(entry -> entry.getValue().close());
    }

    private boolean allAlive() {
        return all().stream().allMatch(ChildProcess::isAlive);
    }

    private static String describe(List<ChildProcess> processes) {
        return String.join("\n", processes.stream().map(ChildProcess::describe).toList());
    }
}
