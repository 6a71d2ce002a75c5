package dev.leaderelection.reconciler;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.detection.ElectionKey;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.kubernetes.ApiServerElectionStore;
import dev.leaderelection.kubernetes.ApiServerTransferStore;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.EventRecorder;
import dev.leaderelection.kubernetes.PodReader;
import dev.leaderelection.kubernetes.Primary;
import dev.leaderelection.kubernetes.WriteGate;
import io.fabric8.kubernetes.api.model.Pod;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.MaxReconciliationInterval;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.slf4j.event.Level;

/**
 * Runs a pass over an election whenever something of it changes, or its time is up.
 *
 * <p>All events reach it, deletions too, and it keeps its own finalizer: mode Observe must hold none.
 */
@ControllerConfiguration(
        name = LeaderElectionReconciler.NAME,
        generationAwareEventProcessing = false,
        maxReconciliationInterval = @MaxReconciliationInterval(interval = 60, timeUnit = TimeUnit.SECONDS))
@GradualRetry(maxAttempts = -1, initialInterval = 10, intervalMultiplier = 2, maxInterval = 2000)
public class LeaderElectionReconciler implements Reconciler<LeaderElection> {

    /** The controller's name. */
    public static final String NAME = "leaderelection";

    private final ApiServerElectionStore store;
    private final ApiServerTransferStore transferStore;
    private final Feeds feeds;
    private final EventRecorder events;
    private final Clocks clocks;
    private final DoubleSupplier jitter;
    private final Remit remit;
    private final WriteGate gate;
    private final Telemetry telemetry;
    private final Memories memories = new Memories();
    private Optional<ElectionPass> pass = Optional.empty();
    private Optional<Departures> departures = Optional.empty();
    private volatile Optional<StrayTransfers> strays = Optional.empty();
    private volatile Optional<Alarm> alarm = Optional.empty();

    /**
     * @param store where everything is written
     * @param transferStore where transfers are answered of elections that are not there
     * @param feeds what is found out of pods beyond what they say
     * @param events where Events go
     * @param clocks the time
     * @param jitter values between 0 and 1, so that renewals spread
     * @param remit which label keys may be used, and whether all elections are let go
     * @param gate open while this replica of the operator acts, closed while it only watches
     * @param telemetry counts what is done
     */
    public LeaderElectionReconciler(
            ApiServerElectionStore store,
            ApiServerTransferStore transferStore,
            Feeds feeds,
            EventRecorder events,
            Clocks clocks,
            DoubleSupplier jitter,
            Remit remit,
            WriteGate gate,
            Telemetry telemetry) {
        this.store = store;
        this.transferStore = transferStore;
        this.feeds = feeds;
        this.events = events;
        this.clocks = clocks;
        this.jitter = jitter;
        this.remit = remit;
        this.gate = gate;
        this.telemetry = telemetry;
    }

    @Override
    public List<EventSource<?, LeaderElection>> prepareEventSources(EventSourceContext<LeaderElection> context) {
        WatchedCaches caches = new WatchedCaches(context, this::isMember, this::woken, this::asked);
        pass = Optional.of(new ElectionPass(
                caches,
                store,
                feeds,
                store::writeStatus,
                new Announcer(events),
                clocks,
                jitter,
                remit,
                new Chronicle(telemetry, Level.INFO)));
        BiConsumer<Runnable, Duration> timer = Departures.timer();
        Departures left = new Departures(
                context.getPrimaryCache(), election -> memories.find(election).isPresent(), timer);
        departures = Optional.of(left);
        List<EventSource<?, LeaderElection>> sources = new ArrayList<>(caches.sources());
        sources.add(left);
        strays = Optional.of(new StrayTransfers(
                context.getPrimaryCache(),
                caches::unfinishedTransfers,
                transferStore::refuseWithoutElection,
                gate::isOpen,
                timer));
        Alarm wakes = new Alarm(context.getPrimaryCache());
        alarm = Optional.of(wakes);
        sources.add(wakes);
        return sources;
    }

