package dev.leaderelection.demo;

/** Something that the demonstration promises did not happen; the message says what. */
final class StepMissing extends IllegalStateException {

    private static final long serialVersionUID = 1;

    StepMissing(String message) {
        super(message);
    }
}
