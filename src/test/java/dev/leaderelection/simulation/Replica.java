package dev.leaderelection.simulation;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.kubernetes.Answer.Done;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.PodTrimmer;
import dev.leaderelection.reconciler.Clocks;
import dev.leaderelection.reconciler.ElectionMemory;
import dev.leaderelection.reconciler.ProductionPass;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One process of the operator: what it was told, what it remembers, and where it stands. */
final class Replica {

    /** The framework looks again after this long, whatever a pass says. */
    private static final Duration LONGEST_REST = Duration.ofSeconds(60);

    private final Simulation simulation;
    private final int number;
    private final Watch watch;
    private final SimulatedStore store;
    private final ProductionPass pass;
    private final Map<String, ElectionMemory> memories = new HashMap<>();
    private final Set<String> unheard = new HashSet<>();
    private final Set<String> everUnheard = new HashSet<>();
    private Optional<Duration> due = Optional.empty();
    private boolean woken;
    private boolean inPass;
    private boolean killed;
    private int restsUntilStep;
    private int podsLookedAt;
    private Duration wallOffset = Duration.ZERO;

    Replica(Simulation simulation, int number) {
        this.simulation = simulation;
        this.number = number;
        this.watch = new Watch(simulation.cluster());
        Clocks clocks = new Clocks(() -> Simulation.EPOCH.plus(simulation.now()).plus(wallOffset), this::ticks);
        this.store = new SimulatedStore(simulation, this, clocks.wall());
        this.pass = new ProductionPass(store, store, this::contact, store::writeStatus, clocks, simulation::jitter);
    }

    private Duration ticks() {
        return simulation.off(Guard.MONOTONIC_CLOCK) ? simulation.now().plus(wallOffset) : simulation.now();
    }

    private Candidate.Contact contact(PodIdentity pod) {
        return unheard.contains(pod.uid()) ? Candidate.Contact.PROBE_FAILED : Candidate.Contact.FINE;
    }

    /** Its probes of a pod begin to fail, or to succeed again; no other replica's do. */
    void flipContact(String podUid) {
        everUnheard.add(podUid);
        if (!unheard.remove(podUid)) {
            unheard.add(podUid);
        }
        woken = true;
    }

    /** Every pod answers. */
    void hearAll() {
        unheard.clear();
        woken = true;
    }

    /** The pods, by UID, of which its probes have ever failed. */
    Set<String> everUnheard() {
        return Set.copyOf(everUnheard);
    }

    int number() {
        return number;
    }

    Watch watch() {
        return watch;
    }

    /** Where its pods' watch stood when the pass under way looked at it. */
    int podsLookedAt() {
        return podsLookedAt;
    }

    void lookedAtPods() {
        podsLookedAt = watch.pods.seen();
    }

    boolean isInPass() {
        return inPass;
    }

    boolean isResting(int step) {
        return step < restsUntilStep;
    }

    void restUntil(int step) {
        restsUntilStep = step;
    }

    boolean hasWork() {
        return inPass
                || woken
                || due.filter(at -> at.compareTo(simulation.now()) <= 0).isPresent();
    }

    Optional<Duration> due() {
        return woken ? Optional.of(simulation.now()) : due;
    }

    void jump(Duration by) {
        wallOffset = wallOffset.plus(by);
    }

    /** The process ends; if it is at something, where it stands. */
    void kill() {
        killed = inPass;
        forget();
    }

    boolean isKilled() {
        return killed;
    }

    private void forget() {
        memories.clear();
        due = Optional.empty();
        woken = true;
    }

    /** Runs a pass to its end, or to the process's. */
    void act() {
        Optional<LeaderElection> resource = watch.elections.get(Cluster.ELECTION);
        due = Optional.empty();
        woken = false;
        if (resource.isEmpty()) {
            return;
        }
        Election election = Election.of(resource.get());
        inPass = true;
        try {
            renewRegardless(election);
            Duration rest = pass.run(simulation.lens().seen(resource.get()), memoryOf(election))
                    .orElse(LONGEST_REST);
            due = Optional.of(simulation.now().plus(rest));
        } catch (Crash e) {
            killed = false;
            forget();
        } finally {
            inPass = false;
        }
    }

    ElectionMemory memoryOf(Election election) {
        return memories.computeIfAbsent(election.uid(), any -> new ElectionMemory());
    }

    /** Without {@link Guard#NO_RENEWAL_WHILE_FENCED}, a Lease is renewed whatever becomes of its holder. */
    private void renewRegardless(Election election) {
        if (simulation.off(Guard.NO_RENEWAL_WHILE_FENCED)
                && store.readLease(election) instanceof Done<LeaseState> live
                && live.value() instanceof LeaseState.Claimed claimed) {
            store.writeLease(election, claimed.copy(), claimed.lease(), false);
        }
    }

    /** A watch tells the next change. */
    void tell(Watch.Told<?> told) {
        if (told == watch.elections) {
            Optional<String> before = electionUid();
            boolean news = watch.elections.tell();
            Optional<String> after = electionUid();
            if (before.isPresent() && !before.equals(after)) {
                memories.remove(before.get());
            }
            woken |= news && after.isPresent();
        } else if (told == watch.pods) {
            String name = watch.pods.next();
            Optional<Pod> before = watch.pods.get(name);
            boolean news = watch.pods.tell();
            woken |= news && concerns(watch.pods.get(name).or(() -> before));
        } else {
            woken |= told.tell() && electionUid().isPresent();
        }
    }

    private Optional<String> electionUid() {
        return watch.elections
                .get(Cluster.ELECTION)
                .map(election -> election.getMetadata().getUid());
    }

    private boolean concerns(Optional<Pod> pod) {
        Optional<LeaderElection> election = watch.elections.get(Cluster.ELECTION);
        if (pod.isEmpty() || election.isEmpty()) {
            return false;
        }
        String uid = election.get().getMetadata().getUid();
        ElectionMemory memory = memories.get(uid);
        return election.get()
                        .getSpec()
                        .selector()
                        .matches(pod.get().getMetadata().getLabels())
                || PodTrimmer.markedBy(pod.get()).contains(uid)
                || (memory != null
                        && memory.members().contains(pod.get().getMetadata().getUid()));
    }

    /** A watch starts again from a list. */
    void relist(Watch.Told<?> told, int position) {
        Optional<String> before = electionUid();
        told.relist(position);
        if (told == watch.elections && before.isPresent() && !before.equals(electionUid())) {
            memories.remove(before.get());
        }
        woken = true;
    }

    /** The process has ended, and everything in it unwinds. */
    static final class Crash extends Error {
        private static final long serialVersionUID = 1L;

        Crash() {
            super("the process ended", null, false, false);
        }
    }
}
