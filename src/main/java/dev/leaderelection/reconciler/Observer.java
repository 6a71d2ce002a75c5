package dev.leaderelection.reconciler;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionSpec;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.Durations;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.Observation;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.election.Transfer;
import dev.leaderelection.kubernetes.Answer;
import dev.leaderelection.kubernetes.Answer.Cause;
import dev.leaderelection.kubernetes.Answer.Done;
import dev.leaderelection.kubernetes.Answer.Refused;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.ElectionStore;
import dev.leaderelection.kubernetes.LeaseReader;
import dev.leaderelection.kubernetes.PodReader;
import dev.leaderelection.kubernetes.Primary;
import dev.leaderelection.kubernetes.RulesReader;
import dev.leaderelection.kubernetes.TransferReader;
import dev.leaderelection.kubernetes.Versions;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Looks at the world, once per pass: at the caches, at what we have written since, and at the server itself where the protocol
 * asks for it or a refusal has made us doubt.
 */
final class Observer {

    private final Caches caches;
    private final ElectionStore store;
    private final Detection detection;
    private final Clocks clocks;
    private final Remit remit;

    /**
     * @param remit which elections are whose, and whether they are let go
     */
    Observer(Caches caches, ElectionStore store, Detection detection, Clocks clocks, Remit remit) {
        this.remit = remit;
        this.caches = caches;
        this.store = store;
        this.detection = detection;
        this.clocks = clocks;
    }

    /** Looks. Refused only if a live read was needed and could not be had. */
    Answer<Sight> look(LeaderElection resource, ElectionMemory memory) {
        Election election = Election.of(resource);
        Overlay overlay = memory.overlay();
        Answer<LeaseState> toldLease = lease(election, overlay, isLeft(resource));
        if (!(toldLease instanceof Done<LeaseState> told)) {
            return ((Refused<LeaseState>) toldLease).recast();
        }
        Answer<Primary> primary = primary(resource, election, overlay, told.value());
        if (!(primary instanceof Done<Primary> seenPrimary)) {
            return ((Refused<Primary>) primary).recast();
        }
        // What an election leaves is never judged by a cache, and the deletion may be known before the caches tell it.
        boolean isDeletionNews = seenPrimary.value().deleting() && !resource.isMarkedForDeletion();
        Answer<LeaseState> lease = isDeletionNews ? live(election, overlay) : told;
        if (!(lease instanceof Done<LeaseState> seenLease)) {
            return ((Refused<LeaseState>) lease).recast();
        }
        Answer<List<Candidate>> pods = pods(resource, election, memory, seenLease.value());
        if (!(pods instanceof Done<List<Candidate>> seenPods)) {
            return ((Refused<List<Candidate>>) pods).recast();
        }
        Answer<List<LeaderElection>> rivals = rivals(resource, election, seenPrimary.value(), seenLease.value());
        if (!(rivals instanceof Done<List<LeaderElection>> seenRivals)) {
            return ((Refused<List<LeaderElection>>) rivals).recast();
        }
        Optional<Observation.Obstacle> obstacle = Rivalry.keyNotAllowed(resource, remit.allowedPrefixes())
                .or(() -> Rivalry.overlap(resource, seenPrimary.value(), seenRivals.value(), caches))
                .or(() -> labelInUse(resource, seenPrimary.value(), overlay, seenLease.value(), seenPods.value()));
        return new Done<>(assemble(
                resource,
                election,
                memory,
                seenLease.value(),
                seenPrimary.value(),
                hearing(
                        resource,
                        election,
                        seenPods.value(),
                        leading(seenLease.value(), seenPrimary.value(), seenPods.value())),
                obstacle));
    }

    /** Whether all that there is to do is to take away what was put there. */
    private boolean isLeft(LeaderElection resource) {
        return remit.releases() || resource.isMarkedForDeletion();
    }

    /** Without a Lease to tell, those whom the election would take for its leader. */
    private static Set<PodIdentity> leading(LeaseState lease, Primary primary, List<Candidate> pods) {
        if (lease instanceof LeaseState.Claimed claimed) {
            return Set.of(claimed.holder());
        }
        Set<PodIdentity> leading = new HashSet<>();
        pods.stream().filter(Candidate::isRouted).map(Candidate::id).forEach(leading::add);
        lastLeader(primary).ifPresent(leading::add);
        return leading;
    }

