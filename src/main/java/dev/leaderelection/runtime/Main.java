package dev.leaderelection.runtime;

import io.javaoperatorsdk.operator.api.config.Utils;
import io.quarkus.bootstrap.logging.InitialConfigurator;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.smallrye.config.ConfigValidationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the operator, and says in one line why it could not be started where somebody can set that right. */
@QuarkusMain
public final class Main {

    private static final String CANNOT_START = "cannot start: ";

    private Main() {}

    /** Runs until the process is told to end, or has let all elections go. Ends with 0 then, with 1 when it could not be started. */
    public static void main(String... arguments) {
        // The framework would add a dozen fields of its own to every JSON line, and fill them in for every event.
        System.setProperty(Utils.USE_MDC_ENV_KEY, "false");
        Quarkus.run(null, Main::end, arguments);
    }

    private static void end(int code, @Nullable Throwable failure) {
        if (failure != null && isNothingToRelease(failure)) {
            System.exit(0);
        }
        if (failure != null) {
            tell(failure);
        }
        System.exit(code);
    }

    private static boolean isNothingToRelease(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .anyMatch(NothingToRelease.class::isInstance);
    }

    private static void tell(Throwable failure) {
        Logger log = LoggerFactory.getLogger(Main.class);
        Optional<String> line = explain(failure);
        if (line.isPresent() && InitialConfigurator.DELAYED_HANDLER.isActivated()) {
            log.error(CANNOT_START + line.get());
        } else if (line.isPresent()) {
            // It did not get as far as to know how to log.
            System.err.println(CANNOT_START + line.get());
        } else if (InitialConfigurator.DELAYED_HANDLER.isActivated()) {
            log.error("cannot start", failure);
        } else {
            failure.printStackTrace();
        }
    }

    /** In words, if it is a mistake of the installation's. */
    static Optional<String> explain(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof StartupFailure known) {
                return Optional.ofNullable(known.getMessage());
            }
            if (cause instanceof ConfigValidationException invalid) {
                return Optional.of("bad configuration: " + String.join("; ", problems(invalid)));
            }
            if (cause instanceof QuarkusBindException taken) {
                return Optional.of("port " + taken.getPort() + " is in use by another process");
            }
        }
        return Optional.empty();
    }

    private static List<String> problems(ConfigValidationException invalid) {
        List<String> problems = new ArrayList<>();
        for (int i = 0; i < invalid.getProblemCount(); i++) {
            problems.add(invalid.getProblem(i).getMessage());
        }
        return problems;
    }
}
