package dev.leaderelection.nodes;

import dev.leaderelection.cluster.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A client on the first node that asks a Service, by its cluster IP, a hundred times a second until it is closed. */
final class Traffic implements AutoCloseable {

    private static final Duration LAST_ANSWERS = Duration.ofSeconds(3);

    private final ChildProcess client;

    private Traffic(ChildProcess client) {
        this.client = client;
    }

    /** Begins, and writes down in a folder what comes back. */
    static Traffic start(String clusterIp, Path folder) throws IOException {
        Path log = Files.createTempFile(folder, "traffic", ".log");
        List<String> command = List.of(RealNodes.APP.toString(), "ask", "http://" + clusterIp + "/");
        return new Traffic(ChildProcess.start("client", Network.inside(1, command), Map.of(), log));
    }

    /** Those that are over, in that order. */
    List<Request> requests() {
        if (!client.isAlive()) {
            throw new IllegalStateException(client.describe());
        }
        return read();
    }

    /** Sends no more, and tells all. */
    List<Request> finish() {
        client.stop(LAST_ANSWERS);
        return read();
    }

    @Override
    public void close() {
        client.kill();
    }

    private List<Request> read() {
        String written = client.log();
        return written.substring(0, written.lastIndexOf('\n') + 1)
                .lines()
                .map(Request::parse)
                .flatMap(Optional::stream)
                .toList();
    }
}
