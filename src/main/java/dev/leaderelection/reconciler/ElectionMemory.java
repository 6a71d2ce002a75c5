package dev.leaderelection.reconciler;

import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.Fenced;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.election.Sightings;
import dev.leaderelection.kubernetes.Primary;
import dev.leaderelection.kubernetes.Versions;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What this process remembers of one election between two passes. All of it may be lost at any time without harm: what was
 * written is carried forward until the caches have seen it, and what was seen is timed by our own clock.
 *
 * <p>Used by one pass at a time; only {@link #members()}, {@link #nextPass()}, {@link #wake}, {@link #sawStopped} and
 * {@link #isReleased} may be called from other threads, and of {@link #refusals()} and {@link #vitals()} what they say themselves.
 */
public final class ElectionMemory {

    private final Sightings sightings = new Sightings();
    private final RepairPace repairPace = new RepairPace();
    private final TransferMemory transfers = new TransferMemory();
    private final Refusals refusals = new Refusals();
    private final Backlog backlog = new Backlog();
    private final Vitals vitals = new Vitals();
    private final Map<PodIdentity, Candidate> writtenPods = new HashMap<>();
    private final Map<PodIdentity, Integer> lastPriority = new HashMap<>();
    private final Set<PodIdentity> gone = new HashSet<>();
    private final Set<PodIdentity> stopped = ConcurrentHashMap.newKeySet();
    private final Set<PodIdentity> doubtfulPods = new HashSet<>();
    private final AtomicLong wokenAtNanos = new AtomicLong(NOT_WOKEN);
    private volatile Set<String> members = Set.of();
    private volatile Optional<Duration> nextPass = Optional.empty();

    private static final long NOT_WOKEN = Long.MAX_VALUE;

    private Optional<LeaseState> lease = Optional.empty();
    private Optional<Primary> primary = Optional.empty();
    private Fenced fenced = Fenced.NOTHING;
    private Optional<Renewal> renewal = Optional.empty();
    private Optional<Duration> fencingSince = Optional.empty();
    private Optional<Lead> lead = Optional.empty();
    private long highestTerm;
    private boolean cleared;
    private boolean letGo;
    private volatile boolean released;
    private boolean leaseInDoubt;
    private boolean primaryInDoubt;
    private String closedLeaseUid = "";
    private final Set<PodIdentity> clearedPods = new HashSet<>();

    /** Our last successful renewal of a Lease, and after how long the next is due. */
    record Renewal(String leaseUid, Duration at, Duration next) {}

    /** Since when a pod has led, by our clock, counting what it had led before we saw it, and the last of its terms. */
    private record Lead(PodIdentity leader, long term, Duration since) {}

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

    Sightings sightings() {
        return sightings;
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

    Optional<LeaseState> lease() {
        return lease;
    }

    void wrote(LeaseState written) {
        lease = Optional.of(written);
        leaseInDoubt = false;
        if (written instanceof LeaseState.Claimed claimed) {
            highestTerm = Math.max(highestTerm, claimed.lease().term());
        }
    }

    void forgetLease() {
        lease = Optional.empty();
    }

    boolean isLeaseInDoubt() {
        return leaseInDoubt;
    }

    void doubtLease() {
        leaseInDoubt = true;
    }

    void wrote(Primary written) {
        primary = Optional.of(written);
        primaryInDoubt = false;
    }

    /** The later of what a cache says of the election's own object and what we have written to it. */
    Primary newest(Primary cached) {
        return primary.filter(written -> Versions.isLater(written.version(), cached.version()))
                .orElse(cached);
    }

    boolean isPrimaryInDoubt() {
        return primaryInDoubt;
    }

    void doubtPrimary() {
        primaryInDoubt = true;
    }

    void wrote(Candidate written) {
        writtenPods.put(written.id(), written);
        doubtfulPods.remove(written.id());
    }

    /** The later of what a cache says of a pod and what we have written to it. */
    Candidate newest(Candidate cached) {
        Candidate written = writtenPods.get(cached.id());
        if (written == null) {
            return cached;
        }
        if (Versions.isLater(written.version(), cached.version())) {
            return written;
        }
        writtenPods.remove(cached.id());
        return cached;
    }

    void retainPods(Set<PodIdentity> present) {
        writtenPods.keySet().retainAll(present);
        lastPriority.keySet().retainAll(present);
        doubtfulPods.retainAll(present);
    }

    Set<PodIdentity> doubtfulPods() {
        return Set.copyOf(doubtfulPods);
    }

    void doubt(PodIdentity pod) {
        doubtfulPods.add(pod);
    }

    /** A pod with a malformed annotation keeps the last priority that could be read. */
    Candidate withLastPriority(Candidate pod) {
        if (pod.standing() != Candidate.Standing.MALFORMED) {
            lastPriority.put(pod.id(), pod.priority());
            return pod;
        }
        return pod.withPriority(lastPriority.getOrDefault(pod.id(), pod.priority()));
    }

    Set<PodIdentity> gone() {
        return Set.copyOf(gone);
    }

    /** A UID that is gone does not come back; only the last few can matter. */
    void confirmGone(PodIdentity pod) {
        if (gone.size() >= 100) {
            gone.clear();
        }
        gone.add(pod);
    }

    Set<PodIdentity> stopped() {
        return Set.copyOf(stopped);
    }

    /** Takes note that the containers of a pod were seen to have ended for good; only the last few can matter. */
    public void sawStopped(PodIdentity pod) {
        if (stopped.size() >= 100) {
            stopped.clear();
        }
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

    long highestTerm() {
        return highestTerm;
    }

    void sawTerm(long term) {
        highestTerm = Math.max(highestTerm, term);
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
