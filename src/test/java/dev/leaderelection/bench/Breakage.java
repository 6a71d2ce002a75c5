package dev.leaderelection.bench;

import dev.leaderelection.bench.Pods.Made;
import java.net.http.HttpRequest;

/** What may happen to a leader. */
enum Breakage {
    NOT_READY("flipped to not ready", "3 writes"),
    TERMINATING("deleted, terminating", "3 writes"),
    VANISHED("deleted, gone at once", "2 writes, 1 read");

    final String text;
    final String limit;

    Breakage(String text, String limit) {
        this.text = text;
        this.limit = limit;
    }

    HttpRequest call(Pods pods, Made leader) {
        return switch (this) {
            case NOT_READY -> pods.readiness(leader, false);
            case TERMINATING -> pods.deletion(leader, 30);
            case VANISHED -> pods.deletion(leader, 0);
        };
    }

    /** Undoes it: the pod that stands in its place afterwards. */
    Made repair(Api admin, Pods pods, Made broken, String app) {
        if (this == NOT_READY) {
            Api.read(admin.send(pods.readiness(broken, true)));
            return broken;
        }
        if (this == TERMINATING) {
            pods.remove(broken);
        }
        return pods.create(app);
    }
}
