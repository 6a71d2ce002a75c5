package dev.leaderelection.demo;

import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Sees, by watches of its own, every revision of a namespace's pods and EndpointSlices, and when each came: what the API server
 * says, not what the operator says.
 */
final class Witness implements AutoCloseable {

    private static final String SERVICE_NAME = "kubernetes.io/service-name";

    private final String namespace;
    private final InstantSource clock;
    private final List<Contest> contests;
    private final List<Watch> watches = new ArrayList<>();
    private final Map<String, List<Promotion>> promotions = new HashMap<>();
    private final Map<String, Map<String, String>> labelled = new HashMap<>();
    private final Map<String, List<Routing>> routings = new HashMap<>();
    private final Map<String, Long> readySince = new HashMap<>();
    private final List<String> violations = new ArrayList<>();
    private long revisions;
    private boolean broken;

    /** Begins to watch a namespace; the client stays open. */
    Witness(KubernetesClient client, String namespace, List<Contest> contests, InstantSource clock) {
        this.namespace = namespace;
        this.contests = List.copyOf(contests);
        this.clock = clock;
        for (Contest contest : contests) {
            promotions.put(contest.election(), new ArrayList<>());
            labelled.put(contest.election(), new TreeMap<>());
            routings.put(contest.service(), new ArrayList<>());
        }
        var pods = client.pods().inNamespace(namespace);
        var slices = client.discovery().v1().endpointSlices().inNamespace(namespace);
        watches.add(pods.watch(from(pods.list()), new Eye<>(this::seePod)));
        watches.add(slices.watch(from(slices.list()), new Eye<>(this::seeSlice)));
    }

    /**
     * A pod got the leader's label.
     *
     * @param nanos {@link System#nanoTime()} at which the watch said so
     * @param at the same on the wall clock
     */
    record Promotion(String pod, String uid, String term, long nanos, Instant at) {}

    /** What a Service had ready endpoints for, from an instant of {@link System#nanoTime()} on. */
    private record Routing(Set<String> pods, long nanos) {}

    /** How many promotions were seen so far: the number of the next one. */
    synchronized int promotions(Contest contest) {
        return promotionsOf(contest).size();
    }

    /** The pod that was promoted last. */
    synchronized Optional<Promotion> leader(Contest contest) {
        List<Promotion> all = promotionsOf(contest);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    /** Waits for a promotion by its number. */
    Optional<Promotion> awaitPromotion(Contest contest, int number, Duration patience) {
        return awaitSight(patience, () -> {
            List<Promotion> all = promotionsOf(contest);
            return all.size() > number ? Optional.of(all.get(number)) : Optional.empty();
        });
    }

    /** Waits until a Service has one ready endpoint, this pod's; tells since when, not before an instant. */
    Optional<Long> awaitService(Contest contest, String pod, long notBefore, Duration patience) {
        return awaitSight(
                patience,
                () -> routingsOf(contest).stream()
                        .filter(routing ->
                                routing.nanos() >= notBefore && routing.pods().equals(Set.of(pod)))
                        .map(Routing::nanos)
                        .findFirst());
    }

    /** Whether a Service has one ready endpoint now, this pod's. */
    synchronized boolean isRoutedTo(Contest contest, String pod) {
        List<Routing> all = routingsOf(contest);
        return !all.isEmpty() && all.get(all.size() - 1).pods().equals(Set.of(pod));
    }

    /** Waits until a pod is ready; tells since when. */
    Optional<Long> awaitReady(String uid, Duration patience) {
        return awaitSight(patience, () -> Optional.ofNullable(readySince.get(uid)));
    }

    /** How many revisions of pods were seen. */
    synchronized long revisions() {
        return revisions;
    }

    /** The revisions at which two pods of one election carried the label. */
    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    @Override
    public void close() {
        watches.forEach(Watch::close);
    }

    private synchronized void seePod(Watcher.Action action, Pod pod) {
        long now = System.nanoTime();
        revisions++;
        String uid = pod.getMetadata().getUid();
        boolean exists = action != Watcher.Action.DELETED;
        if (exists && isReady(pod)) {
            readySince.putIfAbsent(uid, now);
        } else {
            readySince.remove(uid);
        }
        for (Contest contest : contests) {
            if (contest.isCandidate(pod)) {
                seeLabel(contest, pod, exists && contest.isLabelled(pod), now);
            }
        }
        notifyAll();
    }

    private void seeLabel(Contest contest, Pod pod, boolean carries, long now) {
        String name = pod.getMetadata().getName();
        String uid = pod.getMetadata().getUid();
        Map<String, String> carriers = labelled.getOrDefault(contest.election(), Map.of());
        if (!carries) {
            carriers.remove(uid);
        } else if (carriers.put(uid, name) == null) {
            promotionsOf(contest).add(new Promotion(name, uid, contest.term(pod), now, clock.instant()));
        }
        if (carriers.size() > 1) {
            violations.add("at revision %s the leader's label of %s was on %s"
                    .formatted(pod.getMetadata().getResourceVersion(), contest.election(), carriers.values()));
        }
    }

    private synchronized void seeSlice(Watcher.Action action, EndpointSlice slice) {
        long now = System.nanoTime();
        String service = slice.getMetadata().getLabels().getOrDefault(SERVICE_NAME, "");
        Set<String> pods = action == Watcher.Action.DELETED
                ? Set.of()
                : endpoints(slice).stream()
                        .filter(endpoint ->
                                Boolean.TRUE.equals(endpoint.getConditions().getReady()))
                        .map(endpoint -> endpoint.getTargetRef().getName())
                        .collect(Collectors.toCollection(TreeSet::new));
        if (routings.containsKey(service)) {
            routings.get(service).add(new Routing(pods, now));
        }
        notifyAll();
    }

    /** A slice without endpoints has null for them. */
    private static List<Endpoint> endpoints(EndpointSlice slice) {
        return Optional.ofNullable(slice.getEndpoints()).orElse(List.of());
    }

    private static boolean isReady(Pod pod) {
        return pod.getStatus().getConditions().stream()
                .anyMatch(condition -> condition.getType().equals("Ready")
                        && condition.getStatus().equals("True"));
    }

    private List<Promotion> promotionsOf(Contest contest) {
        return promotions.getOrDefault(contest.election(), List.of());
    }

    private List<Routing> routingsOf(Contest contest) {
        return routings.getOrDefault(contest.service(), List.of());
    }

    private synchronized <T> Optional<T> awaitSight(Duration patience, Supplier<Optional<T>> look) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            if (broken) {
                throw new StepMissing("the watch on namespace " + namespace + " broke off");
            }
            Optional<T> seen = look.get();
            long rest = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
            if (seen.isPresent() || rest <= 0) {
                return seen;
            }
            try {
                wait(rest);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StepMissing("interrupted");
            }
        }
    }

    private synchronized void breakOff() {
        broken = true;
        notifyAll();
    }

    private static ListOptions from(KubernetesResourceList<?> list) {
        return new ListOptionsBuilder()
                .withResourceVersion(list.getMetadata().getResourceVersion())
                .withAllowWatchBookmarks(false)
                .withTimeoutSeconds(3600L)
                .build();
    }

    private final class Eye<T> implements Watcher<T> {

        private final BiConsumer<Action, T> see;

        Eye(BiConsumer<Action, T> see) {
            this.see = see;
        }

        @Override
        public void eventReceived(Action action, T resource) {
            boolean understood = false;
            try {
                see.accept(action, resource);
                understood = true;
            } finally {
                if (!understood) {
                    breakOff();
                }
            }
        }

        @Override
        public void onClose(WatcherException cause) {
            breakOff();
        }
    }
}
