package dev.leaderelection.demo;

import dev.leaderelection.cluster.Binary;
import dev.leaderelection.cluster.ControlPlaneBinaries;
import dev.leaderelection.cluster.Identity;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What {@code examples/demo.sh} runs: starts a control plane and the operator, lets {@link Play} break leaders, and cleans up,
 * however it ends. Exits with 1 and one message when something did not happen.
 */
public final class Demo {

    private final Screen screen;
    private volatile Optional<Theatre> theatre = Optional.empty();
    private volatile boolean ending;

    private Demo(Screen screen) {
        this.screen = screen;
    }

    /** Takes {@code --keep} to stay until it is interrupted. The system property {@code demo.colour} allows colours. */
    public static void main(String[] args) throws InterruptedException {
        // Failures are told as exceptions; what clients log while their server is taken away is noise.
        Logger.getLogger("").setLevel(Level.OFF);
        Demo demo = new Demo(new Screen(System.out, Boolean.getBoolean("demo.colour")));
        Runtime.getRuntime().addShutdownHook(new Thread(demo::end, "end"));
        System.exit(demo.run(Arrays.asList(args).contains("--keep")));
    }

    private int run(boolean keep) throws InterruptedException {
        try {
            prepare(theatre());
            new Play(theatre(), screen).perform();
            if (keep) {
                keep(theatre());
            }
            return 0;
        } catch (IllegalStateException e) {
            if (ending) {
                // Interrupted: whatever failed, failed because everything is being ended.
                new CountDownLatch(1).await();
            }
            System.err.println("\ndemo: " + e.getMessage());
            theatre.map(Theatre::endOfOperatorLog)
                    .filter(log -> !log.isEmpty())
                    .ifPresent(log -> System.err.println("\nThe operator's last words:\n" + log));
            return 1;
        }
    }

    private Theatre theatre() {
        return theatre.orElseGet(() -> {
            screen.title("Starting a Kubernetes control plane on this machine's loopback");
            Stopwatch stopwatch = new Stopwatch();
            Theatre opened = new Theatre();
            theatre = Optional.of(opened);
            screen.line("ready after " + stopwatch + ": etcd, API server and controller manager at " + opened.url());
            screen.note("Its two nodes are played: no container runs, pods are as ready as they are told to be.");
            return opened;
        });
    }

    private void prepare(Theatre opened) {
        screen.title("Installing crds/ and the rights in deploy/");
        Stopwatch stopwatch = new Stopwatch();
        opened.install();
        screen.line("done after " + stopwatch);

        if (!opened.isTrained()) {
            screen.title("Training the operator's start-up archive, once for each build");
            stopwatch = new Stopwatch();
            opened.trainOperator();
            screen.line("done after " + stopwatch);
        }

        screen.title("Starting the packaged operator with these rights");
        stopwatch = new Stopwatch();
        opened.startOperator();
        screen.line("ready after " + stopwatch + " as " + Identity.OPERATOR.user());
    }

    private void keep(Theatre opened) throws InterruptedException {
        screen.title("Kept running until Ctrl-C");
        screen.command("export KUBECONFIG=" + opened.kubeconfig());
        screen.command("alias kubectl="
                + ControlPlaneBinaries.ofThisMachine()
                        .locate(Set.of(Binary.KUBECTL))
                        .get(Binary.KUBECTL));
        screen.command("kubectl get leaderelections --watch");
        screen.command("kubectl delete pod -l app=orders,leaderelection.dev/role=leader --wait=false");
        new CountDownLatch(1).await();
    }

    /** Runs when the JVM ends, whatever the reason. */
    private void end() {
        ending = true;
        theatre.ifPresent(opened -> {
            screen.title("Ending everything; nothing is left behind");
            opened.close();
        });
    }

    /** Seconds since it was made. */
    private static final class Stopwatch {

        private final long started = System.nanoTime();

        @Override
        public String toString() {
            return Screen.seconds(Duration.ofNanos(System.nanoTime() - started));
        }
    }
}
