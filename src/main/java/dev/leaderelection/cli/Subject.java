package dev.leaderelection.cli;

import picocli.CommandLine.Parameters;

/** Which election a command speaks of. */
final class Subject {

    @Parameters(paramLabel = "NAME", description = "The election.")
    private String name = "";

    /** Its name. */
    String name() {
        return name;
    }
}
