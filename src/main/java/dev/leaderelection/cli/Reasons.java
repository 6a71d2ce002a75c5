package dev.leaderelection.cli;

import dev.leaderelection.api.LeaderElectionStatus.Leader;
import dev.leaderelection.api.LeaderElectionStatus.Member;
import dev.leaderelection.api.LeaderElectionStatus.MemberState;
import dev.leaderelection.api.LeaderElectionStatus.Transition;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.Durations;
import dev.leaderelection.election.Eligibility;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.election.Reason;
import dev.leaderelection.election.Reprieve;
import dev.leaderelection.election.Rules;
import dev.leaderelection.election.Strategy;
import dev.leaderelection.election.Transfer;
import dev.leaderelection.kubernetes.RulesReader;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** The reasons for how an election stands, as far as it can be seen from outside of the operator. */
final class Reasons {

    private static final Duration LONG = Duration.ofDays(36_500);

    private final Snapshot seen;
    private final Instant now;
    private final Rules rules;
    private final Optional<Candidate> leader;
    private final List<Candidate> rest;
    /** The pods that may lead, in the order in which a vacant seat would go to them. */
    private final List<Candidate> queue;

    Reasons(Snapshot seen, Instant now) {
        this.seen = seen;
        this.now = now;
        rules = RulesReader.read(seen.resource().getSpec());
        leader = seen.leader();
        rest = seen.pods().stream()
                .filter(pod -> !Optional.of(pod).equals(leader))
                .sorted(rules.strategy().rank())
                .toList();
        List<Candidate> selected =
                seen.pods().stream().filter(Candidate::selected).toList();
        queue = inTurn(
                rest.stream().filter(pod -> Eligibility.of(pod).isEligible()).toList(),
                eligible -> rules.strategy().heir(eligible, selected));
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

    List<String> why() {
        List<String> why = new ArrayList<>();
        leads().ifPresentOrElse(pod -> why.add(whySince(pod)), () -> why.add("nobody leads: " + whyNobody()));
        leader.filter(pod -> Eligibility.of(pod) != Eligibility.ELIGIBLE)
                .ifPresent(pod -> why.add(pod.id().name() + ": "
                        + Eligibility.of(pod).explanation()
                        + (Eligibility.of(pod).keepsSeat()
                                ? ", which costs nobody the seat"
                                : fenced().isPresent()
                                        ? ""
                                        : ", and it " + reprieve(pod).explanation())));
        fenced().filter(any -> leader.isPresent()).map(Condition::getMessage).ifPresent(why::add);
        leader.filter(pod -> !pod.isRouted() && fenced().isEmpty())
                .ifPresent(pod -> why.add(pod.id().name() + " does not carry the label "
                        + seen.election().label().key() + "="
                        + seen.election().label().leaderValue() + " yet"));
        denied().map(Condition::getMessage).ifPresent(why::add);
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
                + last.map(transition -> ", since " + Age.since(transition.time(), now) + ": "
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

    List<Explanation.Other> others() {
        if (!seen.knows(Part.PODS)) {
            return seen.status().members().stream()
                    .filter(member -> leads().map(PodIdentity::name)
                            .filter(member.podName()::equals)
                            .isEmpty())
                    .map(Reasons::unseen)
                    .toList();
        }
        List<Explanation.Other> others = new ArrayList<>();
        List<Candidate> turns = turns();
        for (int i = 0; i < turns.size(); i++) {
            Candidate pod = turns.get(i);
            String before = i == 0 ? "" : turns.get(i - 1).id().name();
            others.add(new Explanation.Other(
                    pod.id().name(), Words.of(Eligibility.ELIGIBLE), waits(pod, before) + stray(pod)));
        }
        rest.stream()
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

    /** The pods that may lead in the order in which they would, if nothing happens to any of them. */
    private List<Candidate> turns() {
        if (leader.isEmpty() || !(rules.strategy() instanceof Strategy.Ring ring)) {
            return queue;
        }
        return inTurn(queue, eligible -> ring.successor(leader.get(), eligible, List.of()));
    }

    private static String stray(Candidate pod) {
        return pod.isRouted() ? "; it carries the leader's label, and should not" : "";
    }

    private String waits(Candidate pod, String before) {
        int place = queue.indexOf(pod) + 1;
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
            Reprieve reprieve = reprieve(leading);
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
                    ? "follows when the term of " + leading.id().name() + " ends" + interval(rest(ring.maxTerm()))
                            + "; " + turn
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
                        + fenced().map(any -> " once the fence is passed").orElse(""));
    }

    /** What keeps leadership where it is, whoever leads. */
    private Optional<String> standstill() {
        if (rules.mode() != Rules.Mode.ACTIVE) {
            return Optional.of(
                    rules.mode() == Rules.Mode.PAUSED ? "the election is paused" : "the election only observes");
        }
        Optional<String> conflict = seen.condition("Conflicted", "True")
                .map(condition -> "the election does not act (" + condition.getReason() + ")");
        return conflict.or(() -> denied().map(any -> "the API server denies what the operator writes"))
                .or(() -> fenced().map(any ->
                        leader.map(pod -> pod.id().name()).orElse("who led before") + " is being fenced"));
    }

    private Optional<Condition> denied() {
        return seen.condition("RoutingConsistent", "False")
                .filter(condition -> condition.getReason().equals("WriteDenied"));
    }

    /** Whether the heir waits for the leader to have stopped: it has lost the label by then. */
    private Optional<Condition> fenced() {
        return seen.condition("RoutingConsistent", "False")
                .filter(condition -> condition.getReason().equals("Fencing"))
                .filter(any -> leader.filter(Candidate::isRouted).isEmpty());
    }

    private Reprieve reprieve(Candidate unfit) {
        return Reprieve.of(rules, unfit, !queue.isEmpty(), ledFor(), Duration.between(unfit.readySince(), now));
    }

    /** What failover.minIntervalSeconds adds to a wait of the strategy's. */
    private String interval(Duration wait) {
        return rest(rules.minInterval()).compareTo(wait) > 0
                ? ", not before failover.minIntervalSeconds have passed since "
                        + leads().map(PodIdentity::name).orElseThrow() + " took the seat"
                : "";
    }

    private Duration rest(Duration whole) {
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
