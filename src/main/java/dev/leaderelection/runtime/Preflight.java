package dev.leaderelection.runtime;

import dev.leaderelection.kubernetes.Answer;
import dev.leaderelection.kubernetes.Answer.Cause;
import dev.leaderelection.kubernetes.Answer.Done;
import dev.leaderelection.kubernetes.Answer.Refused;
import dev.leaderelection.kubernetes.ApiServer;
import dev.leaderelection.kubernetes.ApiServerPrerequisites;
import dev.leaderelection.kubernetes.ApiServerPrerequisites.Lack;
import dev.leaderelection.reconciler.Clocks;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.quarkiverse.operatorsdk.runtime.QuarkusConfigurationService;
import io.quarkus.runtime.ApplicationLifecycleManager;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the operator begin when everything it needs is there. It waits for an API server that does not answer, for that will pass; of
 * what somebody has to set right it says what that is, and ends.
 */
@ApplicationScoped
class Preflight {

    private static final Logger log = LoggerFactory.getLogger(Preflight.class);
    private static final Duration PAUSE = Duration.ofMillis(250);

    /** Definition, rights and operator are often applied at once, and the server learns of the first two within a moment. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final OperatorConfig config;
    private final QuarkusConfigurationService configuration;
    private final KubernetesClient client;
    private final Clocks clocks;

    Preflight(
            OperatorConfig config, QuarkusConfigurationService configuration, KubernetesClient client, Clocks clocks) {
        this.config = config;
        this.configuration = configuration;
        this.client = client;
        this.clocks = clocks;
    }

    /** Before anything else begins. */
    void check(@Observes @Priority(1) StartupEvent start) {
        List<String> mistakes = Settings.mistakes(config);
        if (!mistakes.isEmpty()) {
            throw new StartupFailure("bad configuration: " + String.join("; ", mistakes));
        }
        if (configuration.shouldStartOperator()) {
            await(new ApiServerPrerequisites(new ApiServer(client)));
        }
    }

    private void await(ApiServerPrerequisites prerequisites) {
        Optional<Duration> lackingSince = Optional.empty();
        boolean isTold = false;
        while (true) {
            Answer<Lack> answer =
                    prerequisites.look(config.namespace(), OperatorWiring.replicaNamespace(client, config));
            List<String> missing = missing(answer);
            if (answer instanceof Done<Lack> done && missing.isEmpty()) {
                tellOfWanting(done.value());
                return;
            }
            if (missing.isEmpty()) {
                lackingSince = Optional.empty();
            } else {
                Duration now = clocks.ticks().get();
                Duration since = lackingSince.orElse(now);
                if (now.minus(since).compareTo(GRACE) >= 0) {
                    if (config.release()
                            && answer instanceof Done<Lack> done
                            && !done.value().defined()) {
                        log.info("the API server knows no elections: there is nothing to let go");
                        throw new NothingToRelease();
                    }
                    throw new StartupFailure(String.join("; ", missing));
                }
                lackingSince = Optional.of(since);
            }
            if (missing.isEmpty() && !isTold) {
                isTold = true;
                log.atWarn()
                        .addKeyValue("server", client.getMasterUrl())
                        .log("waiting for the API server: {}", ((Refused<Lack>) answer).explanation());
            }
            pause();
        }
    }

    /** What somebody has to set right; nothing while that cannot be told, for the server does not answer. */
    private static List<String> missing(Answer<Lack> answer) {
        if (answer instanceof Done<Lack> done) {
            return done.value().missing();
        }
        Refused<Lack> refused = (Refused<Lack>) answer;
        return refused.cause() == Cause.DENIED
                ? List.of(
                        "the API server lets this account not even look what there is, which every account may by default"
                                + " (ClusterRole system:discovery): " + refused.explanation())
                : List.of();
    }

    private static void tellOfWanting(Lack lack) {
        if (!lack.wanting().isEmpty()) {
            log.warn(
                    "without the right to {}: what needs it will be denied; deploy/rbac.yaml has it",
                    String.join(", ", lack.wanting()));
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartupFailure("interrupted before it could begin");
        }
        if (ApplicationLifecycleManager.isVmShuttingDown()) {
            throw new StartupFailure("told to end before it could begin");
        }
    }
}
