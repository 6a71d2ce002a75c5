package dev.leaderelection.demo;

import static dev.leaderelection.demo.Contest.CRUNCH;
import static dev.leaderelection.demo.Contest.ORDERS;
import static dev.leaderelection.demo.Contest.SEQUENCE;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.demo.Witness.Promotion;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** The acts: applies the examples, breaks their leaders, and tells who took over and when the API server said so. */
final class Play {

    private static final List<Contest> CONTESTS = List.of(ORDERS, CRUNCH, SEQUENCE);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration STABILIZATION = Duration.ofSeconds(1);
    private static final Duration TERM = Duration.ofSeconds(2);

    private final Theatre theatre;
    private final Screen screen;
    private final InstantSource clock = InstantSource.system();
    private final List<Outcome> outcomes = new ArrayList<>();

    Play(Theatre theatre, Screen screen) {
        this.theatre = theatre;
        this.screen = screen;
    }

    /**
     * What a break led to.
     *
     * @param label from the cause to the heir's label
     * @param service from the cause to the Service's having the heir
     */
    private record Outcome(String what, String from, Promotion heir, Duration label, Duration service) {

        List<String> row() {
            return List.of(
                    what, from, heir.pod(), heir.term(), Screen.milliseconds(label), Screen.milliseconds(service));
        }
    }

    /** @throws StepMissing when something did not happen */
    void perform() {
        try (Witness witness = new Witness(theatre.client(), Theatre.NAMESPACE, CONTESTS, clock)) {
            applyExamples(witness);
            leaderIsDeleted(witness, "Lease: the leader is deleted", "Lease: leader deleted");
            leaderIsNotReady(witness);
            higherRankAppears(witness);
            termEnds(witness);
            leaderIsDeleted(witness, "Lease: the leader is deleted again", "Lease: deleted again");
            if (!witness.violations().isEmpty()) {
                throw new StepMissing("two pods led at once: " + witness.violations());
            }
            summarize(witness);
        }
    }

    private void applyExamples(Witness witness) {
        screen.title("Applying three examples, one for each strategy");
        for (Contest contest : CONTESTS) {
            show("apply", "-f", contest.folder() + "/");
        }
        screen.note("The job's coordinator must have been back for 20 s before it leads again. Not here:");
        show("patch", "leaderelection", "crunch", "--type=merge", "-p", strategy("bully", "stabilizationSeconds", 1));
        CONTESTS.forEach(contest -> settle(witness, contest));
        awaitLeader(witness, CRUNCH, "crunch-0");

        screen.title("One leader each, and each leader's Service has it and nobody else");
        show("get", "leaderelections");
        String services = CONTESTS.stream().map(Contest::service).collect(Collectors.joining(","));
        show("get", "endpointslices", "-l", "kubernetes.io/service-name in (" + services + ")");
    }

    private void leaderIsDeleted(Witness witness, String title, String what) {
        screen.title(title);
        Promotion leader = settle(witness, ORDERS);
        int number = witness.promotions(ORDERS);
        long started = delete(leader);
        tell(witness, ORDERS, what, leader, number, started);
    }

    /** Tells when the request was sent. */
    private long delete(Promotion leader) {
        screen.line("DELETE pod " + leader.pod());
        var pod = theatre.client().pods().inNamespace(Theatre.NAMESPACE).withName(leader.pod());
        // What this JVM needs to send its first request of a kind is not the operator's time.
        pod.dryRun().delete();
        long started = System.nanoTime();
        pod.delete();
        return started;
    }

    private void leaderIsNotReady(Witness witness) {
        screen.title("Lease: the leader is alive, but not ready");
        Promotion leader = settle(witness, ORDERS);
        Pod pod = pod(leader);
        int number = witness.promotions(ORDERS);
        screen.line("PATCH status of pod " + leader.pod() + ": Ready=False");
        long started = System.nanoTime();
        theatre.kubelet().ready(pod, false);
        tell(witness, ORDERS, "Lease: leader not ready", leader, number, started);
        theatre.kubelet().ready(pod, true);
        screen.note("It is ready again, and waits its turn: a healthy leader stays.");
    }

    private void higherRankAppears(Witness witness) {
        screen.title("Bully: the leader is deleted, and comes back");
        Promotion first = settle(witness, CRUNCH);
        int number = witness.promotions(CRUNCH);
        long started = delete(first);
        Promotion deputy = tell(witness, CRUNCH, "Bully: leader deleted", first, number, started);

        Pod back = await(
                "the StatefulSet does not bring " + first.pod() + " back",
                () -> Optional.ofNullable(theatre.client()
                                .pods()
                                .inNamespace(Theatre.NAMESPACE)
                                .withName(first.pod())
                                .get())
                        .filter(pod -> !pod.getMetadata().getUid().equals(first.uid())));
        long ready = witness.awaitReady(back.getMetadata().getUid(), PATIENCE)
                .orElseThrow(() -> new StepMissing("the new " + first.pod() + " does not become ready"));
        screen.line(first.pod() + " is back and ready; it ranks highest, and leads when it has been ready for "
                + STABILIZATION.toSeconds() + " s");
        tell(witness, CRUNCH, "Bully: higher rank back", deputy, number + 1, ready + STABILIZATION.toNanos());
    }