    private Detection.Hearing hearing(
            LeaderElection resource, Election election, List<Candidate> pods, Set<PodIdentity> leading) {
        if (isLeft(resource)) {
            detection.forget(election);
            return Detection.NONE.hear(election, resource.getSpec().detection(), pods, leading);
        }
        return detection.hear(election, resource.getSpec().detection(), pods, leading);
    }

    private Sight assemble(
            LeaderElection resource,
            Election election,
            ElectionMemory memory,
            LeaseState lease,
            Primary primary,
            Detection.Hearing hearing,
            Optional<Observation.Obstacle> obstacle) {
        Duration ticks = clocks.ticks().get();
        List<Candidate> pods = hearing.pods();
        memory.sightings().note(pods, ticks);
        memory.overlay().sawTerm(primary.term());
        Map<PodIdentity, Duration> steadyFor = new HashMap<>();
        pods.forEach(pod -> steadyFor.put(pod.id(), memory.sightings().steadyFor(pod.id(), ticks)));
        Optional<Transfer> transfer = transfer(election, memory, ticks);
        // Only what became of a transfer is read off the history.
        Map<Long, String> leaders =
                transfer.map(any -> leaders(primary, memory)).orElseGet(Map::of);
        Observation observation = new Observation(
                RulesReader.read(resource.getSpec(), remit.releases()),
                new Observation.Standing(primary.deleting(), primary.isHeld(), memory.isCleared(), memory.isLetGo()),
                obstacle,
                lease,
                renewal(resource.getSpec(), election, memory, lease, ticks),
                pods,
                memory.overlay().gone(),
                stopped(memory, lease, pods),
                memory.fenced(),
                new Observation.Terms(primary.termReserved(), memory.overlay().highestTerm(), leaders),
                lastLeader(primary),
                ledFor(primary, memory, lease, ticks),
                steadyFor,
                transfer);
        Optional<Duration> next = Stream.concat(hearing.next().stream(), memory.transfers().nextLook(ticks).stream())
                .min(Duration::compareTo);
        return new Sight(election, Primary.generation(resource), primary, observation, next, hearing.unheard());
    }

    /** What the history tells, and will tell once the status can be written. */
    private static Map<Long, String> leaders(Primary primary, ElectionMemory memory) {
        Map<Long, String> leaders = new HashMap<>();
        primary.status().history().forEach(entry -> leaders.put(entry.term(), entry.to()));
        memory.backlog().unreported().stream()
                .map(Report.Change::transition)
                .forEach(made -> leaders.put(made.term(), made.to().name()));
        return leaders;
    }

    private Optional<Transfer> transfer(Election election, ElectionMemory memory, Duration ticks) {
        List<Transfer> cached = caches.transfers(election).stream()
                .map(transfer -> TransferReader.read(transfer, election.uid()))
                .toList();
        return memory.transfers().pending(cached, ticks, clocks.wall().instant());
    }

    /** Those that are there say so themselves. Of the leader it is to be known as well when it is gone. */
    private static Set<PodIdentity> stopped(ElectionMemory memory, LeaseState lease, List<Candidate> pods) {
        Set<PodIdentity> stopped = new HashSet<>(memory.stopped());
        pods.stream().filter(Candidate::stopped).map(Candidate::id).forEach(stopped::add);
        if (lease instanceof LeaseState.Claimed claimed && stopped.contains(claimed.holder())) {
            memory.sawStopped(claimed.holder());
        }
        return stopped;
    }

    private Answer<LeaseState> lease(Election election, Overlay overlay, boolean deleting) {
        Optional<LeaseState> cached = caches.lease(election.namespace(), election.leaseName())
                .map(lease -> LeaseReader.read(lease, election));
        Optional<LeaseState> written = overlay.lease();
        if (overlay.isLeaseInDoubt() || deleting) {
            return live(election, overlay);
        }
        if (written.isEmpty()) {
            return new Done<>(cached.orElseGet(LeaseState.Missing::new));
        }
        Optional<LeaseState.Copy> ours = written.get().ours();
        Optional<LeaseState.Copy> theirs = cached.flatMap(LeaseState::ours);
        if (ours.isEmpty()
                || theirs.isEmpty()
                || !ours.get().uid().equals(theirs.get().uid())) {
            return live(election, overlay);
        }
        boolean oursIsLater =
                Versions.isLater(ours.get().version(), theirs.get().version());
        return new Done<>(oursIsLater ? written.get() : cached.get());
    }

