package dev.leaderelection.cli;

import dev.leaderelection.api.LeaderElectionSpec.Mode;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.api.LeaderElectionStatus.Leader;
import dev.leaderelection.api.LeaderElectionStatus.Member;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.PodIdentity;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How an election stands, on one screen.
 *
 * @param namespace its namespace
 * @param name its name
 * @param strategy its strategy
 * @param mode what the operator may do
 * @param leader who leads, by the status; empty for nobody
 * @param term in which term, 0 for none
 * @param since since when, RFC 3339; empty for nobody
 * @param candidates eligible/total
 * @param lease the Lease, whom it names, and how old its renewal is
 * @param members the pods that stand, the leader first
 * @param endpoints where Services send what is meant for the leader
 * @param warnings where all this does not agree
 */
record StatusView(
        String namespace,
        String name,
        String strategy,
        String mode,
        String leader,
        long term,
        String since,
        String candidates,
        LeaseLine lease,
        List<Member> members,
        List<Snapshot.Route> endpoints,
        List<String> warnings) {

    /**
     * The Lease.
     *
     * @param name its name
     * @param holder whom it names; empty for nobody
     * @param ageSeconds how long ago it was renewed, by this machine's clock; -1 if there is none
     * @param durationSeconds how long it holds
     */
    record LeaseLine(String name, String holder, long ageSeconds, long durationSeconds) {}

    static StatusView of(Snapshot seen, Instant now) {
        LeaderElectionStatus status = seen.status();
        Optional<Leader> leader = Optional.ofNullable(status.leader());
        Optional<LeaseState.Copy> copy = seen.lease().ours();
        return new StatusView(
                seen.election().namespace(),
                seen.election().name(),
                Words.of(seen.resource().getSpec().strategy().type()),
                Words.of(seen.resource().getSpec().mode()),
                leader.map(Leader::podName).orElse(""),
                leader.map(Leader::term).orElse(0L),
                leader.map(Leader::since).orElse(""),
                status.candidates() == null ? "" : status.candidates().summary(),
                new LeaseLine(
                        seen.election().leaseName(),
                        seen.holder().map(PodIdentity::name).orElse(""),
                        copy.map(is -> Math.max(
                                        0, Duration.between(is.renewed(), now).toSeconds()))
                                .orElse(-1L),
                        copy.map(is -> is.duration().toSeconds()).orElse(0L)),
                status.members(),
                seen.routes(),
                Disagreements.of(seen, now));
    }

    /** The same for a person. */
    String text(Instant now) {
        StringBuilder text = new StringBuilder();
        line(text, "Election", namespace + "/" + name);
        line(text, "Strategy", strategy + (mode.equals(Words.of(Mode.ACTIVE)) ? "" : ", mode " + mode));
        line(
                text,
                "Leader",
                leader.isEmpty() ? "<none>" : leader + ", term " + term + ", since " + Age.since(since, now));
        line(text, "Lease", leaseText());
        line(text, "Candidates", candidates.isEmpty() ? "<unknown>" : candidates + " eligible");
        line(text, "Endpoints", endpointsText());
        Table table = new Table("POD", "STATE", "REASON");
        members.forEach(member -> table.row(member.podName(), Words.of(member.state()), member.reason()));
        if (!table.isEmpty()) {
            text.append('\n').append(table);
        }
        if (!warnings.isEmpty()) {
            text.append('\n');
            warnings.forEach(warning -> text.append("WARNING: ").append(warning).append('\n'));
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String key, String value) {
        text.append(String.format("%-12s %s%n", key + ":", value));
    }

    private String leaseText() {
        if (lease.ageSeconds() < 0) {
            return lease.name() + " is not there, or not this election's";
        }
        String holder = lease.holder().isEmpty() ? "held by nobody" : "held by " + lease.holder();
        return lease.name() + " " + holder + ", renewed " + Age.of(Duration.ofSeconds(lease.ageSeconds()))
                + " ago, lasts " + lease.durationSeconds() + "s";
    }

    private String endpointsText() {
        if (endpoints.isEmpty()) {
            return "<no Service selects the leader's label>";
        }
        return String.join(
                "; ",
                endpoints.stream()
                        .map(route -> route.service() + " -> "
                                + (route.pods().isEmpty() ? "<none>" : String.join(", ", route.pods())))
                        .toList());
    }
}