    private void termEnds(Witness witness) {
        screen.title("Ring: the leader's term ends");
        Promotion last = settle(witness, SEQUENCE);
        int number = witness.promotions(SEQUENCE);
        screen.note("An hour is too long to watch:");
        show("patch", "leaderelection", "sequence", "--type=merge", "-p", strategy("ring", "maxTermSeconds", 2));
        Promotion next = promotion(witness, SEQUENCE, number, last.pod() + "'s term is over");
        screen.line("The term of " + last.pod() + " is over already; " + next.pod() + " leads, for " + TERM.toSeconds()
                + " s");
        // The term began with the claim in the Lease, on the operator's clock, which is this machine's.
        Instant began = theatre.client()
                .leases()
                .inNamespace(Theatre.NAMESPACE)
                .withName(SEQUENCE.election())
                .get()
                .getSpec()
                .getAcquireTime()
                .toInstant();
        long ends = System.nanoTime()
                + Duration.between(clock.instant(), began.plus(TERM)).toNanos();
        tell(witness, SEQUENCE, "Ring: term over", next, number + 1, ends);
        screen.note("As the example has it again:");
        show("apply", "-f", SEQUENCE.folder().resolve("election.yaml").toString());
    }

    private void summarize(Witness witness) {
        CONTESTS.forEach(contest -> settle(witness, contest));
        screen.title("Who took over, and when the API server said so");
        screen.table(
                List.of("what happened", "from", "to", "term", "label after", "Service after"),
                outcomes.stream().map(Outcome::row).toList(),
                3);
        screen.note("Deleted, not ready: from sending the request. Higher rank: from its Ready and "
                + STABILIZATION.toSeconds() + " s more. Term: from its end.");
        screen.note("At none of the " + witness.revisions()
                + " revisions of the pods did two pods of an election carry the leader's label.");

        screen.title("What the operator says");
        show("get", "leaderelections");
        show(
                "get",
                "leaderelection",
                "orders",
                "-o",
                "go-template={{range .status.history}}{{printf \"%4v  %-18s %4v ms  %s\\n\""
                        + " .term .reason .durationMilliseconds .to}}{{end}}");
        show(
                "get",
                "events",
                "--field-selector=involvedObject.kind=LeaderElection",
                "-o",
                "custom-columns=REASON:.reason,OBJECT:.involvedObject.name,MESSAGE:.message");
    }

    /** Waits for the promotion and for the Service, and tells when they came, counted from their cause. */
    private Promotion tell(Witness witness, Contest contest, String what, Promotion from, int number, long cause) {
        Promotion heir = promotion(witness, contest, number, what);
        Duration label = Duration.ofNanos(heir.nanos() - cause);
        screen.seen(
                label,
                "%s carries %s=%s, term %s"
                        .formatted(heir.pod(), contest.labelKey(), contest.leaderValue(), heir.term()));
        long routed = witness.awaitService(
                        contest,
                        heir.pod(),
                        heir.nanos() - Duration.ofMillis(50).toNanos(),
                        PATIENCE)
                .orElseThrow(() -> new StepMissing("Service " + contest.service() + " does not have " + heir.pod()
                        + " within " + PATIENCE.toSeconds() + " s after it got the label"));
        Duration service = Duration.ofNanos(routed - cause);
        screen.seen(service, "Service " + contest.service() + " has " + heir.pod() + ", and it alone");
        outcomes.add(new Outcome(what, from.pod(), heir, label, service));
        return heir;
    }

    private static Promotion promotion(Witness witness, Contest contest, int number, String what) {
        return witness.awaitPromotion(contest, number, PATIENCE)
                .orElseThrow(() -> new StepMissing(what + ", but no other pod of " + contest.election()
                        + " got the leader's label within " + PATIENCE.toSeconds() + " s"));
    }

    /** Waits until all pods of an election are eligible, and its leader stands in the status and behind the Service. */
    private Promotion settle(Witness witness, Contest contest) {
        return await(
                "election " + contest.election() + " does not settle",
                () -> witness.leader(contest)
                        .filter(leader -> witness.isRoutedTo(contest, leader.pod()))
                        .filter(leader -> isSettled(contest, leader)));
    }

    private boolean isSettled(Contest contest, Promotion leader) {
        LeaderElectionStatus status = Objects.requireNonNull(theatre.client()
                        .resources(LeaderElection.class)
                        .inNamespace(Theatre.NAMESPACE)
                        .withName(contest.election())
                        .get())
                .getStatus();
        return status != null
                && status.leader() != null
                && status.leader().podUID().equals(leader.uid())
                && status.candidates() != null
                && status.candidates().eligible() == contest.candidates();
    }

    private void awaitLeader(Witness witness, Contest contest, String pod) {
        await(
                pod + " does not lead " + contest.election(),
                () -> witness.leader(contest).filter(leader -> leader.pod().equals(pod)));
        settle(witness, contest);
    }

    private static <T> T await(String otherwise, Callable<Optional<T>> look) {
        try {
            return Awaitility.await()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(50))
                    .atMost(PATIENCE)
                    .until(look, Optional::isPresent)
                    .orElseThrow();
        } catch (ConditionTimeoutException e) {
            throw new StepMissing(otherwise + " within " + PATIENCE.toSeconds() + " s");
        }
    }

    private Pod pod(Promotion promotion) {
        return theatre.client()
                .pods()
                .inNamespace(Theatre.NAMESPACE)
                .withName(promotion.pod())
                .get();
    }

    private static String strategy(String type, String field, int value) {
        return "{\"spec\":{\"strategy\":{\"%s\":{\"%s\":%d}}}}".formatted(type, field, value);
    }

    /** Runs kubectl, and shows the command as one would type it, and what it printed. */
    private void show(String... arguments) {
        screen.command(Stream.concat(Stream.of("kubectl"), Stream.of(arguments).map(Play::quoted))
                .collect(Collectors.joining(" ")));
        screen.output(theatre.kubectl(arguments));
    }

    private static String quoted(String argument) {
        return argument.matches("[A-Za-z0-9_./:=,@%+-]*") ? argument : "'" + argument + "'";
    }
}
