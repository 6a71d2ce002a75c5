package dev.leaderelection.reconciler;

import dev.leaderelection.election.Fenced;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.election.Sightings;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What this process remembers of one election between two passes. All of it may be lost at any time without harm: what was
 * written is carried forward until the caches have seen it, and what was seen is timed by our own clock.
 *
 * <p>Used by one pass at a time; only {@link #members()}, {@link #nextPass()}, {@link #wake}, {@link #sawStopped} and
 * {@link #isReleased} may be called from other threads, and of {@link #refusals()} and {@link #vitals()} what they say themselves.
 */
public final class ElectionMemory {

    private static final long NOT_WOKEN = Long.MAX_VALUE;

    private final Overlay overlay = new Overlay();
    private final Sightings sightings = new Sightings();
    private final RepairPace repairPace = new RepairPace();
    private final TransferMemory transfers = new TransferMemory();
    private final Refusals refusals = new Refusals();
    private final Backlog backlog = new Backlog();
    private final Vitals vitals = new Vitals();

    // These are read or written by other threads, too.
    private final AtomicLong wokenAtNanos = new AtomicLong(NOT_WOKEN);
    private final LastFew stopped = new LastFew();
    private volatile Set<String> members = Set.of();
    private volatile Optional<Duration> nextPass = Optional.empty();
    private volatile boolean released;

    private Fenced fenced = Fenced.NOTHING;
    private Optional<Duration> fencingSince = Optional.empty();
    private Optional<Renewal> renewal = Optional.empty();
    private Optional<Lead> lead = Optional.empty();
    private boolean letGo;
    private boolean cleared;
    private String closedLeaseUid = "";
    private final Set<PodIdentity> clearedPods = new HashSet<>();

    /** Our last successful renewal of a Lease, and after how long the next is due. */
    record Renewal(String leaseUid, Duration at, Duration next) {}

    /** Since when a pod has led, by our clock, counting what it had led before we saw it, and the last of its terms. */
    private record Lead(PodIdentity leader, long term, Duration since) {}

    Overlay overlay() {
        return overlay;
    }

    Sightings sightings() {
        return sightings;
    }

    RepairPace repairPace() {
        return repairPace;
    }

    TransferMemory transfers() {
        return transfers;
    }

    Refusals refusals() {
        return refusals;
    }

    Backlog backlog() {
        return backlog;
    }

    Vitals vitals() {
        return vitals;
    }

    /** The UIDs of the pods that were this election's business in the last pass. */
    public Set<String> members() {
        return members;
    }

    void members(Set<String> uids) {
        members = Set.copyOf(uids);
    }

    /** Takes note that something happened, at some tick; the first since the last pass counts. */
    public void wake(Duration ticks) {
        wokenAtNanos.accumulateAndGet(ticks.toNanos(), Math::min);
    }

    /** When what woke this pass happened; the given time if nothing did. */
    Duration takeWaking(Duration now) {
        long at = wokenAtNanos.getAndSet(NOT_WOKEN);
        return at == NOT_WOKEN ? now : Duration.ofNanos(at);
    }

    /** When the next pass is due, by the monotonic clock; nothing while none is. */
    Optional<Duration> nextPass() {
        return nextPass;
    }

    void expectNextPass(Optional<Duration> at) {
        nextPass = at;
    }

    /** Takes note that a pass gets on: only one that does nothing any more is overdue, however long it takes. */
    void underWay(Duration ticks) {
        nextPass = Optional.of(ticks);
    }

    Set<PodIdentity> stopped() {
        return stopped.all();
    }

    /** Takes note that the containers of a pod were seen to have ended for good: its object may be gone when next we look. */
    public void sawStopped(PodIdentity pod) {
        stopped.add(pod);
    }

    Fenced fenced() {
        return fenced;
    }

    void fenced(Fenced now) {
        fenced = now;
    }

    Optional<Renewal> renewal() {
        return renewal;
    }

    void renewed(Renewal now) {
        renewal = Optional.of(now);
    }

    /** Since when the leader is being fenced. */
    Optional<Duration> fencingSince() {
        return fencingSince;
    }

    void fencingSince(Optional<Duration> since) {
        fencingSince = since;
    }

    boolean isCleared() {
        return cleared;
    }

    void cleared(boolean now) {
        cleared = now;
    }

    /** Whether this process has taken the finalizer off the election. */
    boolean isLetGo() {
        return letGo;
    }

    void letGo() {
        letGo = true;
    }

    /** Whether an operator that is being uninstalled has nothing left to do for the election. */
    boolean isReleased() {
        return released;
    }

    void released() {
        released = true;
    }

    /** Takes note that a pod was cleared while that Lease was closed: nothing prepared before can land on it any more. */
    void clearedUnder(String leaseUid, PodIdentity pod) {
        if (!closedLeaseUid.equals(leaseUid)) {
            closedLeaseUid = leaseUid;
            clearedPods.clear();
        }
        clearedPods.add(pod);
    }

    boolean isClearedUnder(String leaseUid, PodIdentity pod) {
        return closedLeaseUid.equals(leaseUid) && clearedPods.contains(pod);
    }

    /**
     * For how long a pod has led. If terms have passed that we know nothing of, another may have led in them.
     *
     * @param term the term that it leads in
     * @param before for how long it has led by what others have written
     */
    Duration ledFor(PodIdentity leader, long term, Duration before, Duration ticks) {
        boolean isKnown = lead.filter(known -> known.leader().equals(leader) && term <= known.term() + 1)
                .isPresent();
        if (!isKnown) {
            lead = Optional.of(new Lead(leader, term, ticks.minus(before)));
        }
        leadsOn(leader, term);
        return ticks.minus(lead.orElseThrow().since());
    }

    /** Takes note that a pod that has led leads on in this term. */
    void leadsOn(PodIdentity leader, long term) {
        lead = lead.map(known ->
                known.leader().equals(leader) && known.term() < term ? new Lead(leader, term, known.since()) : known);
    }
}
