package dev.leaderelection.nodes;

import java.util.Optional;

/**
 * A request through a Service, as the client saw it.
 *
 * @param sent when, in nanoseconds since 1970
 * @param done when it was answered or given up
 * @param uid the pod that answered, or {@code "-"}
 * @param text what else there was in the answer, or what went wrong
 */
record Request(long sent, long done, String uid, String text) {

    private static final String NOBODY = "-";

    /** Reads a line of the client's; nothing if it is not a whole one. */
    static Optional<Request> parse(String line) {
        String[] words = line.split(" ", 4);
        if (words.length < 4) {
            return Optional.empty();
        }
        long sent = Long.parseLong(words[0]);
        long done = Long.parseLong(words[1]);
        String[] rest = words[3].split(" ", 2);
        return Optional.of(
                words[2].equals(NOBODY)
                        ? new Request(sent, done, NOBODY, words[3])
                        : new Request(sent, done, rest[0], words[2] + " " + rest[rest.length - 1]));
    }

    boolean isAnswered() {
        return !uid.equals(NOBODY);
    }
}
