package dev.leaderelection.cli;

import dev.leaderelection.api.LeaderElectionStatus.Leader;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.Durations;
import dev.leaderelection.election.Eligibility;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.election.Reprieve;
import dev.leaderelection.election.Rules;
import dev.leaderelection.election.Strategy;
import dev.leaderelection.kubernetes.RulesReader;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Who leads an election and who would follow, as far as it can be seen from outside of the operator.
 *
 * @param seen what was seen
 * @param now when
 * @param rules the election's rules
 * @param leader the pod that leads, if it is there
 * @param others the other pods, by rank
 * @param queue those of them that may lead, in the order in which a vacant seat would go to them
 */
record Succession(
        Snapshot seen,
        Instant now,
        Rules rules,
        Optional<Candidate> leader,
        List<Candidate> others,
        List<Candidate> queue) {

    private static final Duration LONG = Duration.ofDays(36_500);

    /** Copies. */
    Succession {
        others = List.copyOf(others);
        queue = List.copyOf(queue);
    }

    static Succession of(Snapshot seen, Instant now) {
        Rules rules = RulesReader.read(seen.resource().getSpec());
        Optional<Candidate> leader = seen.leader();
        List<Candidate> others = seen.pods().stream()
                .filter(pod -> !Optional.of(pod).equals(leader))
                .sorted(rules.strategy().rank())
                .toList();
        List<Candidate> selected =
                seen.pods().stream().filter(Candidate::selected).toList();
        List<Candidate> queue = inTurn(
                others.stream().filter(pod -> Eligibility.of(pod).isEligible()).toList(),
                eligible -> rules.strategy().heir(eligible, selected));
        return new Succession(seen, now, rules, leader, others, queue);
    }

    private static List<Candidate> inTurn(List<Candidate> pods, Function<List<Candidate>, Optional<Candidate>> nextOf) {
        List<Candidate> left = new ArrayList<>(pods);
        List<Candidate> turns = new ArrayList<>();
        for (Optional<Candidate> next = nextOf.apply(left); next.isPresent(); next = nextOf.apply(left)) {
            left.remove(next.get());
            turns.add(next.get());
        }
        return turns;
    }

    /** Who leads: a pod that is there, or of which it cannot be seen whether it is. */
    Optional<PodIdentity> leads() {
        return seen.knows(Part.PODS) ? leader.map(Candidate::id) : seen.leads();
    }

    /** The pods that may lead in the order in which they would, if nothing happens to any of them. */
    List<Candidate> turns() {
        if (leader.isEmpty() || !(rules.strategy() instanceof Strategy.Ring ring)) {
            return queue;
        }
        return inTurn(queue, eligible -> ring.successor(leader.get(), eligible, List.of()));
    }

    /** Whether the API server denies what the operator writes. */
    Optional<Condition> denied() {
        return seen.condition("RoutingConsistent", "False")
                .filter(condition -> condition.getReason().equals("WriteDenied"));
    }

    /** Whether the heir waits for the leader to have stopped: it has lost the label by then. */
    Optional<Condition> fenced() {
        return seen.condition("RoutingConsistent", "False")
                .filter(condition -> condition.getReason().equals("Fencing"))
                .filter(any -> leader.filter(Candidate::isRouted).isEmpty());
    }

    /** Why a leader that is not fit still leads. */
    Reprieve reprieve(Candidate unfit) {
        return Reprieve.of(rules, unfit, !queue.isEmpty(), ledFor(), Duration.between(unfit.readySince(), now));
    }

    /** What is left of a span that began when the leader took the seat. */
    Duration rest(Duration whole) {
        return Durations.rest(whole, ledFor());
    }

    /** For how long the leader has led, by the status; as good as for ever if that does not tell. */
    private Duration ledFor() {
        return Optional.ofNullable(seen.status().leader())
                .filter(any -> seen.told().equals(seen.leads()))
                .map(Leader::since)
                .flatMap(Age::parse)
                .map(since -> Duration.between(since, now))
                .orElse(LONG);
    }
}
