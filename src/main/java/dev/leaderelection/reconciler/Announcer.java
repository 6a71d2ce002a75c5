package dev.leaderelection.reconciler;

import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.Plan;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.election.Reason;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.EventRecorder;
import dev.leaderelection.kubernetes.EventRecorder.News;
import dev.leaderelection.kubernetes.EventRecorder.Severity;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Says in Events what a pass has changed: on the election, and on both pods of a transition. */
final class Announcer {

    /** Conditions that deserve an Event when they turn to this status. */
    private static final Set<String> ALARMS_WHEN_TRUE = Set.of(Finding.CONFLICTED);

    private static final Set<String> ALARMS_WHEN_FALSE = Set.of(Finding.LEADER_ELECTED, Finding.ROUTING_CONSISTENT);

    /** Nobody may lead, or there is nobody: which of both it is changes while a workload is scaled, and is no other alarm. */
    private static final Set<String> VACANT = Set.of(Finding.NO_CANDIDATE, Finding.NO_ELIGIBLE_CANDIDATE);

    private final EventRecorder events;

    Announcer(EventRecorder events) {
        this.events = events;
    }

    void changed(Report report, LeaderElectionStatus before, LeaderElectionStatus after) {
        Election election = report.sight().election();
        report.changes().forEach(change -> transition(election, change.transition()));
        // One cause may spoil several conditions: it is told once.
        after.conditions().stream()
                .filter(condition -> isAlarm(condition) && !isKnown(condition, before))
                .map(condition ->
                        new News(Severity.WARNING, condition.getReason(), "Reconcile", condition.getMessage()))
                .distinct()
                .forEach(news -> events.onElection(election, news));
    }

    /** Whether all there is to warn of is that an election of which nothing was told yet has nobody who may lead. */
    static boolean isVacantFromTheStart(LeaderElectionStatus told, LeaderElectionStatus now) {
        Set<String> alarms = now.conditions().stream()
                .filter(Announcer::isAlarm)
                .map(Condition::getReason)
                .collect(Collectors.toSet());
        return told.conditions().isEmpty() && !alarms.isEmpty() && VACANT.containsAll(alarms);
    }

    /** Pods that carried the leader's label and did not lead. */
    void stripped(Election election, List<Candidate> pods) {
        pods.stream().filter(Candidate::isRouted).forEach(pod -> {
            boolean bornWithIt = pod.mark().origin() == Candidate.Mark.Origin.NOBODY;
            String hint = bornWithIt ? ". If its pod template carries the label, remove it there" : "";
            News news = new News(
                    Severity.WARNING,
                    "StrayLabelRemoved",
                    "Strip",
                    "pod " + pod.id().name() + " carried " + election.label().key() + "="
                            + election.label().leaderValue() + " and does not lead: the label was removed" + hint);
            events.onElection(election, news);
            events.onPod(election, pod.id(), news);
        });
    }

    private void transition(Election election, Plan.Transition transition) {
        String why = " (" + transition.reason().explanation() + "), term " + transition.term();
        String heir = transition.to().name();
        if (!transition.isSwitch()) {
            Severity severity = transition.reason() == Reason.LEASE_RESTORED ? Severity.WARNING : Severity.NORMAL;
            events.onElection(
                    election,
                    new News(severity, transition.reason().text(), "Claim", heir + " stays the leader" + why));
            return;
        }
        Optional<PodIdentity> from = transition.from();
        String reason = from.isEmpty() ? "LeaderElected" : "LeadershipTransferred";
        String note = from.map(old -> "from " + old.name() + " to " + heir).orElse(heir + " leads");
        events.onElection(election, new News(Severity.NORMAL, reason, "Promote", note + why));
        events.onPod(
                election,
                transition.to(),
                new News(Severity.NORMAL, "LeaderElected", "Promote", "leads " + election.name() + why));
        from.ifPresent(old -> events.onPod(
                election,
                old,
                new News(Severity.NORMAL, "LeaderLost", "Demote", "no longer leads " + election.name() + why)));
    }

    private static boolean isAlarm(Condition condition) {
        boolean holds = "True".equals(condition.getStatus());
        boolean silent = Set.of("Observing", "Paused").contains(condition.getReason());
        return !silent && (holds ? ALARMS_WHEN_TRUE : ALARMS_WHEN_FALSE).contains(condition.getType());
    }

    private static boolean isKnown(Condition condition, LeaderElectionStatus before) {
        return before.conditions().stream()
                .anyMatch(old -> old.getType().equals(condition.getType())
                        && old.getStatus().equals(condition.getStatus())
                        && isSameAlarm(old.getReason(), condition.getReason()));
    }

    private static boolean isSameAlarm(String one, String other) {
        return one.equals(other) || (VACANT.contains(one) && VACANT.contains(other));
    }
}
