package dev.leaderelection.runtime;

/** Elections were to be let go where there cannot be any: their definition is gone, and they went with it. */
final class NothingToRelease extends RuntimeException {

    private static final long serialVersionUID = 1L;
}
