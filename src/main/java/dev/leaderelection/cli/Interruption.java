package dev.leaderelection.cli;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** The end of the process, by Ctrl-C for one, while somebody waits. */
final class Interruption {

    private Interruption() {}

    /**
     * Waits for an answer, and if the process is ended meanwhile does something about it.
     *
     * @param answer what is waited for
     * @param effect what is done at the end of the process: it has the last word
     * @param nothing what stands for an answer then
     */
    static <T> T during(Supplier<T> answer, Runnable effect, T nothing) {
        AtomicBoolean happened = new AtomicBoolean();
        Thread hook = new Thread(
                () -> {
                    happened.set(true);
                    effect.run();
                },
                "interruption");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return answer.get();
        } catch (Failure e) {
            if (happened.get()) {
                return nothing;
            }
            throw e;
        } finally {
            remove(hook);
        }
    }

    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending, and the hook is running.
        }
    }
}