    @Override
    public UpdateControl<LeaderElection> reconcile(LeaderElection resource, Context<LeaderElection> context) {
        if (context.isPrimaryResourceDeleted()) {
            memories.forget(resource);
            feeds.forget(Election.of(resource));
            departures.orElseThrow().lookAfter(ResourceID.fromResource(resource));
            strays.ifPresent(StrayTransfers::lookSoon);
            return UpdateControl.noUpdate();
        }
        if (!gate.isOpen()) {
            // What was remembered is as old as the last pass; whoever acts now has written since.
            memories.forget(resource);
            feeds.forget(Election.of(resource));
            return UpdateControl.noUpdate();
        }
        ElectionMemory memory = memories.of(resource);
        // One that does not end is overdue from here on. One that fails is tried again by the framework.
        memory.underWay(clocks.ticks().get());
        Optional<Duration> next = pass.orElseThrow().run(resource, memory);
        memory.expectNextPass(next.map(clocks.ticks().get()::plus));
        return next.map(pause -> UpdateControl.<LeaderElection>noUpdate().rescheduleAfter(pause))
                .orElseGet(UpdateControl::noUpdate);
    }

    /** Has a pass over every election: this replica begins to act. */
    public void takeOver() {
        feeds.gapEnded();
        wakeAll();
        strays.ifPresent(StrayTransfers::lookSoon);
    }

    /** Has a pass over an election of whose pods something was found out. */
    public void wake(ElectionKey election) {
        ResourceID id = new ResourceID(election.name(), election.namespace());
        memories.find(id).ifPresent(memory -> memory.wake(clocks.ticks().get()));
        alarm.ifPresent(any -> any.wake(id));
    }

    /** Has a pass over every election. */
    public void wakeAll() {
        alarm.ifPresent(Alarm::wakeAll);
    }

    /** By how much the most overdue pass is late, zero if none is. */
    public Duration mostOverdue() {
        return overdue().max(Duration::compareTo).orElse(Duration.ZERO);
    }

    /** By how much each pass is late that should have been made by now. */
    public Stream<Duration> overdue() {
        return memories.overdue(clocks.ticks().get());
    }

    /** How many elections have had no pass to its end for some time, because the API server refuses or does not answer. */
    public long stuck() {
        Duration now = clocks.ticks().get();
        return memories.stream()
                .filter(memory -> memory.refusals().isStuck(now))
                .count();
    }

    /** How the elections stand that this replica looks after; none while it stands by. */
    public Stream<ElectionSummary> summaries() {
        Duration now = clocks.ticks().get();
        return gate.isOpen()
                ? memories.stream().flatMap(memory -> memory.vitals().summary(now).stream())
                : Stream.empty();
    }

    /** Which of these elections, as the server has them now, an operator that is being uninstalled has not let go yet. */
    public List<Remainder> unreleased(List<LeaderElection> elections) {
        return elections.stream()
                .filter(election -> !isReleased(Primary.of(election), memories.find(election)))
                .map(Remainder::of)
                .toList();
    }

    private static boolean isReleased(Primary primary, Optional<ElectionMemory> memory) {
        boolean isOthersToFinish = primary.deleting() && !primary.isHeld();
        return isOthersToFinish || memory.filter(ElectionMemory::isReleased).isPresent();
    }

    /** Whether an update of an election's own object is news: all but its status, which we write ourselves. */
    public static boolean isNews(LeaderElection now, LeaderElection before) {
        var one = now.getMetadata();
        var other = before.getMetadata();
        return !one.getUid().equals(other.getUid())
                || !Objects.equals(one.getGeneration(), other.getGeneration())
                || !one.getFinalizers().equals(other.getFinalizers())
                || now.isMarkedForDeletion() != before.isMarkedForDeletion();
    }

    private boolean isMember(LeaderElection election, Pod pod) {
        return memories.find(election)
                .filter(memory -> memory.members().contains(pod.getMetadata().getUid()))
                .isPresent();
    }

    private void asked(Optional<LeaderElection> election) {
        if (election.isEmpty()) {
            strays.ifPresent(StrayTransfers::lookSoon);
        }
        election.flatMap(memories::find)
                .ifPresent(memory -> memory.wake(clocks.ticks().get()));
    }

    private void woken(LeaderElection election, Pod pod) {
        memories.find(election).ifPresent(memory -> {
            memory.wake(clocks.ticks().get());
            if (PodReader.hasStopped(pod)) {
                // The object may be gone before the next pass looks at it.
                memory.sawStopped(new PodIdentity(
                        pod.getMetadata().getName(), pod.getMetadata().getUid()));
            }
        });
    }
}
