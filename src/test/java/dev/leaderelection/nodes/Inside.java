package dev.leaderelection.nodes;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.leaderelection.cluster.Machine;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.core.ConditionTimeoutException;

/** The part of a run that is enclosed: brings everything up, plays the stories, and writes down what came of each. */
public final class Inside {

    private static final int STARTS = 3;

    private Inside() {}

    /** Given a folder for temporary files, a control group, a file for the outcome, and options. Ends the JVM. */
    public static void main(String[] arguments) {
        List<String> words = List.of(arguments);
        try {
            run(
                    Path.of(words.get(0)),
                    words.get(1),
                    Path.of(words.get(2)),
                    Options.parse(words.subList(3, words.size()).toArray(String[]::new)));
        } catch (IOException | RuntimeException e) {
            // Threads of clients would keep this alive.
            e.printStackTrace();
            System.exit(1);
        }
        System.exit(0);
    }

    private static void run(Path scratch, String cgroup, Path outcome, Options options) throws IOException {
        long started = System.nanoTime();
        List<Path> images = List.of(RealNodes.OPERATOR_IMAGE, RealNodes.APP_IMAGE);
        try (Site site = Site.start(images, scratch, cgroup, options.proxyPace())) {
            say("two nodes are ready", started);
            try (Replicas operator = Replicas.install(site.controlPlane(), Path.of("deploy"), RealNodes.SEEN)) {
                say("the operator is installed", started);
                play(site, operator, outcome, options, started);
            } catch (IOException | RuntimeException e) {
                System.out.println(site.controlPlane().kubectl("get", "pods", "--all-namespaces", "-o", "wide"));
                System.out.println(
                        site.controlPlane().kubectl("get", "events", "--all-namespaces", "--sort-by=.lastTimestamp"));
                throw e;
            }
        }
    }

    private static void play(Site site, Replicas operator, Path outcome, Options options, long started)
            throws IOException {
        Shop shop = Shop.open(site.controlPlane(), RealNodes.MANIFESTS);
        Stories stories = new Stories(site, operator, shop, RealNodes.SEEN);
        List<Row> rows = new ArrayList<>();
        for (String name : stories.names()) {
            if (options.wants(name)) {
                Row row = play(stories, name);
                rows.add(row);
                new ObjectMapper().writeValue(outcome.toFile(), rows);
                say(name + ": gaps " + row.gaps() + " ms, " + row.errors() + " unanswered " + row.fault(), started);
            }
        }
        Pod active = operator.active();
        System.out.printf(
                "The operator's memory: %.0f MiB resident%n",
                Machine.residentMebibytes(site.nodeOf(active).pid(active)));
        for (int i = 0; i < STARTS; i++) {
            Replicas.Start start = operator.replaceStandby(site);
            System.out.printf(
                    "A replica says that it is ready after %.2f s, and its pod is after %.2f s%n",
                    start.answer().toMillis() / 1000.0, start.pod().toMillis() / 1000.0);
        }
    }

    /** The others may still tell something. */
    private static Row play(Stories stories, String name) throws IOException {
        try {
            return stories.play(name);
        } catch (IllegalStateException | ConditionTimeoutException e) {
            return Row.brokenOff(name, e);
        }
    }

    private static void say(String what, long started) {
        System.out.printf(
                "%4d s  %s%n", Duration.ofNanos(System.nanoTime() - started).toSeconds(), what);
    }
}
