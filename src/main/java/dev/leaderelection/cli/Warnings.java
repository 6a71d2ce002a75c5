package dev.leaderelection.cli;

import java.util.List;

/** What ends a page for a person: what they should not overlook. */
final class Warnings {

    private Warnings() {}

    /** A line each after an empty one, and nothing at all if there is none. */
    static String text(List<String> warnings) {
        StringBuilder text = new StringBuilder();
        if (!warnings.isEmpty()) {
            text.append('\n');
            warnings.forEach(warning -> text.append("WARNING: ").append(warning).append('\n'));
        }
        return text.toString();
    }
}
