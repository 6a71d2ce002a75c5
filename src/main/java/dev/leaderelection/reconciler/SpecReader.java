package dev.leaderelection.reconciler;

import dev.leaderelection.api.LeaderElectionSpec;
import dev.leaderelection.detection.Probe;
import dev.leaderelection.election.LeaseRecord;
import dev.leaderelection.election.Rules;
import dev.leaderelection.kubernetes.StrategyReader;
import java.time.Duration;

/** Turns what the user wrote into what the planner needs. */
final class SpecReader {

    private SpecReader() {}

    /**
     * @param releases whether elections are to be let go; one that only observes has nothing that would have to be taken away
     */
    static Rules rules(LeaderElectionSpec spec, boolean releases) {
        return new Rules(
                StrategyReader.read(spec.strategy()),
                releases && spec.mode() != LeaderElectionSpec.Mode.OBSERVE
                        ? Rules.Mode.RELEASE
                        : Rules.Mode.valueOf(spec.mode().name()),
                Math.min(spec.minimumTerm(), LeaseRecord.HIGHEST_TERM),
                Duration.ofSeconds(spec.detection().notReadyGraceSeconds()),
                Duration.ofSeconds(spec.failover().minIntervalSeconds()),
                Rules.Fencing.valueOf(spec.failover().fencing().name()),
                !spec.routing().label().followerValue().isEmpty());
    }

    /** The probe that a user asked for. */
    static Probe probe(LeaderElectionSpec.Probe spec) {
        Probe.Timing timing = new Probe.Timing(
                Duration.ofSeconds(spec.periodSeconds()),
                Duration.ofSeconds(spec.timeoutSeconds()),
                spec.failureThreshold());
        if (spec.httpGet() != null) {
            return new Probe.HttpGet(spec.httpGet().path(), spec.httpGet().port(), timing);
        }
        if (spec.grpc() != null) {
            return new Probe.Grpc(spec.grpc().port(), spec.grpc().service(), timing);
        }
        if (spec.tcpSocket() != null) {
            return new Probe.TcpSocket(spec.tcpSocket().port(), timing);
        }
        throw new IllegalArgumentException("detection.probe has none of httpGet, tcpSocket and grpc");
    }
}
