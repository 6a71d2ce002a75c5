package dev.leaderelection.cluster;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Says every ten seconds that something slow is still under way, so that it does not look like a hang. */
final class Progress {

    private static final Duration INTERVAL = Duration.ofSeconds(10);

    private final PrintStream out;
    private final String what;
    private final long startedNanos = System.nanoTime();

    private Progress(PrintStream out, String what) {
        this.out = out;
        this.what = what;
    }

    /** Does something slow and tells how long it has taken so far and in the end. */
    static void during(PrintStream out, String what, Task task) throws IOException {
        Progress progress = new Progress(out, what);
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(Progress::daemon);
        out.println(what);
        ScheduledFuture<?> reports = timer.scheduleAtFixedRate(
                () -> progress.report("still at it after"),
                INTERVAL.toSeconds(),
                INTERVAL.toSeconds(),
                TimeUnit.SECONDS);
        try {
            task.run();
            progress.report("done after");
        } finally {
            reports.cancel(false);
            timer.shutdown();
        }
    }

    private void report(String state) {
        out.printf(
                "%s: %s %d s%n",
                what, state, Duration.ofNanos(System.nanoTime() - startedNanos).toSeconds());
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "progress");
        thread.setDaemon(true);
        return thread;
    }

    @FunctionalInterface
    interface Task {
        void run() throws IOException;
    }
}
