package dev.leaderelection.runtime;

/** The operator cannot begin, for a reason that its message tells in one line, with the remedy. */
final class StartupFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    StartupFailure(String message) {
        super(message);
    }
}
