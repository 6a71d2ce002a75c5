package dev.leaderelection.detection;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** How a pod is asked whether it lives. Everything that is sent is fixed but what these records hold, and they hold no header. */
public sealed interface Probe {

    /** The port of the pod. */
    int port();

    /** How often, how long, and how often in vain. */
    Timing timing();

    /**
     * When a pod is asked and when it has failed.
     *
     * @param period from the start of one probe to the start of the next
     * @param timeout from the first packet to the answer
     * @param failureThreshold how many in a row have to fail
     */
    record Timing(Duration period, Duration timeout, int failureThreshold) {

        /** Refuses what cannot be kept. */
        public Timing {
            if (!isPositive(period) || !isPositive(timeout) || failureThreshold < 1) {
                throw new IllegalArgumentException(
                        "a probe takes time, and fails: " + period + ", " + timeout + ", " + failureThreshold);
            }
        }

        /**
         * From the last moment in which a pod was well to its failure, at the latest: it may have fallen ill right after it had
         * answered, and each of the probes that follow may run into its timeout. With a period and a timeout of one second and a
         * threshold of three that is 4 s for a pod that hangs. One that refuses is found out within threshold × period, here 3 s.
         *
         * <p>Provided that another candidate answers promptly, as {@link ProbeResults} asks for: with a threshold below three, it
         * may take as long as with three until that is certain.
         */
        public Duration slowest() {
            Duration step = period.compareTo(timeout) < 0 ? timeout : period;
            return period.plus(step.multipliedBy(Math.max(failureThreshold, 3) - 1L))
                    .plus(timeout);
        }

        private static boolean isPositive(Duration duration) {
            return duration.toMillis() > 0;
        }
    }

    /**
     * GET, to be answered with a status of 200 to 299. A redirection is a failure.
     *
     * @param path absolute, of printable ASCII
     * @param port the port
     * @param timing when
     */
    record HttpGet(String path, int port, Timing timing) implements Probe {

        /** Refuses a path with which more than a path could be sent. */
        public HttpGet {
            requirePort(port);
            if (!path.startsWith("/") || path.chars().anyMatch(c -> c <= ' ' || c > '~') || path.length() > 1024) {
                throw new IllegalArgumentException("the path of a probe is absolute and of printable ASCII");
            }
        }
    }

    /**
     * A connection that is accepted.
     *
     * @param port the port
     * @param timing when
     */
    record TcpSocket(int port, Timing timing) implements Probe {

        /** Refuses what is no port. */
        public TcpSocket {
            requirePort(port);
        }
    }

    /**
     * The gRPC health protocol, without encryption: {@code grpc.health.v1.Health/Check}, to be answered with {@code SERVING}.
     *
     * @param port the port
     * @param service which service to ask for, empty for the server as a whole
     * @param timing when
     */
    record Grpc(int port, String service, Timing timing) implements Probe {

        /** Refuses what no service is called. */
        public Grpc {
            requirePort(port);
            if (service.getBytes(StandardCharsets.UTF_8).length > 1024) {
                throw new IllegalArgumentException("the name of a service is at most 1024 bytes long");
            }
        }
    }

    private static void requirePort(int port) {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("no port: " + port);
        }
    }
}
