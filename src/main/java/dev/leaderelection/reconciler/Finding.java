package dev.leaderelection.reconciler;

import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.Eligibility;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.Observation;
import dev.leaderelection.election.Plan.Situation;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.election.Reprieve;
import dev.leaderelection.election.Rules;
import dev.leaderelection.kubernetes.Answer.Cause;
import dev.leaderelection.kubernetes.Answer.Refused;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One condition of an election, as it is found now.
 *
 * @param type which condition
 * @param holds whether it is true
 * @param reason why, as a name of the API
 * @param message why, for a person, with the remedy if there is one
 */
record Finding(String type, boolean holds, String reason, String message) {

    static final String READY = "Ready";
    static final String LEADER_ELECTED = "LeaderElected";
    static final String LEASE_HELD = "LeaseHeld";
    static final String ROUTING_CONSISTENT = "RoutingConsistent";
    static final String CONFLICTED = "Conflicted";
    static final String PAUSED = "Paused";

    /** The reason where nobody may lead. */
    static final String NO_ELIGIBLE_CANDIDATE = "NoEligibleCandidate";

    /** The reason where there is nobody to lead: often a workload that was scaled to zero on purpose. */
    static final String NO_CANDIDATE = "NoCandidate";

    /** The reason where nobody leads, and the user does not want anybody to. */
    static final String NOBODY_WHILE_PAUSED = "Paused";

    private static final String OBSERVING = "Observing";
    private static final String FENCING = "Fencing";
    private static final String LEADER_NOT_LABELLED = "LeaderNotLabelled";
    private static final String INCUMBENT_NOT_READY = "IncumbentNotReady";
    private static final String INCUMBENT_UNFIT = "IncumbentUnfit";

    /** The reasons not to be ready where a pod holds the seat and leads nobody: it is not routed to, or may not lead. */
    static final Set<String> IDLE = Set.of(FENCING, LEADER_NOT_LABELLED, INCUMBENT_NOT_READY, INCUMBENT_UNFIT);

    /** The reason where the API server does not let us write. */
    static final String WRITE_DENIED = "WriteDenied";

    /** All conditions of an election, Ready first. */
    static List<Finding> of(Report report, Optional<Candidate> leader) {
        Finding conflicted = conflicted(report);
        Optional<Finding> fencing = fencing(report);
        Finding elected = fencing.filter(any -> leader.isEmpty())
                .map(any -> any.spoils(LEADER_ELECTED))
                .orElseGet(() -> elected(report, leader, conflicted));
        Finding held = held(report, leader);
        Finding routing = fencing.orElseGet(() -> routing(report, leader, conflicted));
        List<Finding> findings = new ArrayList<>();
        Finding ready = fencing.map(any -> any.spoils(READY))
                .orElseGet(() -> ready(report, conflicted, elected, held, routing, leader));
        boolean isOnlyObserved =
                report.plan().situation() == Situation.OBSERVED && !ready.holds() && !conflicted.holds();
        findings.add(isOnlyObserved ? ready.whileObserving() : ready);
        findings.addAll(List.of(elected, held, routing, conflicted, paused(report)));
        return findings;
    }

    private static Finding ready(
            Report report,
            Finding conflicted,
            Finding elected,
            Finding held,
            Finding routing,
            Optional<Candidate> leader) {
        if (report.plan().situation() == Situation.RELEASED) {
            return elected.spoils(READY);
        }
        if (conflicted.holds()) {
            return conflicted.spoils(READY);
        }
        for (Finding needed : List.of(elected, routing)) {
            if (!needed.holds()) {
                return needed.spoils(READY);
            }
        }
        Candidate pod = leader.orElseThrow();
        Eligibility eligibility = Eligibility.of(pod);
        if (!eligibility.keepsSeat()) {
            // That its Lease runs out follows from it.
            return new Finding(
                    READY,
                    false,
                    eligibility == Eligibility.NOT_READY ? INCUMBENT_NOT_READY : INCUMBENT_UNFIT,
                    pod.id().name() + " leads but is not fit (" + eligibility.explanation() + "): it "
                            + reprieve(report.sight().observation(), pod).explanation());
        }
        if (!held.holds()) {
            return held.spoils(READY);
        }
        String unheard = report.sight().unheard().map(what -> "; " + what).orElse("");
        return new Finding(READY, true, "LeaderReady", pod.id().name() + " leads and is ready" + unheard);
    }

