package dev.leaderelection.reconciler;

import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.api.LeaderElectionStatus.Candidates;
import dev.leaderelection.api.LeaderElectionStatus.Leader;
import dev.leaderelection.api.LeaderElectionStatus.Member;
import dev.leaderelection.api.LeaderElectionStatus.MemberState;
import dev.leaderelection.api.LeaderElectionStatus.Transition;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.ElectionPlanner;
import dev.leaderelection.election.Eligibility;
import dev.leaderelection.election.LeaseRecord;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.Observation;
import dev.leaderelection.election.Plan;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.election.Reason;
import dev.leaderelection.election.Strategy;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the status says, as a function of what was seen and done. It holds nothing that changes by itself, so that a steady state
 * is never written twice.
 */
final class StatusProjection {

    private static final int MOST_MEMBERS = 100;

    private StatusProjection() {}

    /**
     * The status after a pass.
     *
     * @param report what the pass saw and did
     * @param generation the generation of the spec
     * @param historyLimit how many transitions are kept
     * @param now the time of day
     */
    static LeaderElectionStatus project(Report report, Long generation, int historyLimit, Instant now) {
        LeaderElectionStatus before = report.sight().primary().status();
        Optional<Candidate> leader = leader(report.sight().observation());
        long term = Math.max(
                report.sight().primary().term(), leaseTerm(report.sight().observation()));
        List<Candidate> selected = report.sight().observation().pods().stream()
                .filter(Candidate::selected)
                .toList();
        List<Condition> conditions = new ArrayList<>();
        for (Finding finding : Finding.of(report, leader)) {
            conditions.add(finding.toCondition(before.conditions(), generation, now));
        }
        return new LeaderElectionStatus(
                generation,
                leader.map(pod -> leader(pod, report, before, now)).orElse(null),
                term == 0 ? null : term,
                reserved(report.sight().primary().termReserved(), term),
                candidates(selected),
                members(report.sight().observation(), leader, selected),
                history(before, report.changes(), historyLimit),
                conditions);
    }

    /** The pod that holds the seat, if it exists. */
    static Optional<Candidate> leader(Observation o) {
        if (!(o.lease() instanceof LeaseState.Claimed claimed)) {
            return Optional.empty();
        }
        return o.pods().stream()
                .filter(pod -> pod.id().equals(claimed.holder()))
                .findFirst();
    }

    private static long leaseTerm(Observation o) {
        return o.lease() instanceof LeaseState.Claimed claimed ? claimed.lease().term() : 0;
    }

    /** Terms are reserved ahead together with the write that follows a transition, off the critical path. */
    private static @Nullable Long reserved(long reserved, long term) {
        if (term > 0 && reserved - term < ElectionPlanner.TERMS_AHEAD / 2) {
            return Math.min(term + ElectionPlanner.TERMS_AHEAD, LeaseRecord.HIGHEST_TERM);
        }
        return reserved == 0 ? null : reserved;
    }

    private static Leader leader(Candidate pod, Report report, LeaderElectionStatus before, Instant now) {
        long term = leaseTerm(report.sight().observation());
        // It may have lost the lead and won it back since the status was written last.
        String since = report.changes().stream()
                .filter(change -> change.transition().isSwitch()
                        && change.transition().to().equals(pod.id()))
                .reduce((earlier, later) -> later)
                .map(change -> time(change.at()))
                .or(() -> Optional.ofNullable(before.leader())
                        .filter(known -> known.podUID().equals(pod.id().uid()))
                        .filter(known -> term <= known.term() + 1 || ledOn(pod, report))
                        .map(Leader::since))
                .orElse(time(now));
        return new Leader(
                pod.id().name(),
                pod.id().uid(),
                pod.place().node().isEmpty() ? null : pod.place().node(),
                pod.place().ip().isEmpty() ? null : pod.place().ip(),
                term,
                since);
    }

    /** Whether we have seen to it ourselves that nobody led in the terms between. */
    private static boolean ledOn(Candidate pod, Report report) {
        return report.changes().stream()
                .map(Report.Change::transition)
                .anyMatch(transition -> !transition.isSwitch()
                        && transition.to().equals(pod.id())
                        && transition.reason() != Reason.RESUMED);
    }

    private static Candidates candidates(List<Candidate> selected) {
        long eligible = selected.stream()
                .filter(pod -> Eligibility.of(pod).isEligible())
                .count();
        return new Candidates((long) selected.size(), eligible, eligible + "/" + selected.size());
    }

