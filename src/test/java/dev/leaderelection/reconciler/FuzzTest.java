package dev.leaderelection.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionSpec;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.fuzz.StrangeObjects;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.EventLog;
import dev.leaderelection.kubernetes.LeaseReader;
import dev.leaderelection.kubernetes.PodReader;
import dev.leaderelection.kubernetes.PodTrimmer;
import dev.leaderelection.kubernetes.Primary;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

/** Whatever stands in the objects, nothing is thrown, every pass comes to rest, and never two pods carry the label. */
class FuzzTest {

    private static final String KEY = "example.com/role";
    private static final String ELECTION_UID = "election-uid";

    /** Each of some five objects. */
    private static final int WORLDS = 1_100;

    private static final int MOST_PODS = 4;
    private static final int ROUNDS = 24;

    private static final ObjectMapper JSON = new ObjectMapper()
            .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false)
            .findAndRegisterModules();

    @Test
    void comesToRestOverTheStrangestObjects() {
        run(20_260_101, WORLDS);
    }

    @Test
    void comesToRestWhereTwoPodsCarryALabelWithoutAValue() {
        run(21_436_790, 1);
    }

    @Test
    void comesToRestWhereTermsLastASecond() {
        run(610_782_503, 1);
    }

    @Test
    void comesToRestOverObjectsThatNobodyHasSeenBefore() {
        run(RandomGenerator.getDefault().nextInt(Integer.MAX_VALUE), WORLDS);
    }

    private static void run(long seed, int worlds) {
        System.out.println("fuzzed with seed " + seed);
        for (int i = 0; i < worlds; i++) {
            World world = new World(new StrangeObjects(seed + i, KEY));
            try {
                world.readsTheSameTrimmed();
                world.comesToRest();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + (seed + i) + ": " + world, e);
            }
        }
    }

    /** One election and all that stands around it. */
    private static final class World {

        private final Map<String, Pod> made = new HashMap<>();
        private final Optional<Lease> lease;
        private final LeaderElection resource;
        private final LeaseState firstLease;
        private final FakeElectionStore store;
        private final EventLog events = new EventLog();
        private Duration now = Duration.ofHours(1);
        private final Clocks clocks = new Clocks(() -> Instant.EPOCH.plus(now), () -> now);

        World(StrangeObjects strange) {
            List<PodIdentity> ids = new ArrayList<>();
            for (int i = 0; i < MOST_PODS; i++) {
                ids.add(new PodIdentity("orders-" + i, "uid-" + i));
            }
            for (PodIdentity id : ids.subList(0, strange.oneOf(1, 2, 3, MOST_PODS))) {
                made.put(id.name(), JSON.convertValue(strange.pod(id, "orders", ELECTION_UID), Pod.class));
            }
            if (strange.once(3)) {
                label(strange.once(4) ? List.copyOf(made.keySet()) : List.of("orders-0"));
            }
            lease = strange.once(4)
                    ? Optional.empty()
                    : Optional.of(JSON.convertValue(strange.lease(ids, ELECTION_UID), Lease.class));
            resource = new LeaderElection();
            Map<String, Object> spec = strange.spec("orders");
            spec.putIfAbsent("selector", Map.of());
            LeaderElectionSpec asked = JSON.convertValue(spec, LeaderElectionSpec.class);
            if (asked.lease().renewIntervalSeconds() < 1) {
                // The schema lets none pass: a renewal would always be due.
                spec.remove("lease");
                asked = JSON.convertValue(spec, LeaderElectionSpec.class);
            }
            resource.setSpec(asked);
            resource.setStatus(
                    strange.once(3) ? null : JSON.convertValue(strange.status(ids), LeaderElectionStatus.class));
            resource.setMetadata(new ObjectMetaBuilder()
                    .withNamespace("shop")
                    .withName("orders")
                    .withUid(ELECTION_UID)
                    .withGeneration(1L)
                    .withResourceVersion("7")
                    .withFinalizers(strange.once(2) ? List.of() : List.of(Primary.FINALIZER, "example.com/other"))
                    .withDeletionTimestamp(strange.once(12) ? "2026-01-02T00:00:00Z" : null)
                    .withCreationTimestamp("2026-01-01T00:00:00Z")
                    .build());
            store = new FakeElectionStore(resource);
            store.clock = clocks.wall();
            firstLease = lease.map(found -> LeaseReader.read(found, election())).orElseGet(LeaseState.Missing::new);
            store.lease = firstLease;
            made.values().forEach(pod -> {
                Candidate read = PodReader.read(pod, election());
                store.pods.put(read.id().name(), read);
            });
        }

        /** As users may. */
        private void label(List<String> pods) {
            for (String pod : pods) {
                made.put(
                        pod,
                        new PodBuilder(made.get(pod))
                                .editMetadata()
                                .addToLabels(KEY, "leader")
                                .endMetadata()
                                .build());
            }
        }

        private Election election() {
            return Election.of(resource);
        }

        void readsTheSameTrimmed() {
            for (Pod pod : made.values()) {
                Pod trimmed = PodTrimmer.trim(pod);
                assertThat(PodReader.read(trimmed, election())).isEqualTo(PodReader.read(pod, election()));
                assertThat(PodTrimmer.differ(pod, trimmed)).isFalse();
                assertThat(PodTrimmer.markedBy(trimmed)).isEqualTo(PodTrimmer.markedBy(pod));
            }
            lease.ifPresent(
                    found -> assertThat(LeaseReader.saysTheSame(found, found)).isTrue());
        }

        void comesToRest() {
            ElectionPass pass = new ElectionPass(
                    new Seen(),
                    store,
                    Detection.NONE,
                    store,
                    new Announcer(events.recorder(clocks.wall())),
                    clocks,
                    () -> 1.0,
                    new Remit(Set.of(), false),
                    new Chronicle(Telemetry.NONE, Level.TRACE));
            ElectionMemory memory = new ElectionMemory();
            int routedBefore = store.routed().size();
            int atRest = 0;
            for (int round = 0; round < ROUNDS && store.primary.isPresent(); round++) {
                if (round == ROUNDS / 2) {
                    atRest = store.writes.size();
                }
                pass.run(asStored(), memory);
                now = now.plusMillis(1);
            }
            if (store.primary.isPresent()) {
                assertThat(store.writes.subList(atRest, store.writes.size()))
                        .as("written after %s", store.writes.subList(0, atRest))
                        .isEmpty();
            }
            assertThat(store.writes).hasSizeLessThan(10 + 4 * MOST_PODS);
            // An election that may not act leaves alone what users have labelled.
            boolean hasPromoted = store.writes.stream().anyMatch(write -> write.startsWith("promote "));
            assertThat(store.routed()).hasSizeLessThanOrEqualTo(hasPromoted ? 1 : Math.max(1, routedBefore));
        }

        private LeaderElection asStored() {
            Primary is = store.primary.orElseThrow();
            LeaderElection now = new LeaderElection();
            now.setSpec(resource.getSpec());
            now.setStatus(is.status());
            now.setMetadata(new ObjectMetaBuilder(resource.getMetadata())
                    .withResourceVersion(is.version())
                    .withFinalizers(is.finalizers())
                    .build());
            return now;
        }

        /** The pod as it was made, but for what was written to it since. */
        private Pod asStored(Candidate pod) {
            Pod first = Objects.requireNonNull(made.get(pod.id().name()));
            if (pod.version().equals(first.getMetadata().getResourceVersion())) {
                return PodTrimmer.trim(first);
            }
            var label = election().label();
            var metadata = new PodBuilder(first)
                    .editMetadata()
                    .withResourceVersion(pod.version())
                    .removeFromLabels(label.key())
                    .removeFromAnnotations(label.termKey())
                    .removeFromAnnotations(label.fenceKey());
            switch (pod.role()) {
                case LEADER -> metadata.addToLabels(label.key(), label.leaderValue());
                case FOLLOWER -> metadata.addToLabels(label.key(), label.followerValue());
                case OTHER -> metadata.addToLabels(label.key(), "?");
                case NONE -> {}
            }
            if (pod.labelTerm() > 0) {
                metadata.addToAnnotations(label.termKey(), Long.toString(pod.labelTerm()));
            }
            if (pod.mark().term() > 0) {
                metadata.addToAnnotations(label.fenceKey(), pod.mark().term() + "/" + ELECTION_UID + "/x");
            }
            if (pod.life() == Candidate.Life.TERMINATING) {
                metadata.withDeletionTimestamp("2026-01-02T00:00:00Z");
            }
            return PodTrimmer.trim(metadata.endMetadata().build());
        }

        /** The Lease is seen until somebody writes to it. */
        private final class Seen implements Caches {

            @Override
            public List<Pod> podsOf(Election election) {
                return store.pods.values().stream().map(World.this::asStored).toList();
            }

            @Override
            public Optional<Pod> pod(String namespace, String name) {
                return Optional.ofNullable(store.pods.get(name)).map(World.this::asStored);
            }

            @Override
            public Optional<Lease> lease(String namespace, String name) {
                return store.lease.equals(firstLease) ? lease : Optional.empty();
            }

            @Override
            public List<LeadershipTransfer> transfers(Election election) {
                return List.of();
            }

            @Override
            public List<LeaderElection> elections(String namespace) {
                return List.of();
            }
        }

        @Override
        public String toString() {
            return resource + "\n" + lease + "\n" + made.values() + "\n" + store.writes;
        }
    }
}
