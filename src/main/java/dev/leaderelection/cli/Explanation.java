package dev.leaderelection.cli;

import dev.leaderelection.api.LeaderElectionSpec.Mode;
import dev.leaderelection.api.LeaderElectionStatus.Transition;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.Eligibility;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.Reason;
import dev.leaderelection.election.Strategy;
import dev.leaderelection.kubernetes.StrategyReader;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Why this pod leads, and why none of the others does.
 *
 * @param election the election, with its namespace
 * @param leader who leads; empty for nobody
 * @param why why that is so
 * @param rule what its strategy goes by
 * @param others the other pods: those that may lead in the order in which a vacant seat would go to them, then the rest by rank
 */
record Explanation(String election, String leader, List<String> why, String rule, List<Other> others) {

    /** Copies. */
    Explanation {
        why = List.copyOf(why);
        others = List.copyOf(others);
    }

    /**
     * A pod that does not lead.
     *
     * @param pod its name
     * @param standing what it is
     * @param whyNot why it does not lead
     */
    record Other(String pod, String standing, String whyNot) {}

    static Explanation of(Snapshot seen, Instant now) {
        Strategy strategy = StrategyReader.read(seen.resource().getSpec().strategy());
        Optional<Candidate> leader = seen.leader();
        return new Explanation(
                seen.election().toString(),
                leader.map(pod -> pod.id().name()).orElse(""),
                leader.map(pod -> whyLeads(seen, pod, now)).orElseGet(() -> whyNobody(seen)),
                rule(strategy),
                others(seen, strategy, leader));
    }

    private static List<String> whyLeads(Snapshot seen, Candidate leader, Instant now) {
        List<String> why = new ArrayList<>();
        long term = seen.lease() instanceof LeaseState.Claimed claimed
                ? claimed.lease().term()
                : 0;
        Optional<Transition> last = seen.status().history().stream()
                .filter(transition -> transition.term() == term)
                .findFirst();
        why.add(leader.id().name() + " leads in term " + term
                + last.map(transition -> ", since " + Age.since(transition.time(), now) + ": "
                                + explained(transition)
                                + (transition.from() == null ? "" : ", and " + transition.from() + " led before"))
                        .orElse(""));
        Eligibility eligibility = Eligibility.of(leader);
        if (!eligibility.isEligible()) {
            why.add(leader.id().name() + ": " + eligibility.explanation()
                    + (eligibility.keepsSeat()
                            ? ", which costs nobody the seat"
                            : ", and keeps the seat until another pod may take it"));
        }
        if (!leader.isRouted()) {
            why.add(leader.id().name() + " does not carry the label "
                    + seen.election().label().key() + "="
                    + seen.election().label().leaderValue() + " yet");
        }
        if (seen.resource().getSpec().mode() == Mode.PAUSED) {
            why.add("the election is paused: leadership does not move");
        }
        return why;
    }

    private static String explained(Transition transition) {
        return Arrays.stream(Reason.values())
                .filter(reason -> reason.text().equals(transition.reason()))
                .map(Reason::explanation)
                .findFirst()
                .orElse(transition.reason());
    }

    private static List<String> whyNobody(Snapshot seen) {
        Optional<Condition> elected = seen.status().conditions().stream()
                .filter(condition -> "LeaderElected".equals(condition.getType()))
                .findFirst();
        return List.of("nobody leads: "
                + elected.filter(condition -> !"True".equals(condition.getStatus()))
                        .map(Condition::getMessage)
                        .orElse(
                                elected.isPresent()
                                        ? "the Lease names no pod that is there"
                                        : "the operator has not looked at this election yet: is it running?"));
    }

    private static String rule(Strategy strategy) {
        if (strategy instanceof Strategy.Bully bully) {
            return "strategy Bully: the highest rank leads, and takes over once it has been eligible for "
                    + Age.of(bully.stabilization());
        }
        if (strategy instanceof Strategy.Ring ring) {
            return "strategy Ring: the highest rank takes a vacant seat; "
                    + (ring.maxTerm().isZero()
                            ? "terms have no end"
                            : "after " + Age.of(ring.maxTerm()) + " the next lower rank follows");
        }
        return "strategy Lease: a healthy leader stays; a vacant seat goes by priority, then newest revision, then the longest"
                + " ready";
    }

    private static List<Other> others(Snapshot seen, Strategy strategy, Optional<Candidate> leader) {
        List<Candidate> rest = new ArrayList<>(seen.pods().stream()
                .filter(pod -> !Optional.of(pod).equals(leader))
                .sorted(strategy.rank())
                .toList());
        List<Candidate> queue = new ArrayList<>(
                rest.stream().filter(pod -> Eligibility.of(pod).isEligible()).toList());
        rest.removeAll(queue);
        List<Candidate> selected =
                seen.pods().stream().filter(Candidate::selected).toList();
        List<Other> others = new ArrayList<>();
        int place = 0;
        for (Optional<Candidate> next = strategy.heir(queue, selected);
                next.isPresent();
                next = strategy.heir(queue, selected)) {
            queue.remove(next.get());
            place++;
            others.add(new Other(
                    next.get().id().name(),
                    Words.of(Eligibility.ELIGIBLE),
                    waits(strategy, leader, next.get(), place)));
        }
        for (Candidate pod : rest) {
            Eligibility eligibility = Eligibility.of(pod);
            String label = pod.isRouted() ? "; it carries the leader's label, and should not" : "";
            others.add(new Other(pod.id().name(), Words.of(eligibility), eligibility.explanation() + label));
        }
        return others;
    }

    private static String waits(Strategy strategy, Optional<Candidate> leader, Candidate pod, int place) {
        String turn = place == 1 ? "first in line for a vacant seat" : "number " + place + " in line for a vacant seat";
        if (leader.isEmpty()) {
            return turn;
        }
        String name = leader.get().id().name();
        if (strategy instanceof Strategy.Bully) {
            return strategy.rank().compare(pod, leader.get()) < 0
                    ? "it ranks above " + name + ", and takes over once it has been eligible for long enough"
                    : rank(pod, leader.get()) + "; " + turn;
        }
        if (strategy instanceof Strategy.Ring) {
            return "its turn comes when the terms of those before it have ended; " + turn;
        }
        return name + " is healthy and stays; " + turn;
    }

    /** What of the rank decides. */
    private static String rank(Candidate pod, Candidate leader) {
        String name = leader.id().name();
        if (pod.priority() != leader.priority()) {
            return "its priority " + pod.priority() + " is below that of " + name + ", " + leader.priority();
        }
        return pod.ordinal() != leader.ordinal()
                ? "its ordinal ranks below that of " + name
                : "its name ranks below " + name;
    }

    /** The same for a person. */
    String text() {
        StringBuilder text = new StringBuilder();
        why.forEach(line -> text.append(line).append('\n'));
        text.append(rule).append('\n');
        Table table = new Table("POD", "STANDING", "WHY NOT");
        others.forEach(other -> table.row(other.pod(), other.standing(), other.whyNot()));
        if (!table.isEmpty()) {
            text.append('\n').append(table);
        }
        return text.toString();
    }
}