    private static List<Member> members(Observation o, Optional<Candidate> leader, List<Candidate> selected) {
        List<Candidate> listed = new ArrayList<>(selected);
        leader.filter(pod -> !pod.selected()).ifPresent(listed::add);
        Comparator<Candidate> leaderFirst = Comparator.comparing(
                pod -> leader.isEmpty() || !leader.get().id().equals(pod.id()));
        return listed.stream()
                .sorted(leaderFirst.thenComparing(o.rules().strategy().rank()))
                .filter(new DistinctNames())
                .limit(MOST_MEMBERS)
                .map(pod -> member(o, pod, leader))
                .toList();
    }

    /** A cache may briefly know two incarnations of a name; the list is keyed by name. */
    private static final class DistinctNames implements Predicate<Candidate> {
        private final Set<String> seen = new HashSet<>();

        @Override
        public boolean test(Candidate pod) {
            return seen.add(pod.id().name());
        }
    }

    private static Member member(Observation o, Candidate pod, Optional<Candidate> leader) {
        Eligibility eligibility = Eligibility.of(pod);
        boolean leads = leader.isPresent() && leader.get().id().equals(pod.id());
        if (leads) {
            return new Member(pod.id().name(), MemberState.LEADER, explanation(pod, eligibility));
        }
        if (eligibility.isEligible() && leader.isPresent() && isStabilizing(o, pod, leader.get())) {
            return new Member(
                    pod.id().name(),
                    MemberState.STABILIZING,
                    "ranks above the leader, and takes over once it has been eligible for the stabilization time");
        }
        return new Member(pod.id().name(), state(eligibility), explanation(pod, eligibility));
    }

    private static String explanation(Candidate pod, Eligibility eligibility) {
        return pod.contact() == Candidate.Contact.NOT_ASKED
                ? eligibility.explanation() + "; not probed, for it is on its node's network (hostNetwork)"
                : eligibility.explanation();
    }

    private static boolean isStabilizing(Observation o, Candidate pod, Candidate leader) {
        return o.rules().strategy() instanceof Strategy.Bully bully
                && bully.rank().compare(pod, leader) < 0
                && o.steadyFor().getOrDefault(pod.id(), Duration.ZERO).compareTo(bully.stabilization()) < 0;
    }

    private static MemberState state(Eligibility eligibility) {
        return switch (eligibility) {
            case ELIGIBLE -> MemberState.ELIGIBLE;
            case NOT_READY -> MemberState.NOT_READY;
            case NODE_LOST -> MemberState.NODE_LOST;
            case PROBE_FAILED -> MemberState.PROBE_FAILED;
            case TERMINATING, ENDED -> MemberState.TERMINATING;
            case EXCLUDED, MALFORMED, NOT_SELECTED -> MemberState.EXCLUDED;
        };
    }

    /** What is known already is not told again: a status may have landed without our hearing of it. */
    private static List<Transition> history(LeaderElectionStatus before, List<Report.Change> changes, int limit) {
        List<Transition> history = new ArrayList<>(before.history());
        long newest = newestTold(before);
        for (Report.Change change : changes) {
            if (history.isEmpty() || change.transition().term() > newest) {
                history.add(0, entry(change));
            }
        }
        return history.subList(0, Math.max(0, Math.min(history.size(), limit)));
    }

    private static Transition entry(Report.Change change) {
        return new Transition(
                change.transition().from().map(PodIdentity::name).orElse(null),
                change.transition().to().name(),
                change.transition().term(),
                change.transition().reason().text(),
                time(change.at()),
                change.took().toMillis());
    }

    /** The newest term that the history tells of; without one, that the status does. */
    private static long newestTold(LeaderElectionStatus status) {
        if (!status.history().isEmpty()) {
            return status.history().get(0).term();
        }
        Long term = status.term();
        return term == null ? 0 : term;
    }

    /** The transition to the leader's term, if no status tells of it: the process that made it did not live to report it. */
    static Optional<Plan.Transition> resumed(Sight sight) {
        LeaderElectionStatus before = sight.primary().status();
        Observation o = sight.observation();
        return leader(o)
                .filter(leader -> leaseTerm(o) > newestTold(before))
                .map(leader -> new Plan.Transition(ledBefore(before, o), leader.id(), leaseTerm(o), Reason.RESUMED));
    }

    /** Whom the last transition made the leader. */
    private static Optional<PodIdentity> ledBefore(LeaderElectionStatus before, Observation o) {
        if (before.history().isEmpty()) {
            return o.lastLeader();
        }
        String name = before.history().get(0).to();
        return o.lastLeader()
                .filter(leader -> leader.name().equals(name))
                .or(() -> o.pods().stream()
                        .map(Candidate::id)
                        .filter(pod -> pod.name().equals(name))
                        .findFirst());
    }

    static String time(Instant now) {
        return now.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