    private Answer<LeaseState> live(Election election, Overlay overlay) {
        Answer<LeaseState> answer = store.readLease(election);
        if (answer instanceof Done<LeaseState> done) {
            overlay.wrote(done.value());
            if (done.value().ours().isEmpty()) {
                overlay.forgetLease();
            }
        }
        return answer;
    }

    /**
     * Before a claim without a Lease to tell the term, the reserved terms are read from the server; and before a closed Lease is taken
     * for one that was left behind, whether the election is being deleted.
     */
    private Answer<Primary> primary(LeaderElection resource, Election election, Overlay overlay, LeaseState lease) {
        boolean needsLive = overlay.isPrimaryInDoubt()
                || lease instanceof LeaseState.Unclaimed
                || (lease instanceof LeaseState.Closed && !isLeft(resource))
                || leavesUnclaimed(resource);
        if (needsLive) {
            Answer<Primary> live = store.readElection(election);
            if (live instanceof Done<Primary> done) {
                overlay.wrote(done.value());
            }
            return live;
        }
        return new Done<>(overlay.newest(Primary.of(resource)));
    }

    /** An election that never claimed a term leaves without a trace; that it never did must not be read off a stale copy. */
    private boolean leavesUnclaimed(LeaderElection resource) {
        return isLeft(resource) && Primary.of(resource).termReserved() == 0;
    }

    /** Who bears the label tells who has led while no Lease does: where nobody may lead past that one, it is read from the server. */
    private Answer<List<Candidate>> membersOf(LeaderElection resource, Election election, LeaseState lease) {
        boolean fences = resource.getSpec().failover().fencing() != LeaderElectionSpec.Fencing.NONE;
        return fences && lease instanceof LeaseState.Unclaimed
                ? store.listPods(election)
                : new Done<>(caches.podsOf(election).stream()
                        .map(pod -> PodReader.read(pod, election))
                        .toList());
    }

    private Answer<List<Candidate>> pods(
            LeaderElection resource, Election election, ElectionMemory memory, LeaseState lease) {
        Overlay overlay = memory.overlay();
        Answer<List<Candidate>> members = membersOf(resource, election, lease);
        if (!(members instanceof Done<List<Candidate>> done)) {
            return members;
        }
        Map<PodIdentity, Candidate> pods = new HashMap<>();
        done.value().forEach(pod -> pods.put(pod.id(), pod));
        Set<PodIdentity> wanted = new HashSet<>(overlay.doubtfulPods());
        if (lease instanceof LeaseState.Claimed claimed && !pods.containsKey(claimed.holder())) {
            // No leader is deposed on a cache miss alone, and the index may miss a pod that is being updated.
            PodIdentity holder = claimed.holder();
            caches.pod(election.namespace(), holder.name())
                    .map(pod -> PodReader.read(pod, election))
                    .filter(pod -> pod.id().equals(holder))
                    .ifPresentOrElse(pod -> pods.put(holder, pod), () -> wanted.add(holder));
        }
        wanted.removeAll(overlay.gone());
        for (PodIdentity pod : wanted) {
            Answer<Candidate> live = store.readPod(election, pod);
            if (live instanceof Done<Candidate> found) {
                pods.put(pod, found.value());
                overlay.wrote(found.value());
            } else if (live instanceof Refused<Candidate> refused && refused.cause() == Cause.GONE) {
                overlay.confirmGone(pod);
            } else {
                return ((Refused<Candidate>) live).recast();
            }
        }
        overlay.gone().forEach(pods::remove);
        List<Candidate> newest = new ArrayList<>();
        pods.values().forEach(pod -> newest.add(overlay.withLastPriority(overlay.newest(pod))));
        newest.sort(Comparator.comparing(Candidate::id));
        overlay.retainPods(pods.keySet());
        memory.members(uids(pods.keySet()));
        return new Done<>(newest);
    }

