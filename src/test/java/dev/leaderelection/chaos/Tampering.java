package dev.leaderelection.chaos;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How the writes of the users of a chaos run are told from the operator's: each leaves a number of its own in an annotation. Who
 * deletes a Lease says so there before.
 */
final class Tampering {

    /** The annotation. */
    static final String MARK = "chaos.example.com/write";

    private static final String FAREWELL = "deletes ";
    private static final AtomicLong NUMBERS = new AtomicLong();

    private Tampering() {}

    /** A mark that nobody has left before. */
    static String next() {
        return Long.toString(NUMBERS.incrementAndGet());
    }

    /** A mark of somebody who is going to delete the object. */
    static String nextFarewell() {
        return FAREWELL + next();
    }

    /** Whether a user has written this revision. */
    static boolean wrote(Optional<? extends HasMetadata> before, HasMetadata now) {
        String mark = mark(now);
        return !mark.isEmpty() && !mark.equals(before.map(Tampering::mark).orElse(""));
    }

    /** Whether a user has said that they are going to delete this. */
    static boolean isAboutToDelete(HasMetadata object) {
        return mark(object).startsWith(FAREWELL);
    }

    private static String mark(HasMetadata object) {
        Map<String, String> annotations = object.getMetadata().getAnnotations();
        return annotations == null ? "" : annotations.getOrDefault(MARK, "");
    }
}
