package dev.leaderelection.cluster;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** The packaged operator in a process of its own, with the identity and the JVM flags that its manifests give it, never as admin. */
public final class OperatorProcess implements AutoCloseable {

    /** What the build leaves: {@code java -jar} of the jar named {@link #JAR_NAME} in it is the operator. */
    public static final Path PACKAGE = Path.of("target", "quarkus-app");

    public static final String JAR_NAME = "quarkus-run.jar";

    private static final Path JAR = PACKAGE.resolve(JAR_NAME);
    private static final Path ARCHIVE = PACKAGE.resolve("app-cds.jsa");
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    private static final Path IMAGE_APP = Path.of("target", "image-app");
    private static final Path IMAGE_JAVA_HOME = Path.of("target", "image-java");
    private static final Path DEPLOYMENT = Path.of("deploy", "deployment.yaml");
    private static final String JVM_FLAGS = "JAVA_TOOL_OPTIONS";
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);
    /** A build on a busy machine may be slow, and must not fail for it. */
    private static final Duration TRAINING_TIMEOUT = Duration.ofMinutes(5);

    private final ChildProcess process;
    private final URI url;
    private final HttpClient http = HttpClient.newHttpClient();

    private OperatorProcess(ChildProcess process, URI url) {
        this.process = process;
        this.url = url;
    }

    /** As {@link #launch}, and waits until the operator says that it is ready. */
    public static OperatorProcess start(
            ControlPlane controlPlane, Map<String, String> environment, Map<String, String> systemProperties) {
        OperatorProcess operator = launch(controlPlane, environment, systemProperties);
        try {
            operator.awaitReady();
            return operator;
        } catch (RuntimeException e) {
            operator.kill();
            throw e;
        }
    }

    /**
     * As {@link #start}, but what the last build of the image put into it, with the image's JVM and start-up archive.
     *
     * @throws IllegalStateException when no image was built with the JVM of its base
     */
    public static OperatorProcess startImage(ControlPlane controlPlane) {
        imageRuntime();
        try {
            String options = Files.readString(IMAGE_APP.resolve("java.options")).strip();
            OperatorProcess operator = launch(
                    controlPlane,
                    IMAGE_JAVA_HOME.resolve("bin").resolve("java"),
                    IMAGE_APP.resolve(JAR_NAME),
                    Map.of(),
                    Map.of(),
                    // In its container the JVM sees the limit in place of the machine's memory, and starts with less
                    // heap.
                    List.of(options.replace("/app/", IMAGE_APP + "/"), "-XX:MaxRAM=" + memoryLimit()));
            operator.awaitReady();
            return operator;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the options of the image", e);
        }
    }

    /** The release of the image's JVM. */
    public static String imageRuntime() {
        Path release = IMAGE_JAVA_HOME.resolve("release");
        try {
            return Files.readAllLines(release).stream()
                    .filter(line -> line.startsWith("JAVA_VERSION="))
                    .map(line -> line.substring(line.indexOf('=') + 1).replace("\"", ""))
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            throw new IllegalStateException(
                    release + " is not there: make the image first (mvn -Pimage,local-base package -DskipTests)", e);
        }
    }

    /**
     * Starts the operator on a free port of the loopback address without waiting for anything.
     *
     * @param environment variables added to those of this JVM and to those that name the cluster and the port
     * @param systemProperties given to its JVM with {@code -D}
     * @throws IllegalStateException when the operator is not packaged
     */
    public static OperatorProcess launch(
            ControlPlane controlPlane, Map<String, String> environment, Map<String, String> systemProperties) {
        return launch(
                controlPlane,
                JAVA,
                JAR,
                environment,
                systemProperties,
                isTrained() ? List.of("-XX:SharedArchiveFile=" + ARCHIVE) : List.of());
    }

    /**
     * Starts the operator so that its JVM writes an archive of all classes used by then when it is stopped. Later starts by the same
     * JVM of the same jar use it, and take half the time.
     */
    public static OperatorProcess train(ControlPlane controlPlane) {
        try {
            Files.deleteIfExists(ARCHIVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + ARCHIVE, e);
        }
        return train(controlPlane, JAVA, JAR, List.of("-XX:ArchiveClassesAtExit=" + ARCHIVE));
    }

    /**
     * Starts another copy of the operator and waits until it is ready.
     *
     * @param java the program that runs it
     * @param jar what it runs
     * @param jvmFlags what has the JVM write down what it learns
     */
    public static OperatorProcess train(ControlPlane controlPlane, Path java, Path jar, List<String> jvmFlags) {
        OperatorProcess operator = launch(controlPlane, java, jar, Map.of(), Map.of(), jvmFlags);
        operator.awaitReady(TRAINING_TIMEOUT);
        return operator;
    }

    /** Whether the operator as it is packaged now has its archive. */
    public static boolean isTrained() {
        try {
            return Files.exists(ARCHIVE)
                    && Files.getLastModifiedTime(ARCHIVE).compareTo(Files.getLastModifiedTime(JAR)) >= 0;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot tell when " + JAR + " was made", e);
        }
    }

    private static OperatorProcess launch(
            ControlPlane controlPlane,
            Path java,
            Path jar,
            Map<String, String> environment,
            Map<String, String> systemProperties,
            List<String> jvmFlags) {
        if (!Files.exists(jar)) {
            throw new IllegalStateException(jar + " is not there: package the operator first (mvn package)");
        }
        List<String> command = new ArrayList<>();
        command.add(java.toString());
        command.addAll(jvmFlags);
        systemProperties.forEach((name, value) -> command.add("-D" + name + "=" + value));
        try {
            int port = FreePorts.choose(1).get(0);
            // What it leaves behind when it is killed goes with the control plane.
            Path scratch = Files.createDirectories(controlPlane.directory().resolve("operator-" + port));
            command.addAll(List.of("-Djava.io.tmpdir=" + scratch, "-jar", jar.toString()));
            Map<String, String> variables = new HashMap<>(Map.of(
                    "KUBECONFIG",
                    controlPlane.kubeconfig(Identity.OPERATOR).toString(),
                    // As in a pod that is restarted: it is the same replica again, and need not wait for its former
                    // self.
                    "LEADER_ELECTION_REPLICA_IDENTITY",
                    "operator-0",
                    "LEADER_ELECTION_REPLICA_NAMESPACE",
                    "leader-election-system",
                    JVM_FLAGS,
                    deployedFlags(),
                    "QUARKUS_HTTP_HOST",
                    "127.0.0.1",
                    "QUARKUS_HTTP_PORT",
                    Integer.toString(port)));
            variables.putAll(environment);
            Path log = controlPlane.directory().resolve("operator-" + port + ".log");
            return new OperatorProcess(
                    ChildProcess.start("operator-" + port, command, variables, log),
                    URI.create("http://127.0.0.1:" + port));
        } catch (IOException e) {
            throw new UncheckedIOException("no free port, or no folder for the operator", e);
        }
    }

    /** The flags that {@code deploy/} gives the operator's JVM. */
    public static String deployedFlags() {
        return container().getEnv().stream()
                .filter(variable -> JVM_FLAGS.equals(variable.getName()))
                .map(EnvVar::getValue)
                .findFirst()
                .orElse("");
    }

    /** In bytes, what {@code deploy/} limits the operator's container to. */
    private static String memoryLimit() {
        return Quantity.getAmountInBytes(container().getResources().getLimits().get("memory"))
                .toBigInteger()
                .toString();
    }

    private static Container container() {
        try {
            return Serialization.unmarshal(Files.readString(DEPLOYMENT), Deployment.class)
                    .getSpec()
                    .getTemplate()
                    .getSpec()
                    .getContainers()
                    .get(0);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + DEPLOYMENT, e);
        }
    }

    /**
     * Waits until the operator says that it is ready, and has rehearsed what it is told to.
     *
     * @throws IllegalStateException with the end of its log when it ended or is not ready after a minute
     */
    public void awaitReady() {
        awaitReady(START_TIMEOUT);
    }

    private void awaitReady(Duration patience) {
        try {
            Awaitility.await("operator")
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(50))
                    .atMost(patience)
                    .until(() -> !process.isAlive() || (isReady() && answers("/q/health/well")));
        } catch (ConditionTimeoutException e) {
            throw new IllegalStateException("the operator does not become ready\n" + process.describe(), e);
        }
        if (!process.isAlive()) {
            throw new IllegalStateException("the operator does not start\n" + process.describe());
        }
    }

    /** Whether {@code /q/health/ready} answers with success within two seconds. */
    public boolean isReady() {
        return answers("/q/health/ready");
    }

    /** Whether {@code /q/health/live} answers with success within two seconds. */
    public boolean isLive() {
        return answers("/q/health/live");
    }

    private boolean answers(String path) {
        try {
            return send(path, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** Where health and metrics are served. */
    public URI url() {
        return url;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Waits until the operator ends by itself and tells its exit code. */
    public int awaitExit() {
        return process.awaitExit();
    }

    /** What a path of the operator answers within two seconds. */
    public String get(String path) {
        try {
            return send(path, BodyHandlers.ofString()).body();
        } catch (IOException e) {
            throw new UncheckedIOException("no answer from " + path, e);
        }
    }

    /** Everything the operator has written so far. */
    public String log() {
        return process.log();
    }

    /** Stops the operator from running (SIGSTOP) until {@link #resume()}. */
    public void pause() {
        process.pause();
    }

    public void resume() {
        process.resume();
    }

    /** Ends the operator at once (SIGKILL). */
    public void kill() {
        process.kill();
    }

    /**
     * Asks the operator to end (SIGTERM) and waits until it has.
     *
     * @throws IllegalStateException with the end of its log when it had to be killed after half a minute
     */
    public void stop() {
        if (!process.stop(STOP_TIMEOUT)) {
            throw new IllegalStateException("the operator did not end on SIGTERM\n" + process.describe());
        }
    }

    @Override
    public void close() {
        process.kill();
    }

    private <T> HttpResponse<T> send(String path, BodyHandler<T> handler) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(url.resolve(path))
                .timeout(Duration.ofSeconds(2))
                .build();
        try {
            return http.send(request, handler);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
