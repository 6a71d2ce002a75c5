package dev.leaderelection.cli;

import dev.leaderelection.api.LeaderElectionStatus.Member;
import dev.leaderelection.api.LeaderElectionStatus.MemberState;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.Eligibility;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.election.Reprieve;
import dev.leaderelection.election.Rules;
import dev.leaderelection.election.Strategy;
import dev.leaderelection.election.Transfer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What keeps each of the other pods of an election from leading it. */
final class Obstacles {

    private final Succession succession;
    private final Snapshot seen;
    private final Rules rules;
    private final Optional<Candidate> leader;

    Obstacles(Succession succession) {
        this.succession = succession;
        this.seen = succession.seen();
        this.rules = succession.rules();
        this.leader = succession.leader();
    }

    List<Explanation.Other> others() {
        if (!seen.knows(Part.PODS)) {
            return seen.status().members().stream()
                    .filter(member -> succession
                            .leads()
                            .map(PodIdentity::name)
                            .filter(member.podName()::equals)
                            .isEmpty())
                    .map(Obstacles::unseen)
                    .toList();
        }
        List<Explanation.Other> others = new ArrayList<>();
        List<Candidate> turns = succession.turns();
        for (int i = 0; i < turns.size(); i++) {
            Candidate pod = turns.get(i);
            String before = i == 0 ? "" : turns.get(i - 1).id().name();
            others.add(new Explanation.Other(
                    pod.id().name(), Words.of(Eligibility.ELIGIBLE), waits(pod, before) + stray(pod)));
        }
        succession.others().stream()
                .filter(pod -> !Eligibility.of(pod).isEligible())
                .map(pod -> new Explanation.Other(
                        pod.id().name(),
                        Words.of(Eligibility.of(pod)),
                        Eligibility.of(pod).explanation() + stray(pod)))
                .forEach(others::add);
        return others;
    }

    /** Of a pod that may not be read, its status alone. */
    private static Explanation.Other unseen(Member member) {
        return new Explanation.Other(
                member.podName(),
                Words.of(member.state()),
                member.state() == MemberState.ELIGIBLE ? Part.PODS.unknown() : member.reason());
    }

    private static String stray(Candidate pod) {
        return pod.isRouted() ? "; it carries the leader's label, and should not" : "";
    }

    private String waits(Candidate pod, String before) {
        int place = succession.queue().indexOf(pod) + 1;
        String turn = (place == 1 ? "first" : "number " + place) + " in line for a vacant seat";
        Optional<String> asked = asked(pod);
        if (asked.isPresent()) {
            return asked.get();
        }
        Optional<String> standstill = standstill();
        if (standstill.isPresent()) {
            return standstill.get() + "; " + turn + (rules.mode() == Rules.Mode.ACTIVE ? "" : " once it is Active");
        }
        if (leader.isEmpty()) {
            return turn;
        }
        Candidate leading = leader.get();
        Eligibility eligibility = Eligibility.of(leading);
        if (!eligibility.keepsSeat()) {
            String unfit = leading.id().name() + " (" + eligibility.explanation() + ") ";
            Reprieve reprieve = succession.reprieve(leading);
            if (reprieve == Reprieve.NONE) {
                return place == 1 ? unfit + reprieve.explanation() + ", which it is" : turn;
            }
            return unfit + reprieve.explanation() + "; " + turn;
        }
        if (rules.strategy() instanceof Strategy.Bully bully) {
            return waits(bully, leading, pod, turn);
        }
        if (rules.strategy() instanceof Strategy.Ring ring && !ring.maxTerm().isZero()) {
            return before.isEmpty()
                    ? "follows when the term of " + leading.id().name() + " ends"
                            + interval(succession.rest(ring.maxTerm())) + "; " + turn
                    : "follows when the term of " + before + " ends; " + turn;
        }
        return leading.id().name() + " is healthy and stays; " + turn;
    }

    private String waits(Strategy.Bully bully, Candidate leading, Candidate pod, String turn) {
        if (bully.rank().compare(pod, leading) > 0) {
            return rank(pod, leading) + "; " + turn;
        }
        return "it ranks above " + leading.id().name() + ", and takes over once it has been eligible for "
                + Age.of(bully.stabilization()) + interval(Duration.ZERO);
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

    /** Whether it was promised the seat, for the term that lasts. */
    private Optional<String> asked(Candidate pod) {
        return seen.transfers().stream()
                .filter(transfer -> transfer.accepted()
                        .filter(promise -> promise.to().equals(pod.id().name()) && promise.term() == seen.term())
                        .isPresent())
                .findFirst()
                .map(Transfer::name)
                .map(name -> "LeadershipTransfer " + name + " makes it the leader"
                        + succession
                                .fenced()
                                .map(any -> " once the fence is passed")
                                .orElse(""));
    }

    /** What keeps leadership where it is, whoever leads. */
    private Optional<String> standstill() {
        if (rules.mode() != Rules.Mode.ACTIVE) {
            return Optional.of(
                    rules.mode() == Rules.Mode.PAUSED ? "the election is paused" : "the election only observes");
        }
        Optional<String> conflict = seen.condition("Conflicted", "True")
                .map(condition -> "the election does not act (" + condition.getReason() + ")");
        return conflict.or(() -> succession.denied().map(any -> "the API server denies what the operator writes"))
                .or(() -> succession
                        .fenced()
                        .map(any -> leader.map(pod -> pod.id().name()).orElse("who led before") + " is being fenced"));
    }

    /** What failover.minIntervalSeconds adds to a wait of the strategy's. */
    private String interval(Duration wait) {
        return succession.rest(rules.minInterval()).compareTo(wait) > 0
                ? ", not before failover.minIntervalSeconds have passed since "
                        + succession.leads().map(PodIdentity::name).orElseThrow() + " took the seat"
                : "";
    }
}
