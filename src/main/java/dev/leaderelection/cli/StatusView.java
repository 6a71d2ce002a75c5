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
import java.util.stream.Stream;

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
 * @param unknown what could not be read for want of a right
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
        List<String> warnings,
        List<String> unknown) {

    /**
     * The Lease.
     *
     * @param name its name
     * @param state Claimed is how it should be; Missing, Foreign, Untracked, Unclaimed, Closed, or Unknown
     * @param holder whom it names; empty for nobody
     * @param ageSeconds how long ago it was renewed, by the API server's clock; -1 for never
     * @param durationSeconds how long it holds
     */
    record LeaseLine(String name, String state, String holder, long ageSeconds, long durationSeconds) {

        static LeaseLine of(Snapshot seen, Instant now) {
            Optional<LeaseState.Copy> copy = seen.lease().ours();
            return new LeaseLine(
                    seen.election().leaseName(),
                    seen.knows(Part.LEASE) ? seen.lease().getClass().getSimpleName() : UNKNOWN,
                    seen.holder().map(PodIdentity::name).orElse(""),
                    copy.filter(is -> is.renewed().isAfter(Instant.EPOCH))
                            .map(is -> Math.max(
                                    0, Duration.between(is.renewed(), now).toSeconds()))
                            .orElse(-1L),
                    copy.map(is -> is.duration().toSeconds()).orElse(0L));
        }

        String text(Now now) {
            return switch (state) {
                case UNKNOWN -> Part.LEASE.unknown();
                case "Missing" -> name + " is not there";
                case "Foreign" -> name + " is not this election's";
                default ->
                    name + " held by " + (holder.isEmpty() ? "nobody" : holder) + ", "
                            + (ageSeconds < 0
                                    ? "never renewed"
                                    : "renewed " + Age.of(Duration.ofSeconds(ageSeconds)) + " ago" + now.qualifier())
                            + ", lasts " + durationSeconds + "s";
            };
        }
    }

    private static final String UNKNOWN = "Unknown";

    static StatusView of(Snapshot seen, Now now) {
        LeaderElectionStatus status = seen.status();
        Optional<Leader> leader = Optional.ofNullable(status.leader());
        return new StatusView(
                seen.election().namespace(),
                seen.election().name(),
                Words.of(seen.resource().getSpec().strategy().type()),
                Words.of(seen.resource().getSpec().mode()),
                leader.map(Leader::podName).orElse(""),
                leader.map(Leader::term).orElse(0L),
                leader.map(Leader::since).orElse(""),
                status.candidates() == null ? "" : status.candidates().summary(),
                LeaseLine.of(seen, now.instant()),
                status.members(),
                seen.routes(),
                Disagreements.of(seen, now),
                Stream.of(Part.values())
                        .filter(part -> !seen.knows(part))
                        .map(Part::objects)
                        .toList());
    }

    /** The same for a person. */
    String text(Now now) {
        StringBuilder text = new StringBuilder();
        line(text, "Election", namespace + "/" + name);
        line(text, "Strategy", strategy + (mode.equals(Words.of(Mode.ACTIVE)) ? "" : ", mode " + mode));
        line(
                text,
                "Leader",
                leader.isEmpty() ? "<none>" : leader + ", term " + term + ", since " + Age.since(since, now.instant()));
        line(text, "Lease", lease.text(now));
        line(text, "Candidates", candidates.isEmpty() ? "<unknown>" : candidates + " eligible");
        line(text, "Endpoints", endpointsText());
        Table table = new Table("POD", "STATE", "REASON");
        members.forEach(member -> table.row(member.podName(), Words.of(member.state()), member.reason()));
        if (!table.isEmpty()) {
            text.append('\n').append(table);
        }
        return text.append(Warnings.text(warnings)).toString();
    }

    private static void line(StringBuilder text, String key, String value) {
        text.append(String.format("%-12s %s%n", key + ":", value));
    }

    private String endpointsText() {
        if (unknown.contains(Part.SERVICES.objects())) {
            return Part.SERVICES.unknown();
        }
        if (endpoints.isEmpty()) {
            return "<no Service selects the leader's label>";
        }
        return String.join(
                "; ",
                endpoints.stream()
                        .map(route -> route.service() + " -> " + podsText(route))
                        .toList());
    }

    private String podsText(Snapshot.Route route) {
        if (unknown.contains(Part.ENDPOINTS.objects())) {
            return Part.ENDPOINTS.unknown();
        }
        return route.pods().isEmpty() ? "<none>" : String.join(", ", route.pods());
    }
}
