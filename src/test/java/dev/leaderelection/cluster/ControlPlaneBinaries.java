package dev.leaderelection.cluster;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds the programs of the control plane and of nodes: in the folder that {@code KUBEBUILDER_ASSETS} names, else in a cache of the user's by
 * version, which is filled from the official releases or, where those cannot be reached, by building with Go.
 */
public final class ControlPlaneBinaries {

    private static final Set<Binary> ENVTEST = EnumSet.of(Binary.ETCD, Binary.KUBE_APISERVER, Binary.KUBECTL);

    private final Map<String, String> environment;
    private final Release release;
    private final ReleaseSite site;
    private final GoBuild goBuild;
    private final PrintStream out;

    ControlPlaneBinaries(
            Map<String, String> environment, Release release, ReleaseSite site, GoBuild goBuild, PrintStream out) {
        this.environment = Map.copyOf(environment);
        this.release = release;
        this.site = site;
        this.goBuild = goBuild;
        this.out = out;
    }

    /** Looks where this process's environment says, for the current release; progress goes to standard output. */
    public static ControlPlaneBinaries ofThisMachine() {
        Map<String, String> environment = System.getenv();
        return new ControlPlaneBinaries(
                environment,
                Release.CURRENT,
                ReleaseSite.official(Release.CURRENT),
                GoBuild.ofThisMachine(environment, Release.CURRENT),
                System.out);
    }

    /** Fetches or builds the control plane ahead of time and prints where it is. */
    public static void main(String[] args) {
        ofThisMachine().locate(Binary.CONTROL_PLANE).forEach((binary, path) -> System.out.println(path));
    }

    /**
     * Finds programs, fetching or building what is missing; only one process of the user does so at a time.
     *
     * @throws IllegalStateException when {@code KUBEBUILDER_ASSETS} is incomplete, when a download's checksum is wrong, or when
     *     there is no way to get a program: the message says what to install
     */
    public Map<Binary, Path> locate(Set<Binary> wanted) {
        Map<Binary, Path> found = new EnumMap<>(Binary.class);
        found.putAll(assets(wanted));
        found.putAll(present(cacheFolder(), missing(wanted, found)));
        if (!found.keySet().containsAll(wanted)) {
            found.putAll(fillCache(missing(wanted, found)));
        }
        return found;
    }

    /** As {@link #locate(Set)}, for one program. */
    public Path locate(Binary wanted) {
        return Objects.requireNonNull(locate(EnumSet.of(wanted)).get(wanted));
    }

    private Map<Binary, Path> assets(Set<Binary> wanted) {
        String named = environment.getOrDefault("KUBEBUILDER_ASSETS", "");
        if (named.isEmpty()) {
            return Map.of();
        }
        Map<Binary, Path> present = present(Path.of(named), EnumSet.allOf(Binary.class));
        if (!present.keySet().containsAll(ENVTEST)) {
            throw new IllegalStateException("KUBEBUILDER_ASSETS names " + named + ", which lacks "
                    + names(missing(ENVTEST, present)) + ": fill it (setup-envtest use " + release.kubernetes()
                    + ") or unset the variable");
        }
        present.keySet().retainAll(wanted);
        return present;
    }

    private Path cacheFolder() {
        String base = environment.getOrDefault("XDG_CACHE_HOME", "");
        Path caches = base.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(base);
        return caches.resolve("leader-election-operator").resolve("kubernetes-" + release.kubernetes());
    }

    /** One at a time also within this process: a file lock is held by the process, not by a thread. */
    private Map<Binary, Path> fillCache(Set<Binary> wanted) {
        synchronized (ControlPlaneBinaries.class) {
            Path cache = cacheFolder();
            try {
                Files.createDirectories(cache);
                try (FileChannel channel =
                        FileChannel.open(cache.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                    lock(channel);
                    // Another run may have brought them while this one waited.
                    download(missing(wanted, present(cache, wanted)), cache);
                    build(missing(wanted, present(cache, wanted)), cache);
                }
                return present(cache, wanted);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot fill " + cache, e);
            }
        }
    }

    /** Closing the channel gives the lock back. */
    private void lock(FileChannel channel) throws IOException {
        if (channel.tryLock() == null) {
            Progress.during(out, "Waiting for another run that fills the same cache", channel::lock);
        }
    }

    private void download(Set<Binary> wanted, Path cache) throws IOException {
        if (wanted.isEmpty()) {
            return;
        }
        if (!site.isReachable()) {
            out.println("The releases of Kubernetes cannot be reached.");
            return;
        }
        List<Binary> order = List.copyOf(wanted);
        for (Binary binary : order) {
            try {
                Progress.during(out, title("Downloading", binary, order), () -> install(cache, binary, site::fetch));
            } catch (IOException e) {
                // Not everything is released for every platform: what is not is built.
                out.println("Cannot download " + binary.fileName() + ": " + e.getMessage());
            }
        }
    }

    private void build(Set<Binary> wanted, Path cache) throws IOException {
        if (!wanted.isEmpty() && !goBuild.isPossible()) {
            throw new IllegalStateException("Kubernetes " + release.kubernetes() + " is not there: " + names(wanted)
                    + " neither found in " + cache + " nor downloadable. Install Go >= 1.26 to have it built, or set"
                    + " KUBEBUILDER_ASSETS to a folder that holds it, or give this machine access to dl.k8s.io and"
                    + " github.com.");
        }
        List<Binary> order = List.copyOf(wanted);
        for (Binary binary : order) {
            Progress.during(out, title("Building", binary, order), () -> install(cache, binary, goBuild::build));
        }
    }

    private static String title(String verb, Binary binary, List<Binary> order) {
        return "%s %s (%d of %d)".formatted(verb, binary.fileName(), order.indexOf(binary) + 1, order.size());
    }

    /** Under another name first, so that a file with the right name is always whole. */
    private static void install(Path cache, Binary binary, Source source) throws IOException {
        Path part = cache.resolve(binary.fileName() + ".part");
        try {
            source.write(binary, part);
            if (!part.toFile().setExecutable(true)) {
                throw new IOException("cannot make " + part + " executable");
            }
            Files.move(part, cache.resolve(binary.fileName()), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static Map<Binary, Path> present(Path folder, Set<Binary> wanted) {
        Map<Binary, Path> present = new EnumMap<>(Binary.class);
        for (Binary binary : wanted) {
            Path file = folder.resolve(binary.fileName());
            if (Files.isExecutable(file)) {
                present.put(binary, file);
            }
        }
        return present;
    }

    private static Set<Binary> missing(Set<Binary> wanted, Map<Binary, Path> present) {
        List<Binary> missing = new ArrayList<>(wanted);
        missing.removeAll(present.keySet());
        return missing.isEmpty() ? EnumSet.noneOf(Binary.class) : EnumSet.copyOf(missing);
    }

    private static String names(Set<Binary> binaries) {
        return binaries.stream().map(Binary::fileName).collect(Collectors.joining(", "));
    }

    @FunctionalInterface
    private interface Source {
        void write(Binary binary, Path target) throws IOException;
    }
}
