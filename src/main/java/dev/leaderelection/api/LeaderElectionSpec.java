package dev.leaderelection.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/**
 * What a user asks of an election. The API server fills in every default and refuses whatever can be judged from the object
 * alone; the constructors repeat the defaults for objects that never passed it.
 *
 * @param selector the pods that stand for election; immutable
 * @param strategy when leadership moves, and to whom
 * @param lease the Lease that the operator keeps for the leader
 * @param detection when a leader counts as failed
 * @param failover how leadership moves
 * @param routing the label that the leader carries; immutable
 * @param minimumTerm every term is greater than this; it may only grow
 * @param mode what the operator may do
 * @param historyLimit how many transitions the status remembers
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
        value = "self.selector == oldSelf.selector",
        message = "selector is immutable: create another LeaderElection for other pods")
@ValidationRule(
        value = "self.routing == oldSelf.routing",
        message = "routing is immutable: create another LeaderElection for another label")
@ValidationRule(
        value = "has(self.lease.name) == has(oldSelf.lease.name)"
                + " && (!has(self.lease.name) || self.lease.name == oldSelf.lease.name)",
        message = "lease.name is immutable: create another LeaderElection for another Lease")
@ValidationRule(
        value = "self.minimumTerm >= oldSelf.minimumTerm",
        message = "minimumTerm may only grow: terms that were given out must never be given out again")
@ValidationRule(
        value = "!(self.routing.label.key in self.selector.matchLabels)"
                + " && self.selector.matchExpressions.all(e, e.key != self.routing.label.key)",
        message =
                "selector names the routing label's key, which the operator sets and removes: select the pods by a label"
                        + " of their own")
public record LeaderElectionSpec(
        @JsonPropertyDescription("The pods that stand for election, by their labels. Immutable.") @Required
        PodSelector selector,

        @JsonPropertyDescription("When leadership moves, and to whom.")
        @Default("{\"type\":\"Lease\",\"ordinal\":\"Highest\"}")
        Strategy strategy,

        @JsonPropertyDescription("The Lease that the operator keeps for the leader.")
        @Default("{\"durationSeconds\":30,\"renewIntervalSeconds\":10}")
        Lease lease,

        @JsonPropertyDescription("When a leader counts as failed.")
        @Default("{\"notReadyGraceSeconds\":0,\"nodeHeartbeatSeconds\":0}")
        Detection detection,

        @JsonPropertyDescription("How leadership moves.") @Default("{\"fencing\":\"None\",\"minIntervalSeconds\":0}")
        Failover failover,

        @JsonPropertyDescription("How traffic finds the leader. Immutable.")
        @Default("{\"label\":{\"key\":\"leaderelection.dev/role\",\"leaderValue\":\"leader\",\"followerValue\":\"\"}}")
        Routing routing,

        @JsonPropertyDescription(
                "Every term is greater than this. It may only grow. Raise it after a restore or a re-creation,"
                        + " so that fencing tokens stay greater than those of before.")
        @Default("0")
        @Min(0)
        @Max(9007199254740991.0)
        Long minimumTerm,

        @JsonPropertyDescription(
                "Active elects. Paused keeps the leader, its Lease and the absence of other labels, but moves"
                        + " nothing. Observe decides and reports only.")
        @Default("Active")
        Mode mode,

        @JsonPropertyDescription("How many transitions the status remembers.") @Default("10") @Min(0) @Max(100)
        Integer historyLimit) {

    /** Fills in the defaults. */
    public LeaderElectionSpec {
        strategy = strategy == null ? new Strategy(StrategyType.LEASE, Ordinal.HIGHEST, null, null) : strategy;
        lease = lease == null ? new Lease(null, 30, 10) : lease;
        detection = detection == null ? new Detection(0, 0, null) : detection;
        failover = failover == null ? new Failover(Fencing.NONE, 0) : failover;
        routing = routing == null ? new Routing(new Label("leaderelection.dev/role", "leader", "")) : routing;
        minimumTerm = minimumTerm == null ? 0L : minimumTerm;
        mode = mode == null ? Mode.ACTIVE : mode;
        historyLimit = historyLimit == null ? 10 : historyLimit;
    }

    /** What the operator may do. */
    public enum Mode {
        /** Everything. */
        @JsonProperty("Active")
        ACTIVE,
        /** No promotion and no transfer; the seat is kept as it is. */
        @JsonProperty("Paused")
        PAUSED,
        /** Report what would be done; write nothing but the status. */
        @JsonProperty("Observe")
        OBSERVE
    }

    /** The election families. */
    public enum StrategyType {
        /** First come, first served; a healthy leader stays. */
        @JsonProperty("Lease")
        LEASE,
        /** The highest rank leads. */
        @JsonProperty("Bully")
        BULLY,
        /** The duty rotates down the ranks. */
        @JsonProperty("Ring")
        RING
    }

    /** Which end of the StatefulSet's ordinals ranks first. */
    public enum Ordinal {
        /** The highest ordinal first. */
        @JsonProperty("Highest")
        HIGHEST,
        /** The lowest ordinal first. */
        @JsonProperty("Lowest")
        LOWEST
    }

    /**
     * When leadership moves, and to whom.
     *
     * @param type the family
     * @param ordinal which end of the ordinals ranks first
     * @param bully settings of Bully, or null
     * @param ring settings of Ring, or null
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value = "!has(self.bully) || self.type == 'Bully'",
            message = "strategy.bully is only for type Bully: remove it, or set type to Bully")
    @ValidationRule(
            value = "!has(self.ring) || self.type == 'Ring'",
            message = "strategy.ring is only for type Ring: remove it, or set type to Ring")
    public record Strategy(
            @JsonPropertyDescription(
                    "Lease: a healthy leader stays. Bully: the highest rank leads. Ring: the duty rotates.")
            @Default("Lease")
            StrategyType type,

            @JsonPropertyDescription("Which end of a StatefulSet's ordinals ranks first.") @Default("Highest")
            Ordinal ordinal,

            @JsonPropertyDescription("Settings of Bully.") @Nullable
            Bully bully,

            @JsonPropertyDescription("Settings of Ring.") @Nullable
            Ring ring) {

        /** Fills in the defaults. */
        public Strategy {
            type = type == null ? StrategyType.LEASE : type;
            ordinal = ordinal == null ? Ordinal.HIGHEST : ordinal;
        }
    }

    /**
     * Settings of Bully.
     *
     * @param stabilizationSeconds how long a better candidate must have been eligible before it takes over
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Bully(
            @JsonPropertyDescription(
                    "How long, in seconds, a better candidate must have been eligible before it takes over from a"
                            + " healthy leader. 0 is the textbook algorithm.")
            @Default("30")
            @Min(0)
            @Max(86400)
            Integer stabilizationSeconds) {

        /** Fills in the default. */
        public Bully {
            stabilizationSeconds = stabilizationSeconds == null ? 30 : stabilizationSeconds;
        }
    }

    /**
     * Settings of Ring.
     *
     * @param maxTermSeconds how long one pod leads before the duty passes on; 0 is for ever
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Ring(
            @JsonPropertyDescription(
                    "How long, in seconds, one pod leads before the duty passes to the next lower rank. 0 is for"
                            + " ever.")
            @Default("0")
            @Min(0)
            @Max(31536000)
            Integer maxTermSeconds) {

        /** Fills in the default. */
        public Ring {
            maxTermSeconds = maxTermSeconds == null ? 0 : maxTermSeconds;
        }
    }

    /**
     * The Lease that the operator keeps.
     *
     * @param name its name, or null for the election's own
     * @param durationSeconds how long it holds without a renewal
     * @param renewIntervalSeconds how often it is renewed
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value = "self.renewIntervalSeconds * 2 <= self.durationSeconds",
            message =
                    "lease.renewIntervalSeconds is more than half of lease.durationSeconds: one late renewal would end the"
                            + " Lease; lower the interval or raise the duration")
    @ValidationRule(
            value =
                    "!has(self.name) || self.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')",
            message =
                    "lease.name is not an object name: use lower case letters, digits, '-' and '.', with a letter or digit at"
                            + " both ends of each part")
    public record Lease(
            @JsonPropertyDescription("The Lease's name; the election's own by default. Immutable.")
            @Size(min = 1, max = 253)
            @Nullable
            String name,

            @JsonPropertyDescription("How long, in seconds, the Lease holds without a renewal.")
            @Default("30")
            @Min(2)
            @Max(3600)
            Integer durationSeconds,

            @JsonPropertyDescription("How often, in seconds, the Lease is renewed: at most half the duration.")
            @Default("10")
            @Min(1)
            @Max(1800)
            Integer renewIntervalSeconds) {

        /** Fills in the defaults. */
        public Lease {
            durationSeconds = durationSeconds == null ? 30 : durationSeconds;
            renewIntervalSeconds = renewIntervalSeconds == null ? 10 : renewIntervalSeconds;
        }
    }

    /**
     * When a leader counts as failed.
     *
     * @param notReadyGraceSeconds how long a leader may be not ready before it is replaced
     * @param nodeHeartbeatSeconds how long a node may be silent before its pods count as lost; 0 trusts the pods' Ready condition alone
     * @param probe how the operator asks the pods itself, or null
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value = "self.nodeHeartbeatSeconds == 0 || self.nodeHeartbeatSeconds >= 20",
            message =
                    "detection.nodeHeartbeatSeconds is between 1 and 19: a healthy kubelet renews its node's Lease every 10"
                            + " seconds; use 20 or more, or 0 for none")
    public record Detection(
            @JsonPropertyDescription("How long, in seconds, a leader may be not ready before it is replaced.")
            @Default("0")
            @Min(0)
            @Max(3600)
            Integer notReadyGraceSeconds,

            @JsonPropertyDescription(
                    "How long, in seconds, a node's Lease in kube-node-lease may go without a renewal before the pods on"
                            + " it count as lost. 0 trusts the pods' Ready condition alone. With a probe, the probe must"
                            + " have failed as well.")
            @Default("0")
            @Min(0)
            @Max(3600)
            Integer nodeHeartbeatSeconds,

            @JsonPropertyDescription("How the operator itself asks every candidate whether it can lead.") @Nullable
            Probe probe) {

        /** Fills in the defaults. */
        public Detection {
            notReadyGraceSeconds = notReadyGraceSeconds == null ? 0 : notReadyGraceSeconds;
            nodeHeartbeatSeconds = nodeHeartbeatSeconds == null ? 0 : nodeHeartbeatSeconds;
        }
    }

    /**
     * How the operator itself asks every candidate whether it can lead: at its own IP, in exactly one way.
     *
     * @param httpGet by an HTTP request, or null
     * @param tcpSocket by a TCP connection, or null
     * @param grpc by gRPC's health service, or null
     * @param periodSeconds how often
     * @param timeoutSeconds how long one probe may take, from connecting to the answer
     * @param failureThreshold how many failures in a row count
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value = "[has(self.httpGet), has(self.tcpSocket), has(self.grpc)].exists_one(given, given)",
            message = "detection.probe needs exactly one of httpGet, tcpSocket and grpc")
    public record Probe(
            @JsonPropertyDescription(
                    "A GET over HTTP/1.1: a status from 200 to 299 is a success, no redirect is followed.")
            @Nullable
            HttpGet httpGet,

            @JsonPropertyDescription("A TCP connection: that it is accepted is a success.") @Nullable
            TcpSocket tcpSocket,

            @JsonPropertyDescription("gRPC's health service (grpc.health.v1): SERVING is a success.") @Nullable
            Grpc grpc,

            @JsonPropertyDescription("How often, in seconds.") @Default("1") @Min(1) @Max(300)
            Integer periodSeconds,

            @JsonPropertyDescription("How long, in seconds, one probe may take from connecting to the answer.")
            @Default("1")
            @Min(1)
            @Max(60)
            Integer timeoutSeconds,

            @JsonPropertyDescription("How many failures in a row count.") @Default("3") @Min(1) @Max(100)
            Integer failureThreshold) {

        /** Fills in the defaults. */
        public Probe {
            periodSeconds = periodSeconds == null ? 1 : periodSeconds;
            timeoutSeconds = timeoutSeconds == null ? 1 : timeoutSeconds;
            failureThreshold = failureThreshold == null ? 3 : failureThreshold;
        }
    }

    /**
     * A probe by HTTP.
     *
     * @param path what is asked for
     * @param port where
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @ValidationRule(
            value = "self.path.matches('^/[!-~]*$')",
            message =
                    "detection.probe.httpGet.path is not the path of a URL: start it with '/', and use no spaces or other"
                            + " characters than those of ASCII")
    public record HttpGet(
            @JsonPropertyDescription("What is asked for.") @Default("/") @Size(min = 1, max = 1024)
            String path,

            @JsonPropertyDescription("The port, by its number.") @Required @Min(1) @Max(65535)
            Integer port) {

        /** Fills in the default. */
        public HttpGet {
            path = path == null ? "/" : path;
        }
    }

    /**
     * A probe by TCP.
     *
     * @param port where
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record TcpSocket(
            @JsonPropertyDescription("The port, by its number.") @Required @Min(1) @Max(65535)
            Integer port) {}

    /**
     * A probe by gRPC.
     *
     * @param port where
     * @param service whose health is asked for; empty for the server's
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @ValidationRule(
            value = "self.service.matches('^[-A-Za-z0-9_./]*$')",
            message =
                    "detection.probe.grpc.service is not the name of a service: use letters, digits, '.', '-', '_' and '/', or"
                            + " leave it empty for the server's own health")
    public record Grpc(
            @JsonPropertyDescription("The port, by its number.") @Required @Min(1) @Max(65535)
            Integer port,

            @JsonPropertyDescription("The service whose health is asked for; empty for the server's own.")
            @Default("\"\"")
            @Size(max = 253)
            String service) {

        /** Fills in the default. */
        public Grpc {
            service = service == null ? "" : service;
        }
    }

    /** What must be seen before the heir of a leader that may still be running is promoted. */
    public enum Fencing {
        /** Nothing: the fastest. */
        @JsonProperty("None")
        NONE,
        /** That its Lease has run out. */
        @JsonProperty("AwaitLeaseExpiry")
        AWAIT_LEASE_EXPIRY,
        /** That its pod, which the operator deletes, is gone. */
        @JsonProperty("DeletePod")
        DELETE_POD
    }

    /**
     * How leadership moves.
     *
     * @param fencing what must be seen before the heir of a leader that may still be running is promoted
     * @param minIntervalSeconds the least time between two switches
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Failover(
            @JsonPropertyDescription(
                    "What must be seen before the heir of a leader that may still be running is promoted. None: nothing."
                            + " AwaitLeaseExpiry: that the leader's Lease has run out, for applications that stop by"
                            + " themselves then. DeletePod: that the leader's pod is gone, which the operator deletes.")
            @Default("None")
            Fencing fencing,

            @JsonPropertyDescription(
                    "The least time, in seconds, between two switches. A leader that is gone or terminating is"
                            + " replaced at once all the same.")
            @Default("0")
            @Min(0)
            @Max(86400)
            Integer minIntervalSeconds) {

        /** Fills in the defaults. */
        public Failover {
            fencing = fencing == null ? Fencing.NONE : fencing;
            minIntervalSeconds = minIntervalSeconds == null ? 0 : minIntervalSeconds;
        }
    }

    /**
     * How traffic finds the leader.
     *
     * @param label the label that the leader carries
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Routing(
            @JsonPropertyDescription("The label that the leader carries.")
            @Default("{\"key\":\"leaderelection.dev/role\",\"leaderValue\":\"leader\",\"followerValue\":\"\"}")
            Label label) {

        /** Fills in the default. */
        public Routing {
            label = label == null ? new Label("leaderelection.dev/role", "leader", "") : label;
        }
    }

    /**
     * The label that the leader carries.
     *
     * @param key its key
     * @param leaderValue its value on the leader
     * @param followerValue its value on every other candidate; empty for no label
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @ValidationRule(
            value =
                    "self.key.indexOf('/') <= 253 && self.key.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*/"
                            + "[A-Za-z0-9]([-A-Za-z0-9_.]{0,55}[A-Za-z0-9])?$')",
            message =
                    "routing.label.key is not a label key with a DNS prefix: use prefix/name, with a name of at most 57"
                            + " characters, for example example.com/role")
    @ValidationRule(
            value = "!self.key.matches('^([^/]*[.])?(kubernetes[.]io|k8s[.]io)/')",
            message =
                    "routing.label.key is under kubernetes.io or k8s.io, which belong to Kubernetes: use a prefix of your own")
    @ValidationRule(
            value = "self.leaderValue.matches('^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$')",
            message =
                    "routing.label.leaderValue is not a label value: use 1 to 63 letters, digits, '-', '_' and '.', with a"
                            + " letter or digit at both ends")
    @ValidationRule(
            value =
                    "self.followerValue == '' || self.followerValue.matches('^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$')",
            message =
                    "routing.label.followerValue is not a label value: use at most 63 letters, digits, '-', '_' and '.', with"
                            + " a letter or digit at both ends, or leave it empty")
    @ValidationRule(
            value = "self.leaderValue != self.followerValue",
            message =
                    "routing.label.followerValue equals leaderValue, and every candidate would be routed to: use another value")
    public record Label(
            @JsonPropertyDescription("Its key, with a DNS prefix.")
            @Default("leaderelection.dev/role")
            @Size(min = 1, max = 311)
            String key,

            @JsonPropertyDescription("Its value on the leader.") @Default("leader") @Size(max = 63)
            String leaderValue,

            @JsonPropertyDescription("Its value on every other candidate; empty for no label.")
            @Default("\"\"")
            @Size(max = 63)
            String followerValue) {

        /** Fills in the defaults. */
        public Label {
            key = key == null ? "leaderelection.dev/role" : key;
            leaderValue = leaderValue == null ? "leader" : leaderValue;
            followerValue = followerValue == null ? "" : followerValue;
        }
    }
}
