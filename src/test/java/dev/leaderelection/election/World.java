package dev.leaderelection.election;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** A world to be observed: an active election with strategy Lease that holds its finalizer, sixteen terms reserved. */
public final class World {

    /** The revision of the Lease in every world. */
    public static final LeaseState.Copy COPY =
            new LeaseState.Copy("lease-uid", "10", Instant.EPOCH, Instant.EPOCH, 3, Duration.ofSeconds(30));

    public static final Duration RENEWAL_DUE = Duration.ofSeconds(9);

    /** After how long the Lease lapses in every world, if nobody writes to it. */
    public static final Duration LAPSE = Duration.ofSeconds(29);

    private List<Candidate> pods;
    private Strategy strategy = new Strategy.Lease(Strategy.OrdinalOrder.HIGHEST);
    private Rules.Mode mode = Rules.Mode.ACTIVE;
    private long minimumTerm;
    private Duration notReadyGrace = Duration.ZERO;
    private Duration minInterval = Duration.ZERO;
    private Rules.Fencing fencing = Rules.Fencing.NONE;
    private boolean labelsFollowers;
    private boolean deleting;
    private boolean held = true;
    private boolean cleared;
    private boolean letGo;
    private Optional<Observation.Obstacle> obstacle = Optional.empty();
    private LeaseState lease = new LeaseState.Missing();
    private Observation.Renewal renewal = new Observation.Renewal(RENEWAL_DUE, false, LAPSE);
    private Set<PodIdentity> gone = Set.of();
    private Set<PodIdentity> stopped = Set.of();
    private Fenced fenced = Fenced.NOTHING;
    private long reserved = 16;
    private long highest;
    private Optional<PodIdentity> lastLeader = Optional.empty();
    private final Map<Long, String> leaders = new HashMap<>();
    private Duration ledFor = Duration.ofHours(1);
    private final Map<PodIdentity, Duration> steadyFor = new HashMap<>();
    private Optional<Transfer> transfer = Optional.empty();

    private World(List<Candidate> pods) {
        this.pods = pods;
    }

    public static World of(Candidate... pods) {
        return new World(List.of(pods));
    }

    public World pods(List<Candidate> now) {
        pods = now;
        return this;
    }

    public World strategy(Strategy now) {
        strategy = now;
        return this;
    }

    public World mode(Rules.Mode now) {
        mode = now;
        return this;
    }

    public World minimumTerm(long now) {
        minimumTerm = now;
        return this;
    }

    public World notReadyGrace(Duration now) {
        notReadyGrace = now;
        return this;
    }

    public World minInterval(Duration now) {
        minInterval = now;
        return this;
    }

    public World labelsFollowers() {
        labelsFollowers = true;
        return this;
    }

    public World deleting() {
        deleting = true;
        return this;
    }

    public World notHeld() {
        held = false;
        return this;
    }

    public World cleared() {
        cleared = true;
        return this;
    }

    public World obstacle(Observation.Obstacle.Kind kind) {
        obstacle = Optional.of(new Observation.Obstacle(kind, "somebody else was first"));
        return this;
    }

    public World lease(LeaseState now) {
        lease = now;
        return this;
    }

    /** The Lease claimed for a pod, with these still to be fenced. */
    public World claimedBy(PodIdentity holder, long term, PodIdentity... toFence) {
        lease = claimed(holder, term, false, toFence);
        highest = Math.max(highest, term);
        return this;
    }

    /** The Lease claimed for a pod, with the marker. */
    public World claimedWithMarkerBy(PodIdentity holder, long term, PodIdentity... toFence) {
        lease = claimed(holder, term, true, toFence);
        highest = Math.max(highest, term);
        return this;
    }

    public static LeaseState.Claimed claimed(PodIdentity holder, long term, boolean all, PodIdentity... toFence) {
        return new LeaseState.Claimed(
                COPY, holder, LeaseRecord.claimed(holder, term, new TreeSet<>(List.of(toFence)), all));
    }

    public World unclaimed(long term) {
        lease = new LeaseState.Unclaimed(COPY, term, "nobody has claimed it");
        return this;
    }

    public World renewal(Duration due, boolean expired) {
        renewal = new Observation.Renewal(due, expired, renewal.lapse());
        return this;
    }

    /** The Lease has stood as it is for its whole duration, but for this long. */
    public World lapse(Duration rest) {
        renewal = new Observation.Renewal(renewal.due(), renewal.expired(), rest);
        return this;
    }

    public World fencing(Rules.Fencing now) {
        fencing = now;
        return this;
    }

    /** These were seen to stop, in addition to those pods of which it can be seen now. */
    public World stopped(PodIdentity... now) {
        stopped = Set.of(now);
        return this;
    }

    public World gone(PodIdentity... now) {
        gone = Set.of(now);
        return this;
    }

    public World fenced(Fenced now) {
        fenced = now;
        return this;
    }

    public World reserved(long now) {
        reserved = now;
        return this;
    }

    public World highest(long now) {
        highest = now;
        return this;
    }

    public World lastLeader(PodIdentity now) {
        lastLeader = Optional.of(now);
        return this;
    }

    public World ledFor(Duration now) {
        ledFor = now;
        return this;
    }

    public World steadyFor(PodIdentity pod, Duration now) {
        steadyFor.put(pod, now);
        return this;
    }

    /** This process has taken the finalizer off the election. */
    public World letGo() {
        letGo = true;
        return this;
    }

    /** Somebody has asked that a pod lead, or with no name the next, and nobody has answered yet. */
    public World asked(String target) {
        transfer = Optional.of(transfer(target, Optional.empty()));
        return this;
    }

    /** It was promised that one pod follows another at the end of a term. */
    public World promised(String from, long term, String to) {
        transfer = Optional.of(transfer(to, Optional.of(new Transfer.Acceptance(from, term, to, Instant.EPOCH))));
        return this;
    }

    /** What was asked for is given up after this. */
    public World transferRest(Duration now) {
        transfer = transfer.map(known -> known.asOfNow(now, known.stale()));
        return this;
    }

    /** What was asked for is older than it may be. */
    public World transferStale() {
        transfer = transfer.map(known -> known.asOfNow(known.rest(), true));
        return this;
    }

    /** The history tells that a pod led in a term. */
    public World led(long term, String pod) {
        leaders.put(term, pod);
        return this;
    }

    public World transfer(Transfer now) {
        transfer = Optional.of(now);
        return this;
    }

    /** A transfer with a minute left. */
    public static Transfer transfer(String target, Optional<Transfer.Acceptance> accepted) {
        return new Transfer(
                "move", "move-uid", "7", Instant.EPOCH, target, Duration.ofMinutes(1), false, accepted, false, false);
    }

    public Observation observe() {
        return new Observation(
                new Rules(strategy, mode, minimumTerm, notReadyGrace, minInterval, fencing, labelsFollowers),
                new Observation.Standing(deleting, held, cleared, letGo),
                obstacle,
                lease,
                renewal,
                pods,
                gone,
                allStopped(),
                fenced,
                new Observation.Terms(reserved, highest, leaders),
                lastLeader,
                ledFor,
                steadyFor,
                transfer);
    }

    private Set<PodIdentity> allStopped() {
        Set<PodIdentity> all = new TreeSet<>(stopped);
        pods.stream().filter(Candidate::stopped).map(Candidate::id).forEach(all::add);
        return all;
    }

    public Plan plan() {
        return ElectionPlanner.plan(observe());
    }
}