    private static Reprieve reprieve(Observation o, Candidate leader) {
        boolean hasHeir = o.pods().stream()
                .anyMatch(pod ->
                        !pod.id().equals(leader.id()) && Eligibility.of(pod).isEligible());
        Duration unreadyFor = o.steadyFor().getOrDefault(leader.id(), Duration.ZERO);
        return Reprieve.of(o.rules(), leader, hasHeir, o.ledFor(), unreadyFor);
    }

    /** The label is nowhere, on purpose, until the leader that is to be replaced has stopped. */
    private static Optional<Finding> fencing(Report report) {
        if (report.plan().situation() != Situation.FENCING || report.refusal().isPresent()) {
            return Optional.empty();
        }
        Observation o = report.sight().observation();
        String leader = o.lease() instanceof LeaseState.Claimed claimed
                ? claimed.holder().name()
                : o.lastLeader().map(PodIdentity::name).orElse("the leader");
        String message = o.rules().fencing() == Rules.Fencing.AWAIT_LEASE_EXPIRY
                ? leader + " may still be running: it has lost the label, and its heir is promoted once Lease "
                        + report.sight().election().leaseName() + " has run out"
                : leader
                        + " is being deleted, and its heir is promoted once it is gone. If its node is lost, that takes"
                        + " the node's return, the taint node.kubernetes.io/out-of-service on it, or somebody who knows"
                        + " that the pod has stopped and deletes it by force";
        return Optional.of(new Finding(ROUTING_CONSISTENT, false, FENCING, message));
    }

    private static Finding elected(Report report, Optional<Candidate> leader, Finding conflicted) {
        if (leader.isPresent()) {
            return new Finding(
                    LEADER_ELECTED, true, "Elected", leader.get().id().name() + " holds the seat");
        }
        if (report.plan().situation() == Situation.RELEASED) {
            return new Finding(
                    LEADER_ELECTED,
                    false,
                    "Released",
                    "the operator was uninstalled, and took label and Lease along: nobody leads until one is installed"
                            + " again");
        }
        if (report.plan().situation() == Situation.OBSERVED) {
            String would = report.plan()
                    .transition()
                    .map(transition ->
                            "mode Observe: would elect " + transition.to().name() + " ("
                                    + transition.reason().text() + ")")
                    .orElse("mode Observe: nobody would be elected");
            return new Finding(LEADER_ELECTED, false, OBSERVING, would);
        }
        if (conflicted.holds()) {
            return conflicted.spoils(LEADER_ELECTED);
        }
        if (report.refusal().isPresent()) {
            return refused(LEADER_ELECTED, report.refusal().get());
        }
        Observation o = report.sight().observation();
        if (o.rules().mode() == Rules.Mode.PAUSED) {
            return new Finding(
                    LEADER_ELECTED, false, NOBODY_WHILE_PAUSED, "mode Paused: nobody is elected until it is Active");
        }
        long total = o.pods().stream().filter(Candidate::selected).count();
        if (total == 0) {
            return new Finding(
                    LEADER_ELECTED,
                    false,
                    NO_CANDIDATE,
                    "the selector matches no pod in this namespace: unless there are to be none, check the pods' labels");
        }
        return new Finding(
                LEADER_ELECTED,
                false,
                NO_ELIGIBLE_CANDIDATE,
                "none of " + total + " candidates is eligible: see status.members for each one's reason");
    }

    private static Finding held(Report report, Optional<Candidate> leader) {
        LeaseState lease = report.sight().observation().lease();
        String name = report.sight().election().leaseName();
        if (lease instanceof LeaseState.Claimed claimed && leader.isEmpty()) {
            return new Finding(
                    LEASE_HELD,
                    false,
                    "HolderGone",
                    "Lease " + name + " names " + claimed.holder().name() + ", which is gone, and is left to run out");
        }
        if (lease instanceof LeaseState.Claimed claimed) {
            boolean runsOut = report.sight().observation().renewal().expired();
            return runsOut
                    ? new Finding(LEASE_HELD, false, "LeaseExpired", "Lease " + name + " has run out")
                    : new Finding(
                            LEASE_HELD,
                            true,
                            "Held",
                            "Lease " + name + " is held for " + claimed.holder().name());
        }
        if (lease instanceof LeaseState.Foreign foreign) {
            return new Finding(LEASE_HELD, false, "LeaseConflict", leaseConflict(name, foreign));
        }
        return new Finding(LEASE_HELD, false, "NotHeld", "Lease " + name + " is held by nobody");
    }

