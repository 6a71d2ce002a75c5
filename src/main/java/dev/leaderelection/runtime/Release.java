package dev.leaderelection.runtime;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.kubernetes.Answer;
import dev.leaderelection.kubernetes.Answer.Cause;
import dev.leaderelection.kubernetes.Answer.Done;
import dev.leaderelection.kubernetes.Answer.Refused;
import dev.leaderelection.kubernetes.ApiServerElectionStore;
import dev.leaderelection.kubernetes.WriteGate;
import dev.leaderelection.reconciler.Clocks;
import dev.leaderelection.reconciler.LeaderElectionReconciler;
import dev.leaderelection.reconciler.Remainder;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends the operator once it has let all elections go, if that is what it was started for. What keeps it from that it tells once. */
@ApplicationScoped
class Release {

    private static final Logger log = LoggerFactory.getLogger(Release.class);

    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** Longer than a killed operator's Lease holds, and than the server goes on asking a policy that was deleted. */
    private static final Duration USUAL = Duration.ofSeconds(10);

    private final OperatorConfig config;
    private final ApiServerElectionStore store;
    private final LeaderElectionReconciler reconciler;
    private final WriteGate gate;
    private final Clocks clocks;
    private final Thread thread = new Thread(this::run, "release");
    private volatile boolean over;

    Release(
            OperatorConfig config,
            ApiServerElectionStore store,
            LeaderElectionReconciler reconciler,
            WriteGate gate,
            Clocks clocks) {
        this.config = config;
        this.store = store;
        this.reconciler = reconciler;
        this.gate = gate;
        this.clocks = clocks;
        thread.setDaemon(true);
    }

    void begin(@Observes @Priority(Preparation.AFTER_THE_OPERATOR) StartupEvent start) {
        if (config.release()) {
            thread.start();
        }
    }

    void end(@Observes ShutdownEvent stop) {
        thread.interrupt();
    }

    /** Whether all elections are let go, and no other replica of the operator is wanted. */
    boolean isOver() {
        return over;
    }

    private void run() {
        Duration patienceEnds = clocks.ticks().get().plus(USUAL);
        boolean isTold = false;
        try {
            Answer<List<Remainder>> remainder = look();
            while (!isNothing(remainder)) {
                if (!isTold && clocks.ticks().get().compareTo(patienceEnds) >= 0) {
                    isTold = true;
                    tell(remainder);
                }
                Thread.sleep(PAUSE.toMillis());
                remainder = look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        over = true;
        log.info("all elections are let go");
        Quarkus.asyncExit(0);
    }

    /** Which elections are still to be let go, by a list that the server gives now. */
    private Answer<List<Remainder>> look() {
        if (!gate.isOpen()) {
            return Answer.refused(Cause.OVERTAKEN, "another replica of the operator acts, and has to end first");
        }
        Answer<List<LeaderElection>> elections = store.listElections(config.namespace());
        return elections instanceof Done<List<LeaderElection>> done
                ? new Done<>(reconciler.unreleased(done.value()))
                : ((Refused<List<LeaderElection>>) elections).recast();
    }

    private static boolean isNothing(Answer<List<Remainder>> answer) {
        return answer instanceof Done<List<Remainder>> done && done.value().isEmpty();
    }

    private static void tell(Answer<List<Remainder>> answer) {
        if (answer instanceof Done<List<Remainder>> done) {
            done.value()
                    .forEach(election -> log.atWarn()
                            .addKeyValue("namespace", election.namespace())
                            .addKeyValue("election", election.name())
                            .log("not let go yet, trying on: {}", election.explanation()));
        } else {
            log.warn("elections are not let go yet, trying on: {}", ((Refused<?>) answer).explanation());
        }
    }
}
