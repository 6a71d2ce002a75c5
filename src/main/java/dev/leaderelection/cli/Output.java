package dev.leaderelection.cli;

import dev.leaderelection.cli.Commands.Format;
import picocli.CommandLine.Option;

/** In which format a command prints what it found. */
final class Output {

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "json or yaml.")
    private Format format = Format.TEXT;

    /** Text unless asked for otherwise. */
    Format format() {
        return format;
    }
}
