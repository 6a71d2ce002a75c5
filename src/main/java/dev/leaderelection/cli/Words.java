package dev.leaderelection.cli;

import java.util.Locale;

/** The names of the API. */
final class Words {

    private Words() {}

    /** A constant as the API spells it. */
    static String of(Enum<?> constant) {
        StringBuilder word = new StringBuilder();
        for (String part : constant.name().split("_", -1)) {
            word.append(part.charAt(0)).append(part.substring(1).toLowerCase(Locale.ROOT));
        }
        return word.toString();
    }
}
