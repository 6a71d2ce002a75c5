package dev.leaderelection.cli;

import io.fabric8.kubernetes.api.model.Config;
import io.fabric8.kubernetes.api.model.Context;
import io.fabric8.kubernetes.api.model.NamedAuthInfo;
import io.fabric8.kubernetes.api.model.NamedCluster;
import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.internal.KubeConfigUtils;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * The user's kubeconfig, read by the rules of kubectl. The client's own reading takes another context where one is not found, and lets
 * variables of the environment overrule it.
 */
final class Kubeconfig {

    private final List<Config> files;
    private final String name;

    private Kubeconfig(List<Config> files, String name) {
        this.files = files;
        this.name = name;
    }

    /**
     * What a command connects to.
     *
     * @param namespace the context's; empty if it names none
     * @param cluster the cluster, with a server
     * @param user as whom; empty for nobody
     * @param folder where the file is that names the user: its paths are relative to that
     */
    record Choice(String namespace, NamedCluster cluster, Optional<NamedAuthInfo> user, Path folder) {}

    /**
     * Reads the files.
     *
     * @param explicit the one that must be there; empty for those that the environment names, which may be missing
     */
    static Kubeconfig read(String explicit, Map<String, String> environment) {
        String listed = environment.getOrDefault("KUBECONFIG", "");
        if (!explicit.isEmpty()) {
            Path path = Path.of(explicit);
            if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
                throw new Failure("--kubeconfig " + explicit + " is no file that can be read: name another");
            }
            return read(List.of(path));
        }
        return read(
                listed.isEmpty()
                        ? List.of(Path.of(environment.getOrDefault("HOME", ""), ".kube", "config"))
                        : Stream.of(listed.split(File.pathSeparator))
                                .filter(path -> !path.isEmpty())
                                .distinct()
                                .map(Path::of)
                                .toList());
    }

    private static Kubeconfig read(List<Path> paths) {
        return new Kubeconfig(
                paths.stream()
                        .filter(Files::exists)
                        .flatMap(path -> parse(path).stream())
                        .toList(),
                String.join(", ", paths.stream().map(Path::toString).toList()));
    }

    private static Optional<Config> parse(Path path) {
        try {
            // An empty document is none at all to the parser.
            return Files.readString(path).lines().allMatch(line -> line.isBlank() || line.startsWith("#"))
                    ? Optional.empty()
                    : Optional.of(
                            KubeConfigUtils.parseConfig(path.toAbsolutePath().toFile()));
        } catch (IllegalArgumentException e) {
            throw new Failure(path + " has not the form of a kubeconfig: " + Failure.oneLine(e));
        } catch (IOException | YamlEngineException | KubernetesClientException e) {
            throw new Failure("the kubeconfig " + path + " cannot be read: " + Failure.oneLine(e));
        }
    }

    /** The contexts that there are. */
    List<String> contexts() {
        return names(Config::getContexts, NamedContext::getName);
    }

    /** The clusters that there are. */
    List<String> clusters() {
        return names(Config::getClusters, NamedCluster::getName);
    }

    /** The users that there are. */
    List<String> users() {
        return names(Config::getUsers, NamedAuthInfo::getName);
    }

    private <T> List<String> names(Function<Config, List<T>> list, Function<T, String> name) {
        return files.stream()
                .flatMap(file -> all(file, list))
                .map(name)
                .distinct()
                .sorted()
                .toList();
    }

    /** What is meant; nothing if there is no kubeconfig that says so, and nobody asks for a part of it. */
    Optional<Choice> choose(Access access) {
        String current = Stream.concat(
                        Stream.of(access.context()),
                        files.stream().map(file -> Objects.requireNonNullElse(file.getCurrentContext(), "")))
                .filter(context -> !context.isEmpty())
                .findFirst()
                .orElse("");
        if (current.isEmpty() && access.cluster().isEmpty()) {
            return Optional.empty();
        }
        Context context = current.isEmpty()
                ? new Context()
                : find("context", current, Config::getContexts, NamedContext::getName, NamedContext::getContext)
                        .getContext();
        String clusterName = given(access.cluster(), context.getCluster());
        NamedCluster cluster =
                find("cluster", clusterName, Config::getClusters, NamedCluster::getName, NamedCluster::getCluster);
        if (given(cluster.getCluster().getServer()).isEmpty()) {
            throw new Failure("cluster " + clusterName + " of the kubeconfig " + name
                    + " names no server: kubectl config" + " set-cluster sets it");
        }
        String userName = given(access.user(), context.getUser());
        Optional<NamedAuthInfo> user = userName.isEmpty()
                ? Optional.empty()
                : Optional.of(find("user", userName, Config::getUsers, NamedAuthInfo::getName, NamedAuthInfo::getUser));
        return Optional.of(new Choice(given(context.getNamespace()), cluster, user, folder(user)));
    }

    private static Path folder(Optional<NamedAuthInfo> user) {
        return user.flatMap(one -> one.getAdditionalProperties().values().stream()
                        .filter(File.class::isInstance)
                        .findFirst())
                .map(File.class::cast)
                .map(file -> file.toPath().resolveSibling(""))
                .orElse(Path.of(""));
    }

    /** Nothing was chosen, and there is no other way. */
    Failure noChoice() {
        return files.isEmpty()
                ? new Failure("there is no kubeconfig at " + name + ": name one by --kubeconfig or KUBECONFIG")
                : new Failure(
                        "the kubeconfig " + name + " has no current context: name one by --context, or set it with"
                                + " kubectl config use-context");
    }

    private <T> T find(
            String kind,
            String wanted,
            Function<Config, List<T>> list,
            Function<T, String> name,
            Function<T, Object> content) {
        return files.stream()
                .flatMap(file -> all(file, list))
                .filter(one -> wanted.equals(name.apply(one)))
                .findFirst()
                .filter(one -> content.apply(one) != null)
                .orElseThrow(() -> new Failure("the kubeconfig " + this.name + " has no " + kind + " " + wanted
                        + ": kubectl config get-" + kind + "s shows those that it has"));
    }

    /** A list that kubectl has emptied is null. */
    private static <T> Stream<T> all(Config file, Function<Config, List<T>> list) {
        return Stream.ofNullable(list.apply(file)).flatMap(List::stream);
    }

    private static String given(String... values) {
        return Stream.of(values)
                .filter(value -> value != null && !value.isEmpty())
                .findFirst()
                .orElse("");
    }
}
