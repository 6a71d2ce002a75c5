package dev.leaderelection.cli;

import picocli.CommandLine.Parameters;

/** Which election a command speaks of. */
final class Subject {

    @Parameters(paramLabel = "NAME", description = "The election.")
    private String name = "";

    /**
     * Its name.
     *
     * @throws Failure if it is empty, as a variable of a script may be
     */
    String name() {
        if (name.isBlank()) {
            throw new Failure("NAME is empty: kubectl election list shows which elections there are");
        }
        return name;
    }
}
