package dev.leaderelection.cli;

import dev.leaderelection.api.LeaderElectionStatus.Leader;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.PodIdentity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Where Lease, label, status and endpoints do not say the same of who leads. */
final class Disagreements {

    private Disagreements() {}

    /** One line for each, nothing if all agree. */
    static List<String> of(Snapshot seen, Now now) {
        List<String> lines = new ArrayList<>();
        status(seen).ifPresent(lines::add);
        if (seen.knows(Part.LEASE)) {
            lease(seen, now).ifPresent(lines::add);
            told(seen).ifPresent(lines::add);
        }
        if (seen.knows(Part.PODS)) {
            lines.addAll(pods(seen));
        }
        if (seen.knows(Part.ENDPOINTS)) {
            lines.addAll(routes(seen));
        }
        Stream.of(
                        seen.condition("Ready", "False"),
                        seen.condition("Ready", "Unknown"),
                        seen.condition("Conflicted", "True"))
                .flatMap(Optional::stream)
                .map(condition -> condition.getType() + "=" + condition.getStatus() + " (" + condition.getReason()
                        + "): " + condition.getMessage())
                .forEach(lines::add);
        lines.addAll(refused(seen));
        return lines;
    }

    /** What could not be compared with the rest. */
    static List<String> refused(Snapshot seen) {
        return Stream.of(Part.values())
                .filter(part -> !seen.knows(part))
                .map(part -> "you may not read " + part.objects() + " in namespace "
                        + seen.election().namespace()
                        + ", so that what they say is left out: the ClusterRole leader-election-view has that right")
                .toList();
    }

    /** Whether the operator has looked at what stands there now. */
    static Optional<String> status(Snapshot seen) {
        if (!seen.isLookedAt()) {
            return Optional.of(
                    "LeaderElection " + seen.election().name() + " was not looked at yet: is the operator running?");
        }
        Long observed = seen.status().observedGeneration();
        Long generation = seen.resource().getMetadata().getGeneration();
        return observed != null && generation != null && observed < generation
                ? Optional.of("the status speaks of generation " + observed + " of the spec, which is at " + generation
                        + " by now: is the operator running?")
                : Optional.empty();
    }

    private static Optional<String> lease(Snapshot seen, Now now) {
        String name = seen.election().leaseName();
        if (seen.lease() instanceof LeaseState.Foreign foreign) {
            return Optional.of("Lease " + name + " belongs to somebody else (holder '" + foreign.holder() + "')");
        }
        if (seen.lease() instanceof LeaseState.Unclaimed unclaimed) {
            return Optional.of("Lease " + name + " names nobody: " + unclaimed.why());
        }
        if (!(seen.lease() instanceof LeaseState.Claimed claimed)) {
            return Optional.empty();
        }
        LeaseState.Copy copy = claimed.copy();
        String remedy = seen.knows(Part.PODS) && seen.leader().isEmpty() ? "" : " Is the operator running?";
        if (copy.renewed().equals(Instant.EPOCH)) {
            return Optional.of("Lease " + name + " was never renewed." + remedy);
        }
        return copy.renewed().plus(copy.duration()).isBefore(now.instant())
                ? Optional.of("Lease " + name + " has run out: renewed "
                        + Age.of(Duration.between(copy.renewed(), now.instant())) + " ago" + now.qualifier()
                        + ", it lasts " + Age.of(copy.duration()) + "." + remedy)
                : Optional.empty();
    }

    private static Optional<String> told(Snapshot seen) {
        Optional<PodIdentity> told = seen.told();
        Leader leader = seen.status().leader();
        if (!told.equals(seen.holder())) {
            boolean sameName = told.map(PodIdentity::name).equals(seen.holder().map(PodIdentity::name));
            return Optional.of(
                    "the status names " + name(told, sameName) + ", the Lease names " + name(seen.holder(), sameName));
        }
        return told.isPresent() && leader != null && leader.term() != seen.term()
                ? Optional.of("the status says term " + leader.term() + ", the Lease says term " + seen.term())
                : Optional.empty();
    }

    private static List<String> pods(Snapshot seen) {
        List<String> lines = new ArrayList<>();
        Optional<PodIdentity> leads = seen.leads();
        // The pod may be another than the Lease means, which no name tells.
        seen.pods().stream()
                .map(Candidate::id)
                .filter(pod -> leads.filter(id -> id.name().equals(pod.name()) && !id.equals(pod))
                        .isPresent())
                .filter(pod -> seen.leader().isEmpty())
                .map(pod -> "pod " + name(Optional.of(pod), true) + " is there, " + source(seen) + " names "
                        + name(leads, true))
                .forEach(lines::add);
        List<PodIdentity> labelled = seen.labelled();
        if (!labelled.equals(leads.stream().toList())) {
            lines.add("the label is on "
                    + names(labelled.stream().map(PodIdentity::name).toList()) + ", " + source(seen) + " names "
                    + name(leads, false));
        }
        seen.leader()
                .filter(pod -> pod.isRouted() && pod.labelTerm() != seen.term())
                .map(pod -> pod.id().name() + " has " + (pod.labelTerm() == 0 ? "no term" : "term " + pod.labelTerm())
                        + " in its annotation " + seen.election().label().termKey() + ", " + source(seen)
                        + " says term "
                        + seen.term())
                .ifPresent(lines::add);
        return lines;
    }

    private static List<String> routes(Snapshot seen) {
        List<String> expected = seen.leads().stream().map(PodIdentity::name).toList();
        return seen.routes().stream()
                .filter(route -> !route.pods().equals(expected))
                .map(route -> "Service " + route.service() + " routes to " + names(route.pods()) + ", " + source(seen)
                        + " names " + name(seen.leads(), false))
                .toList();
    }

    /** What the rest is compared with. */
    private static String source(Snapshot seen) {
        return seen.knows(Part.LEASE) ? "the Lease" : "the status";
    }

    private static String name(Optional<PodIdentity> pod, boolean withUid) {
        return pod.map(id -> withUid ? id.name() + " (UID " + id.uid() + ")" : id.name())
                .orElse("nobody");
    }

    private static String names(List<String> pods) {
        return pods.isEmpty() ? "no pod" : String.join(", ", pods);
    }
}
