package dev.leaderelection.cli;

import picocli.CommandLine.Option;

/** In which format a command prints what it found. */
final class Output {

    /** What a result is written as. */
    enum Format {
        /** For a person. */
        TEXT,
        /** For a script. */
        JSON,
        /** For a script that people read. */
        YAML
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "json or yaml.")
    private Format format = Format.TEXT;

    /** Whether a person is to read it, which is so unless asked for otherwise. */
    boolean isText() {
        return format == Format.TEXT;
    }

    /**
     * What is printed of a result.
     *
     * @param session in whose words an object is written
     * @param result what was found
     * @param text the same for a person
     */
    String of(Session session, Object result, String text) {
        return switch (format) {
            case TEXT -> text;
            case JSON -> session.json(result) + System.lineSeparator();
            case YAML -> session.yaml(result);
        };
    }
}
