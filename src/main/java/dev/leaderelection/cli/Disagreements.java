package dev.leaderelection.cli;

import dev.leaderelection.api.LeaderElectionStatus.Leader;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.PodIdentity;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where Lease, label, status and endpoints do not say the same of who leads. */
final class Disagreements {

    private Disagreements() {}

    /** One line for each, nothing if all agree. */
    static List<String> of(Snapshot seen, Instant now) {
        List<String> lines = new ArrayList<>();
        String holder = seen.holder().map(PodIdentity::name).orElse("nobody");
        lease(seen, holder, now).ifPresent(lines::add);
        Leader leader = seen.status().leader();
        String told = leader == null ? "nobody" : leader.podName();
        if (!told.equals(holder)) {
            lines.add("the status names " + told + ", the Lease names " + holder);
        }
        List<String> labelled = seen.labelled();
        List<String> expected = holder.equals("nobody") ? List.of() : List.of(holder);
        if (!labelled.equals(expected)) {
            lines.add("the label is on " + names(labelled) + ", the Lease names " + holder);
        }
        for (Snapshot.Route route : seen.routes()) {
            if (!route.pods().equals(expected)) {
                lines.add("Service " + route.service() + " routes to " + names(route.pods()) + ", the Lease names "
                        + holder);
            }
        }
        seen.status().conditions().stream()
                .filter(Disagreements::isWorrying)
                .map(condition -> condition.getType() + "=" + condition.getStatus() + " (" + condition.getReason()
                        + "): " + condition.getMessage())
                .forEach(lines::add);
        return lines;
    }

    private static Optional<String> lease(Snapshot seen, String holder, Instant now) {
        String name = seen.election().leaseName();
        if (seen.lease() instanceof LeaseState.Foreign foreign) {
            return Optional.of("Lease " + name + " belongs to somebody else (holder '" + foreign.holder() + "')");
        }
        if (seen.lease() instanceof LeaseState.Unclaimed unclaimed) {
            return Optional.of("Lease " + name + " names nobody: " + unclaimed.why());
        }
        return seen.lease()
                .ours()
                .filter(copy -> !holder.equals("nobody"))
                .filter(copy -> copy.renewed().plus(copy.duration()).isBefore(now))
                .map(copy -> "Lease " + name + " has run out: renewed "
                        + Age.of(Duration.between(copy.renewed(), now)) + " ago, it lasts "
                        + Age.of(copy.duration()) + "."
                        + (seen.leader().isPresent() ? " Is the operator running?" : ""));
    }

    /** The first of the conditions sums up the others. */
    private static boolean isWorrying(Condition condition) {
        return switch (condition.getType()) {
            case "Ready" -> !"True".equals(condition.getStatus());
            case "Conflicted" -> "True".equals(condition.getStatus());
            default -> false;
        };
    }

    private static String names(List<String> pods) {
        return pods.isEmpty() ? "no pod" : String.join(", ", pods);
    }
}
