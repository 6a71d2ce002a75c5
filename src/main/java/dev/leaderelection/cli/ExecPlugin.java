package dev.leaderelection.cli;

import io.fabric8.kubernetes.api.model.Cluster;
import io.fabric8.kubernetes.api.model.ExecConfig;
import io.fabric8.kubernetes.api.model.ExecEnvVar;
import io.fabric8.kubernetes.client.Config.ExecCredential;
import io.fabric8.kubernetes.client.Config.ExecCredentialStatus;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * A command that gives credentials, run as kubectl runs it: it may ask the user, and what it writes to standard error is the user's to
 * read. The client's own way takes both from it.
 */
final class ExecPlugin {

    private static final String GROUP = "client.authentication.k8s.io/";
    private static final Set<String> VERSIONS = Set.of(GROUP + "v1", GROUP + "v1beta1");
    private static final File NOTHING = new File("/dev/null");

    private final String user;
    private final ExecConfig exec;
    private final String command;

    /**
     * @param user the kubeconfig's user that names it
     * @param folder where the kubeconfig is: a command with a slash is relative to that
     */
    ExecPlugin(String user, ExecConfig exec, Path folder) {
        this.user = user;
        this.exec = exec;
        String named = Objects.requireNonNullElse(exec.getCommand(), "");
        this.command = named.contains("/") ? folder.resolve(named).normalize().toString() : named;
    }

    /**
     * Runs it, and waits until it is done.
     *
     * @param cluster what it may be told of
     * @param authority the cluster's certificate authority in Base64; empty for none
     */
    ExecCredentialStatus credentials(Cluster cluster, String authority) {
        if (command.isEmpty()) {
            throw failure("its exec names no command");
        }
        if (!VERSIONS.contains(exec.getApiVersion())) {
            throw failure(
                    "apiVersion " + exec.getApiVersion() + " of " + command + " is not known: " + GROUP + "v1 is");
        }
        boolean interactive = interactive();
        List<String> line = new ArrayList<>(List.of(command));
        line.addAll(Objects.requireNonNullElse(exec.getArgs(), List.of()));
        ProcessBuilder builder = new ProcessBuilder(line)
                .redirectInput(interactive ? Redirect.INHERIT : Redirect.from(NOTHING))
                .redirectError(Redirect.INHERIT);
        Objects.requireNonNullElse(exec.getEnv(), List.<ExecEnvVar>of())
                .forEach(variable -> builder.environment().put(variable.getName(), variable.getValue()));
        builder.environment().put("KUBERNETES_EXEC_INFO", Serialization.asJson(info(interactive, cluster, authority)));
        return parse(run(builder));
    }

    /** Whether it may ask the user: only at a terminal. */
    private boolean interactive() {
        String mode = exec.getInteractiveMode();
        if (mode == null && exec.getApiVersion().equals(GROUP + "v1")) {
            throw failure("its exec names no interactiveMode, which apiVersion " + GROUP + "v1 asks for");
        }
        return switch (Objects.requireNonNullElse(mode, "IfAvailable")) {
            case "Never" -> false;
            case "IfAvailable" -> isTerminal();
            case "Always" -> {
                if (!isTerminal()) {
                    throw failure(command + " wants to ask you, and standard input is not a terminal");
                }
                yield true;
            }
            default -> throw failure("interactiveMode " + mode + " is not known: Never, IfAvailable and Always are");
        };
    }

    /** Java tells of a terminal only if the output is one too. */
    private static boolean isTerminal() {
        try {
            return new ProcessBuilder("sh", "-c", "test -t 0")
                            .redirectInput(Redirect.INHERIT)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Map<String, Object> info(boolean interactive, Cluster cluster, String authority) {
        Map<String, Object> spec = new HashMap<>(Map.of("interactive", interactive));
        if (Boolean.TRUE.equals(exec.getProvideClusterInfo())) {
            spec.put("cluster", about(cluster, authority));
        }
        return Map.of("apiVersion", exec.getApiVersion(), "kind", "ExecCredential", "spec", spec);
    }

    private static Map<String, Object> about(Cluster cluster, String authority) {
        Map<String, Object> about = new HashMap<>();
        about.put("server", cluster.getServer());
        about.put("tls-server-name", cluster.getTlsServerName());
        about.put("insecure-skip-tls-verify", cluster.getInsecureSkipTlsVerify());
        about.put("certificate-authority-data", authority.isEmpty() ? null : authority);
        about.put("proxy-url", cluster.getProxyUrl());
        about.put("disable-compression", cluster.getDisableCompression());
        cluster.getExtensions().stream()
                .filter(extension -> (GROUP + "exec").equals(extension.getName()))
                .forEach(extension -> about.put("config", extension.getExtension()));
        about.values().removeIf(Objects::isNull);
        return about;
    }

    private String run(ProcessBuilder builder) {
        try {
            Process process = builder.start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = process.waitFor();
            if (code != 0) {
                throw failure(command + " ended with exit code " + code + hint());
            }
            return text;
        } catch (IOException e) {
            throw failure(command + " cannot be run: " + Failure.oneLine(e) + hint());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure(command + " was interrupted");
        }
    }

    private ExecCredentialStatus parse(String text) {
        ExecCredential credential;
        try {
            credential = Serialization.unmarshal(text, ExecCredential.class);
        } catch (YamlEngineException | IllegalArgumentException | KubernetesClientException e) {
            throw failure(command + " printed what is no ExecCredential: " + Failure.oneLine(e));
        }
        if (credential == null || credential.status == null) {
            throw failure(command + " printed no ExecCredential with a status");
        }
        if (!exec.getApiVersion().equals(credential.apiVersion)) {
            throw failure(command + " printed an ExecCredential of apiVersion " + credential.apiVersion + ", not "
                    + exec.getApiVersion());
        }
        ExecCredentialStatus status = credential.status;
        boolean certificate = isGiven(status.clientCertificateData);
        if (certificate != isGiven(status.clientKeyData)) {
            throw failure(command + " gave only one of certificate and key");
        }
        if (!certificate && !isGiven(status.token)) {
            throw failure(command + " gave neither a token nor a certificate");
        }
        return status;
    }

    static boolean isGiven(@Nullable String value) {
        return value != null && !value.isEmpty();
    }

    private String hint() {
        String hint = Objects.requireNonNullElse(exec.getInstallHint(), "");
        return hint.isBlank() ? "" : ". " + hint.strip().replaceAll("[\\p{Cntrl}\\s]+", " ");
    }

    private Failure failure(String what) {
        return new Failure("no credentials for user " + user + " of the kubeconfig: " + what);
    }
}
