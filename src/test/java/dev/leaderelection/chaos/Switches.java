package dev.leaderelection.chaos;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionSpec;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.Eligibility;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.election.Strategy;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.PodReader;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Judges the moves of leadership: which of them no one can give a reason for. There is a reason if, at any revision since the last but
 * one of the Lease before the claim, the old leader was not healthy, if a user has written to its pods or edited
 * the election since, or if the strategy asks for the heir. A claim alone is no move: nobody has noticed that while the label stays.
 */
final class Switches {

    /** Terms are dated by clocks of processes that may have been frozen, in a status that may be a second old. */
    private static final Duration ROUGHLY = Duration.ofSeconds(1);

    private final World world;
    /** From which revision on a pod, by UID, has been healthy; not there if it is not now. */
    private final Map<String, Long> healthySince = new HashMap<>();
    /** The last revision at which a user gave a reason of their own, by the election's name. */
    private final Map<String, Long> lastReason = new HashMap<>();

    /** The last revision of a Lease, by UID. */
    private final Map<String, Long> last = new HashMap<>();
    /** The one before. */
    private final Map<String, Long> lastButOne = new HashMap<>();
    /** Who leads an election, by its UID, and since when. */
    private final Map<String, Reign> reigns = new HashMap<>();
    /** Pods, by UID, that were deposed without a reason, and bear the label yet. */
    private final Map<String, String> deposed = new HashMap<>();

    private final List<String> needless = new ArrayList<>();

    private record Reign(PodIdentity pod, Optional<Instant> began) {}

    /**
     * A claim under a new term.
     *
     * @param revision of the claim
     * @param to the heir
     * @param lease the Lease from then on
     */
    record Claim(long revision, Election election, PodIdentity to, Lease lease) {}

    Switches(World world) {
        this.world = world;
    }

    /** The moves without a reason, told for a person. */
    List<String> needless() {
        return List.copyOf(needless);
    }

    void see(long revision, Pod pod) {
        String uid = pod.getMetadata().getUid();
        boolean healthy = world.electionsOf(pod).stream()
                .map(election -> PodReader.read(pod, Election.of(election)))
                .anyMatch(candidate -> Eligibility.of(candidate).keepsSeat());
        if (healthy) {
            healthySince.putIfAbsent(uid, revision);
        } else {
            healthySince.remove(uid);
        }
    }

    /** A user has written a pod: its label, or its priority. */
    void userTouched(long revision, Pod pod) {
        for (LeaderElection election : world.electionsOf(pod)) {
            userEdited(revision, election.getMetadata().getName());
        }
    }

    /** A user has edited an election, or what its strategy goes by. */
    void userEdited(long revision, String election) {
        lastReason.put(election, revision);
    }

    /** A Lease has another revision, which was written or renewed. */
    void see(Revision.OfLease lease) {
        lease.now().map(now -> now.getMetadata().getUid()).ifPresent(uid -> {
            lastButOne.put(uid, Objects.requireNonNullElse(last.get(uid), lease.number()));
            last.put(uid, lease.number());
        });
    }

    /** A pod bears the label no more. */
    void lostLabel(String podUid) {
        Optional.ofNullable(deposed.remove(podUid)).ifPresent(needless::add);
    }

    /** A term has begun. */
    void claimed(Claim claim) {
        deposed.remove(claim.to().uid());
        Reign reign = reigns.get(claim.election().uid());
        if (reign != null && reign.pod().equals(claim.to())) {
            return;
        }
        reigns.put(claim.election().uid(), new Reign(claim.to(), renewed(claim.lease())));
        if (reign == null) {
            return;
        }
        long decidedAt = decidedAt(claim);
        Optional<Pod> old = world.podByUid(reign.pod().uid());
        Long since = healthySince.get(reign.pod().uid());
        boolean hasReason = old.filter(pod -> PodTraces.of(pod).isLabelled()).isEmpty()
                || since == null
                || since > decidedAt
                || lastReason.getOrDefault(claim.election().name(), 0L) >= decidedAt
                || strayStands(claim, reign)
                || strategyAsks(claim, reign, old.get());
        if (!hasReason) {
            deposed.put(
                    reign.pod().uid(),
                    "revision " + claim.revision() + ": " + claim.election() + " went from "
                            + reign.pod().name() + ", healthy since revision " + since + ", to "
                            + claim.to().name() + "; decided after revision " + decidedAt);
        }
    }

    /** Of pods and elections a replica may know a little less than of the Lease that it replaces: what it knew a renewal ago. */
    private long decidedAt(Claim claim) {
        return Objects.requireNonNullElse(
                lastButOne.get(claim.lease().getMetadata().getUid()), claim.revision());
    }

    private static Optional<Instant> renewed(Lease lease) {
        return Optional.ofNullable(lease.getSpec().getRenewTime()).map(ZonedDateTime::toInstant);
    }

    /** Whether somebody else bears the label: then it is a user's doing, and whom it names may be mistaken for the leader. */
    private boolean strayStands(Claim claim, Reign reign) {
        return world.candidates(claim.election()).stream()
                .anyMatch(pod -> pod.isRouted() && !pod.id().equals(reign.pod()));
    }

    private boolean strategyAsks(Claim claim, Reign reign, Pod old) {
        Optional<LeaderElection> election = world.election(claim.election().name());
        Optional<Pod> heir = world.podByUid(claim.to().uid());
        if (election.isEmpty() || heir.isEmpty()) {
            return election.isEmpty();
        }
        LeaderElectionSpec.Strategy strategy = election.get().getSpec().strategy();
        return switch (strategy.type()) {
            case LEASE -> false;
            case BULLY -> {
                Candidate better = PodReader.read(heir.get(), claim.election());
                Candidate worse = PodReader.read(old, claim.election());
                yield new Strategy.Bully(Strategy.OrdinalOrder.HIGHEST, Duration.ZERO)
                                .rank()
                                .compare(better, worse)
                        < 0;
            }
            case RING -> termWasOver(claim, reign, strategy.ring());
        };
    }

    private static boolean termWasOver(Claim claim, Reign reign, LeaderElectionSpec.@Nullable Ring ring) {
        Optional<Instant> ended = renewed(claim.lease());
        if (ring == null || ring.maxTermSeconds() == 0 || reign.began().isEmpty() || ended.isEmpty()) {
            return false;
        }
        Duration led = Duration.between(reign.began().get(), ended.get()).plus(ROUGHLY);
        return led.compareTo(Duration.ofSeconds(ring.maxTermSeconds())) >= 0;
    }
}