    private static String leaseConflict(String name, LeaseState.Foreign foreign) {
        return "Lease " + name + " exists and is not this election's (holder '" + foreign.holder()
                + "'): it is left alone; delete it, or create the election with another lease.name";
    }

    private static Finding refused(String type, Refused<Boolean> refusal) {
        return refusal.cause() == Cause.DENIED
                ? new Finding(type, false, WRITE_DENIED, "the API server denied a write: " + refusal.explanation())
                : new Finding(
                        type,
                        false,
                        "WriteFailed",
                        "a write has failed again and again, and is tried on: " + refusal.explanation());
    }

    /** In mode Observe nothing is set right, whatever is wrong: that is its reason. */
    private Finding whileObserving() {
        return reason.equals(OBSERVING) ? this : new Finding(type, holds, OBSERVING, "mode Observe: " + message);
    }

    /** Another condition that is false for this finding's reason. */
    private Finding spoils(String other) {
        return new Finding(other, false, reason, message);
    }

    private static Finding routing(Report report, Optional<Candidate> leader, Finding conflicted) {
        if (report.refusal().isPresent()) {
            return refused(ROUTING_CONSISTENT, report.refusal().get());
        }
        Observation o = report.sight().observation();
        Optional<Candidate> stray = o.pods().stream()
                .filter(Candidate::isRouted)
                .filter(pod -> leader.isEmpty() || !leader.get().id().equals(pod.id()))
                .findFirst();
        if (stray.isPresent() && conflicted.holds()) {
            // It may well lead, in an election that was there first.
            return conflicted.spoils(ROUTING_CONSISTENT);
        }
        if (stray.isPresent()) {
            return new Finding(
                    ROUTING_CONSISTENT,
                    false,
                    "StrayLabel",
                    stray.get().id().name() + " carries the leader's label and does not lead");
        }
        if (leader.isPresent() && !leader.get().isRouted()) {
            return new Finding(
                    ROUTING_CONSISTENT,
                    false,
                    LEADER_NOT_LABELLED,
                    leader.get().id().name() + " holds the seat and does not carry the label");
        }
        return new Finding(ROUTING_CONSISTENT, true, "Consistent", "the label is where it belongs");
    }

    private static Finding conflicted(Report report) {
        Observation o = report.sight().observation();
        if (o.obstacle().isPresent()) {
            String reason = switch (o.obstacle().get().kind()) {
                case SELECTOR_OVERLAP -> "SelectorOverlap";
                case LABEL_IN_USE -> "LabelInUse";
                case LABEL_KEY_NOT_ALLOWED -> "LabelKeyNotAllowed";
            };
            return new Finding(CONFLICTED, true, reason, o.obstacle().get().explanation());
        }
        if (o.lease() instanceof LeaseState.Foreign foreign) {
            return new Finding(
                    CONFLICTED,
                    true,
                    "LeaseConflict",
                    leaseConflict(report.sight().election().leaseName(), foreign));
        }
        return new Finding(CONFLICTED, false, "NoConflict", "nobody else claims the Lease or the label");
    }

    private static Finding paused(Report report) {
        return switch (report.sight().observation().rules().mode()) {
            case ACTIVE -> new Finding(PAUSED, false, "Active", "mode Active");
            case PAUSED -> new Finding(PAUSED, true, "Paused", "mode Paused: leadership does not move");
            case OBSERVE -> new Finding(PAUSED, true, OBSERVING, "mode Observe: nothing but this status is written");
            case RELEASE -> new Finding(PAUSED, false, "Released", "the operator was uninstalled");
        };
    }

    /** As a condition, with the time of the last change of its status. */
    Condition toCondition(List<Condition> before, Long generation, Instant now) {
        String status = holds ? "True" : "False";
        String since = before.stream()
                .filter(condition -> type.equals(condition.getType()) && status.equals(condition.getStatus()))
                .map(Condition::getLastTransitionTime)
                .findFirst()
                .orElse(StatusProjection.time(now));
        return new ConditionBuilder()
                .withType(type)
                .withStatus(status)
                .withReason(reason)
                .withMessage(message)
                .withObservedGeneration(generation)
                .withLastTransitionTime(since)
                .build();
    }
}