    private static Set<String> uids(Set<PodIdentity> pods) {
        Set<String> uids = new HashSet<>();
        pods.forEach(pod -> uids.add(pod.uid()));
        return uids;
    }

    private static Optional<Observation.Obstacle> labelInUse(
            LeaderElection resource, Primary primary, Overlay overlay, LeaseState lease, List<Candidate> pods) {
        boolean started =
                primary.termReserved() > 0 || overlay.highestTerm() > 0 || lease instanceof LeaseState.Claimed;
        return started ? Optional.empty() : Rivalry.labelInUse(resource, pods);
    }

    /**
     * Before a Lease is created, the elections are read from the server: the younger of two must not miss the older. One that stands
     * down by what the caches tell asks nobody: each of many would read all of them, again and again.
     */
    private Answer<List<LeaderElection>> rivals(
            LeaderElection resource, Election election, Primary primary, LeaseState lease) {
        List<LeaderElection> known = caches.elections(election.namespace());
        boolean mayCreate = lease instanceof LeaseState.Missing
                && !isLeft(resource)
                && resource.getSpec().mode() != LeaderElectionSpec.Mode.OBSERVE
                && Rivalry.overlap(resource, primary, known, caches).isEmpty();
        return mayCreate ? store.listElections(election) : new Done<>(known);
    }

    private Observation.Renewal renewal(
            LeaderElectionSpec spec, Election election, ElectionMemory memory, LeaseState lease, Duration ticks) {
        Optional<LeaseState.Copy> copy = lease.ours();
        Duration unchangedFor = memory.vitals()
                .leaseUnchangedFor(
                        copy.map(any -> any.uid() + "/" + any.version()).orElse(""), ticks);
        if (copy.isEmpty()) {
            return new Observation.Renewal(Duration.ZERO, true, Durations.rest(election.leaseDuration(), unchangedFor));
        }
        // Whoever watches the Lease goes by what it says, and it may have been written when it lasted longer.
        Duration lapse = Durations.rest(
                Durations.longer(election.leaseDuration(), copy.get().duration()), unchangedFor);
        Optional<ElectionMemory.Renewal> last = memory.renewal()
                .filter(renewal -> renewal.leaseUid().equals(copy.get().uid()));
        if (last.isEmpty()) {
            Instant end = copy.get().renewed().plus(election.leaseDuration());
            return new Observation.Renewal(
                    Duration.ZERO, clocks.wall().instant().isAfter(end), lapse);
        }
        Duration passed = ticks.minus(last.get().at());
        Duration interval = Duration.ofSeconds(spec.lease().renewIntervalSeconds());
        Duration next = last.get().next().compareTo(interval) < 0 ? last.get().next() : interval;
        return new Observation.Renewal(
                Durations.rest(next, passed), passed.compareTo(election.leaseDuration()) > 0, lapse);
    }

    private static Optional<PodIdentity> lastLeader(Primary primary) {
        var leader = primary.status().leader();
        // A status that somebody has written by hand may name nobody.
        return leader == null || leader.podName().isBlank() || leader.podUID().isBlank()
                ? Optional.empty()
                : Optional.of(new PodIdentity(leader.podName(), leader.podUID()));
    }

    /** A term that began before this process did is dated by what was written then, and by our own clock from then on. */
    private Duration ledFor(Primary primary, ElectionMemory memory, LeaseState lease, Duration ticks) {
        if (!(lease instanceof LeaseState.Claimed claimed)) {
            return Duration.ZERO;
        }
        var leader = primary.status().leader();
        // It may have lost the lead and won it back since the status was written last: that tells of another term.
        Instant since = leader != null
                        && leader.podUID().equals(claimed.holder().uid())
                        && leader.term() == claimed.lease().term()
                ? parse(leader.since()).orElse(claimed.copy().acquired())
                : claimed.copy().acquired();
        Duration before = Duration.between(since, clocks.wall().instant());
        return memory.ledFor(
                claimed.holder(), claimed.lease().term(), before.isNegative() ? Duration.ZERO : before, ticks);
    }

    private static Optional<Instant> parse(String time) {
        try {
            return Optional.of(OffsetDateTime.parse(time).toInstant());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
