package dev.leaderelection.cli;

import dev.leaderelection.api.LeaderElectionStatus.Transition;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.Eligibility;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.election.Reason;
import dev.leaderelection.election.Rules;
import dev.leaderelection.election.Strategy;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Why this pod leads an election, or why nobody does, and the rule that its strategy goes by. */
final class Reasons {

    private final Succession succession;
    private final Snapshot seen;
    private final Rules rules;
    private final Optional<Candidate> leader;

    Reasons(Succession succession) {
        this.succession = succession;
        this.seen = succession.seen();
        this.rules = succession.rules();
        this.leader = succession.leader();
    }

    List<String> why() {
        Optional<Condition> fenced = succession.fenced();
        List<String> why = new ArrayList<>();
        succession
                .leads()
                .ifPresentOrElse(pod -> why.add(whySince(pod)), () -> why.add("nobody leads: " + whyNobody()));
        leader.filter(pod -> Eligibility.of(pod) != Eligibility.ELIGIBLE)
                .ifPresent(pod -> why.add(pod.id().name() + ": "
                        + Eligibility.of(pod).explanation()
                        + (Eligibility.of(pod).keepsSeat()
                                ? ", which costs nobody the seat"
                                : fenced.isPresent()
                                        ? ""
                                        : ", and it " + succession.reprieve(pod).explanation())));
        fenced.filter(any -> leader.isPresent()).map(Condition::getMessage).ifPresent(why::add);
        leader.filter(pod -> !pod.isRouted() && fenced.isEmpty())
                .ifPresent(pod -> why.add(pod.id().name() + " does not carry the label "
                        + seen.election().label().key() + "="
                        + seen.election().label().leaderValue() + " yet"));
        succession.denied().map(Condition::getMessage).ifPresent(why::add);
        if (rules.mode() == Rules.Mode.PAUSED) {
            why.add("the election is paused: leadership does not move");
        }
        return why;
    }

    private String whySince(PodIdentity pod) {
        Optional<Transition> last = seen.status().history().stream()
                .filter(transition -> transition.term() == seen.term())
                .findFirst();
        return pod.name() + " leads in term " + seen.term()
                + last.map(transition -> ", since " + Age.since(transition.time(), succession.now()) + ": "
                                + explained(transition)
                                + (transition.from() == null ? "" : ", and " + transition.from() + " led before"))
                        .orElse("");
    }

    private static String explained(Transition transition) {
        return Arrays.stream(Reason.values())
                .filter(reason -> reason.text().equals(transition.reason()))
                .map(Reason::explanation)
                .findFirst()
                .orElse(transition.reason());
    }

    private String whyNobody() {
        if (!seen.isLookedAt()) {
            return "the operator has not looked at this election yet: is it running?";
        }
        return Stream.of(seen.condition("LeaderElected", "False"), seen.condition("LeaderElected", "Unknown"))
                .flatMap(Optional::stream)
                .findFirst()
                .map(Condition::getMessage)
                .orElse(seen.holder()
                        .map(pod -> "the Lease names " + pod.name() + ", which is gone")
                        .orElse("no Lease names anybody"));
    }

    /** What the strategy goes by. */
    String rule() {
        if (rules.strategy() instanceof Strategy.Bully bully) {
            return "strategy Bully: the highest rank leads, and takes over once it has been eligible for "
                    + Age.of(bully.stabilization());
        }
        if (rules.strategy() instanceof Strategy.Ring ring) {
            return "strategy Ring: the highest rank takes a vacant seat; "
                    + (ring.maxTerm().isZero()
                            ? "terms have no end"
                            : "after " + Age.of(ring.maxTerm()) + " the next lower rank follows");
        }
        return "strategy Lease: a healthy leader stays; a vacant seat goes by priority, then newest revision, then the longest"
                + " ready";
    }
}
