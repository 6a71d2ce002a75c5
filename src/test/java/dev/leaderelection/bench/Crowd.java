package dev.leaderelection.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Many elections of three pods each. */
final class Crowd {

    private static final int AT_ONCE = 8;
    private static final int PER_NAMESPACE = 50;
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Setting setting;
    private final PrintStream out;
    private final String prefix;
    private final String lease;
    private final List<Pods> namespaces = new ArrayList<>();
    private int elections;
    private int heirs;

    /**
     * @param lease the elections' {@code spec.lease}, as JSON
     */
    Crowd(Setting setting, PrintStream out, String prefix, String lease) {
        this.setting = setting;
        this.out = out;
        this.prefix = prefix;
        this.lease = lease;
    }

    /** Adds elections until there are so many, and waits until each has a leader. */
    void growTo(int size) {
        ExecutorService workers = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (; elections < size; elections++) {
                if (elections % PER_NAMESPACE == 0) {
                    namespaces.add(setting.pods(prefix));
                }
                Pods pods = namespaces.get(elections / PER_NAMESPACE);
                String name = "e" + elections;
                all.add(workers.submit(() -> create(pods, name)));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("cannot make elections", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            workers.shutdownNow();
        }
        awaitLeaders();
    }

    /** Deletes the leader of one election after the other, and waits each time until another pod leads; a new pod takes its place. */
    void failOver(int times) {
        for (int i = 0; i < times; i++) {
            int election = i % elections;
            Pods pods = namespaces.get(election / PER_NAMESPACE);
            String app = "e" + election;
            String leader = leader(pods, app).orElseThrow();
            setting.admin().call("DELETE", pods.path() + "/" + leader, Api.JSON, "{\"gracePeriodSeconds\": 0}");
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (leader(pods, app).filter(name -> !name.equals(leader)).isEmpty()) {
                if (System.nanoTime() > end) {
                    throw new IllegalStateException("nobody follows " + leader);
                }
                Setting.pause(LOOK);
            }
            new Pods(setting.admin(), pods.namespace(), pods.node()).create(app + "-heir-" + heirs++, app);
        }
    }

    private Optional<String> leader(Pods pods, String app) {
        JsonNode labelled = setting.admin()
                .get(pods.path() + "?labelSelector=app%3D" + app + ",leaderelection.dev%2Frole%3Dleader")
                .path("items");
        return labelled.isEmpty()
                ? Optional.empty()
                : Optional.of(labelled.get(0).at("/metadata/name").asText());
    }

    int size() {
        return elections;
    }

    private void create(Pods pods, String name) {
        // A Pods counts without a lock: each election counts its own.
        Pods own = new Pods(setting.admin(), pods.namespace(), pods.node());
        for (int i = 0; i < 3; i++) {
            own.create(name);
        }
        setting.admin()
                .call(
                        "POST",
                        "/apis/leaderelection.dev/v1alpha1/namespaces/" + pods.namespace() + "/leaderelections",
                        Api.JSON,
                        """
                        {"apiVersion": "leaderelection.dev/v1alpha1", "kind": "LeaderElection", "metadata": {"name": "%s"},
                         "spec": {"selector": {"matchLabels": {"app": "%1$s"}}, "lease": %s}}""".formatted(name, lease));
    }

    private void awaitLeaders() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        int ready = ready();
        while (ready < elections) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(ready + " of " + elections + " elections are ready");
            }
            out.printf("%s: %d of %d elections are ready%n", prefix, ready, elections);
            Setting.pause(LOOK);
            ready = ready();
        }
    }

    private int ready() {
        int ready = 0;
        for (Pods pods : namespaces) {
            JsonNode list = setting.admin()
                    .get("/apis/leaderelection.dev/v1alpha1/namespaces/" + pods.namespace() + "/leaderelections");
            for (JsonNode election : list.path("items")) {
                for (JsonNode condition : election.path("status").path("conditions")) {
                    if ("Ready".equals(condition.path("type").asText())
                            && "True".equals(condition.path("status").asText())) {
                        ready++;
                    }
                }
            }
        }
        return ready;
    }
}
