package dev.leaderelection.reconciler;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.election.ElectionPlanner;
import dev.leaderelection.election.Observation;
import dev.leaderelection.election.Plan.Transition;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.election.Reason;
import dev.leaderelection.election.World;
import dev.leaderelection.kubernetes.Answer.Cause;
import dev.leaderelection.kubernetes.Answer.Refused;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.Primary;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Optional;

/** What a pass over election {@code shop/orders} saw and did, to be reported. */
final class Reports {

    static final Election ELECTION = Election.of(Serialization.unmarshal("""
            metadata: {namespace: shop, name: orders, uid: election-uid}
            spec: {selector: {matchLabels: {app: orders}}}
            """, LeaderElection.class));

    private Reports() {}

    /** A pass that saw a world, after a status, and changed nothing. */
    static Report of(World world, LeaderElectionStatus before) {
        Observation seen = world.observe();
        Primary primary = new Primary("election-uid", "1", 1, false, List.of(Primary.FINALIZER), before);
        return new Report(
                new Sight(ELECTION, 1, primary, seen, Optional.empty(), Optional.empty()),
                ElectionPlanner.plan(seen),
                List.of(),
                Optional.empty());
    }

    /** The first pass ever, which changed nothing. */
    static Report of(World world) {
        return of(world, LeaderElectionStatus.EMPTY);
    }

    /** The same, where something that the user wants to be found out cannot be. */
    static Report unheard(Report report, String what) {
        Sight sight = report.sight();
        return new Report(
                new Sight(
                        sight.election(),
                        sight.generation(),
                        sight.primary(),
                        sight.observation(),
                        sight.nextHearing(),
                        Optional.of(what)),
                report.plan(),
                report.changes(),
                report.refusal());
    }

    static Report denied(Report report, String explanation) {
        return refused(report, Cause.DENIED, explanation);
    }

    static Report refused(Report report, Cause cause, String explanation) {
        return new Report(
                report.sight(), report.plan(), report.changes(), Optional.of(new Refused<>(cause, explanation)));
    }

    static Transition transition(PodIdentity from, PodIdentity to, long term, Reason reason) {
        return new Transition(Optional.of(from), to, term, reason);
    }
}
