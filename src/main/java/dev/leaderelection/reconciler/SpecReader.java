package dev.leaderelection.reconciler;

import dev.leaderelection.api.LeaderElectionSpec;
import dev.leaderelection.detection.Probe;
import java.time.Duration;

/** Turns what the user wrote into what the prober needs. */
final class SpecReader {

    private SpecReader() {}

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
