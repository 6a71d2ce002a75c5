package dev.leaderelection.simulation;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionSpec;
import dev.leaderelection.api.LeaderElectionSpec.Mode;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.kubernetes.LeaseReader;
import dev.leaderelection.kubernetes.PodReader;
import dev.leaderelection.kubernetes.RoutingLabel;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Makes faults happen, and what users, controllers and kubelets do. */
final class Chaos {

    private static final List<String> NAMES = List.of("a-0", "a-1", "a-2", "a-3");
    private static final int MOST_PODS = 4;

    private static final Set<Fault> OF_REQUESTS =
            EnumSet.of(Fault.WRITE_LOST, Fault.WRITE_UNHEARD, Fault.WRITE_LATE, Fault.WRITE_DENIED, Fault.READ_LOST);

    private final Simulation simulation;
    private final Cluster cluster;
    private final SplittableRandom random;
    private final LeaderElectionSpec spec;
    private final RoutingLabel label;
    private int touches;

    Chaos(Simulation simulation, SplittableRandom random, LeaderElectionSpec spec) {
        this.simulation = simulation;
        this.cluster = simulation.cluster();
        this.random = random;
        this.spec = spec;
        this.label = simulation.election("none").label();
    }

    /** Whether a fault happens by itself, and not to a request. */
    static boolean isEvent(Fault fault) {
        return !OF_REQUESTS.contains(fault);
    }

    private Instant time() {
        return Simulation.EPOCH.plus(simulation.now());
    }

    private static Map<String, String> selected() {
        return Map.of(Cluster.SELECTED_BY, Cluster.ELECTION);
    }

    /** The objects that there are at first. */
    void build(int pods) {
        cluster.createElection(spec, time());
        cluster.createPod(Simulation.BYSTANDER, Map.of(Cluster.SELECTED_BY, "another"), true, time());
        for (int i = 0; i < pods; i++) {
            cluster.createPod(NAMES.get(i), selected(), true, time());
        }
    }

    /** Makes it happen, if it can happen now. */
    boolean inject(Fault fault, int step) {
        boolean happened = happens(fault, step);
        if (happened) {
            simulation.note(() -> "** " + fault + ": " + Portrait.election(simulation) + "  "
                    + Portrait.lease(simulation) + "  " + Portrait.pods(simulation));
        }
        return happened;
    }

    private boolean happens(Fault fault, int step) {
        return switch (fault) {
            case CONTACT_FLIPPED -> {
                Optional<Pod> pod = pick(any -> true);
                pod.ifPresent(is -> simulation
                        .replica(1 + random.nextInt(simulation.replicas().size()))
                        .flipContact(is.getMetadata().getUid()));
                yield pod.isPresent();
            }
            case SUSPENDED, CRASHED, CLOCK_JUMPED, WATCH_STALLED, WATCH_DROPPED -> toReplica(fault, step);
            case TIME_PASSED -> {
                simulation.pass(Duration.ofMillis(50L << random.nextInt(14)));
                yield true;
            }
            case POD_DELETED, POD_REMOVED, POD_STOPPED, POD_CREATED, READINESS_FLIPPED, POD_ENDED, POD_TOUCHED ->
                toPod(fault);
            case EXCLUSION_FLIPPED, SELECTION_FLIPPED, LABEL_REMOVED, LABEL_ADDED -> byUserToPod(fault);
            case LEASE_DELETED, LEASE_EDITED, LEASE_RESTORED, LEASE_TAKEN, LEASE_UNTRACKED -> toLease(fault);
            case STATUS_WIPED,
                    ELECTION_DELETED,
                    ELECTION_FORCED_OUT,
                    ELECTION_RECREATED,
                    PAUSE_FLIPPED,
                    MINIMUM_TERM_RAISED -> toElection(fault);
            case TRANSFER_ASKED -> {
                List<String> targets = new ArrayList<>(NAMES);
                targets.add("");
                cluster.createTransfer(targets.get(random.nextInt(targets.size())), 1 + random.nextInt(30), time());
                yield true;
            }
            case TRANSFER_WITHDRAWN -> {
                List<LeadershipTransfer> asked = List.copyOf(cluster.transfers.all());
                if (!asked.isEmpty()) {
                    cluster.removeTransfer(asked.get(random.nextInt(asked.size()))
                            .getMetadata()
                            .getName());
                }
                yield !asked.isEmpty();
            }
            case WRITE_LOST, WRITE_UNHEARD, WRITE_LATE, WRITE_DENIED, READ_LOST -> false;
        };
    }

    private boolean toReplica(Fault fault, int step) {
        Replica replica =
                simulation.replica(1 + random.nextInt(simulation.replicas().size()));
        List<Watch.Told<?>> watches = replica.watch().all();
        Watch.Told<?> told = watches.get(random.nextInt(watches.size()));
        simulation.note(() -> "   R" + replica.number() + (replica.isInPass() ? " in a pass" : " idle"));
        switch (fault) {
            case SUSPENDED -> replica.restUntil(step + 3 + random.nextInt(60));
            case CRASHED -> {
                replica.kill();
                replica.restUntil(step + random.nextInt(30));
                for (Watch.Told<?> each : watches) {
                    replica.relist(each, each.position(random.nextInt(5)));
                }
            }
            case CLOCK_JUMPED -> replica.jump(Duration.ofSeconds(random.nextInt(7200) - 3600L));
            case WATCH_STALLED -> told.stall(!told.isStalled());
            default -> replica.relist(told, Math.max(told.seen(), told.position(random.nextInt(3))));
        }
        return true;
    }

    private Optional<Pod> pick(Predicate<Pod> which) {
        List<Pod> pods = new ArrayList<>();
        for (Pod pod : cluster.pods.all()) {
            if (!pod.getMetadata().getName().equals(Simulation.BYSTANDER) && which.test(pod)) {
                pods.add(pod);
            }
        }
        if (pods.isEmpty()) {
            return Optional.empty();
        }
        // What happens to the leader is what matters.
        Optional<Pod> leader =
                pods.stream().filter(simulation.checker()::isLabelled).findFirst();
        return leader.isPresent() && random.nextBoolean() ? leader : Optional.of(pods.get(random.nextInt(pods.size())));
    }

    private boolean change(Optional<Pod> pod, Consumer<Pod> how) {
        pod.ifPresent(is -> cluster.changePod(is.getMetadata().getName(), how));
        return pod.isPresent();
    }

    private static boolean isReady(Pod pod) {
        return "True".equals(pod.getStatus().getConditions().get(0).getStatus());
    }

    private static boolean isTerminating(Pod pod) {
        return pod.getMetadata().getDeletionTimestamp() != null;
    }

    private boolean toPod(Fault fault) {
        switch (fault) {
            case POD_DELETED -> {
                return change(
                        pick(pod -> !isTerminating(pod)),
                        pod -> pod.getMetadata().setDeletionTimestamp(time().toString()));
            }
            case POD_REMOVED -> {
                Optional<Pod> pod = pick(any -> true);
                pod.ifPresent(is -> cluster.removePod(is.getMetadata().getName()));
                return pod.isPresent();
            }
            case POD_STOPPED -> {
                return change(pick(pod -> isTerminating(pod) && !PodReader.hasStopped(pod)), Cluster::stop);
            }
            case POD_CREATED -> {
                return create(random.nextInt(4) > 0);
            }
            case READINESS_FLIPPED -> {
                return change(
                        pick(pod -> pod.getStatus().getPhase().equals("Running") && !PodReader.hasStopped(pod)),
                        pod -> pod.setStatus(Cluster.status("Running", !isReady(pod), time().toString())));
            }
            case POD_ENDED -> {
                return change(
                        pick(pod -> pod.getStatus().getPhase().equals("Running")),
                        pod -> pod.setStatus(Cluster.status("Failed", false, time().toString())));
            }
            default -> {
                return change(pick(any -> true), pod -> annotate(pod, "touched", Integer.toString(++touches)));
            }
        }
    }

    private boolean create(boolean ready) {
        List<String> free =
                NAMES.stream().filter(name -> cluster.pods.get(name).isEmpty()).toList();
        if (free.isEmpty() || cluster.pods.all().size() > MOST_PODS) {
            return false;
        }
        cluster.createPod(free.get(random.nextInt(free.size())), selected(), ready, time());
        return true;
    }

    private static void annotate(Pod pod, String key, String value) {
        Map<String, String> annotations = new HashMap<>(pod.getMetadata().getAnnotations());
        annotations.put(key, value);
        pod.getMetadata().setAnnotations(annotations);
    }

    private static void label(Pod pod, String key, String value) {
        Map<String, String> labels = new HashMap<>(pod.getMetadata().getLabels());
        labels.put(key, value);
        pod.getMetadata().setLabels(labels);
    }

    private void unlabel(Pod pod) {
        Map<String, String> labels = new HashMap<>(pod.getMetadata().getLabels());
        labels.remove(label.key());
        pod.getMetadata().setLabels(labels);
    }

    private boolean byUserToPod(Fault fault) {
        return switch (fault) {
            case EXCLUSION_FLIPPED -> {
                String key = LeaderElection.CANDIDATE_ANNOTATION;
                yield change(
                        pick(any -> true),
                        pod -> annotate(
                                pod,
                                key,
                                "false"
                                                .equals(pod.getMetadata()
                                                        .getAnnotations()
                                                        .get(key))
                                        ? "true"
                                        : "false"));
            }
            case SELECTION_FLIPPED ->
                change(
                        pick(any -> true),
                        pod -> label(
                                pod,
                                Cluster.SELECTED_BY,
                                pod.getMetadata().getLabels().equals(selected())
                                                || Cluster.ELECTION.equals(pod.getMetadata()
                                                        .getLabels()
                                                        .get(Cluster.SELECTED_BY))
                                        ? "nothing"
                                        : Cluster.ELECTION));
            case LABEL_REMOVED -> change(pick(simulation.checker()::isLabelled), this::unlabel);
            default ->
                change(
                        pick(pod -> !simulation.checker().isLabelled(pod)),
                        pod -> label(pod, label.key(), label.leaderValue()));
        };
    }

    /** Terms survive what is done to the Lease or to the status, not to both at once. */
    private boolean isReserved() {
        Optional<LeaderElection> election = cluster.elections.get(Cluster.ELECTION);
        if (election.isEmpty()) {
            return true;
        }
        LeaderElectionStatus status = election.get().getStatus();
        long reserved = status == null || status.termReserved() == null ? 0 : status.termReserved();
        return reserved
                >= simulation.checker().highestTerm(election.get().getMetadata().getUid());
    }

    private boolean toLease(Fault fault) {
        boolean exists = cluster.leases.get(Cluster.ELECTION).isPresent();
        if (!exists || !(isReserved() || simulation.off(Guard.TERM_RESERVED))) {
            return false;
        }
        switch (fault) {
            case LEASE_DELETED -> cluster.removeLease();
            case LEASE_EDITED -> edit();
            case LEASE_RESTORED -> {
                Optional<String> record = cluster.leases.get(Cluster.ELECTION).flatMap(Cluster::record);
                record(Optional.of("{}"));
                record(record);
            }
            case LEASE_TAKEN -> {
                if (random.nextBoolean()) {
                    cluster.removeLease();
                    cluster.createForeignLease();
                } else {
                    cluster.changeLease(lease -> lease.getMetadata().setOwnerReferences(List.of()));
                }
            }
            default -> cluster.changeLease(lease -> lease.getMetadata().setManagedFields(List.of()));
        }
        return true;
    }

    private void edit() {
        List<Pod> pods = List.copyOf(cluster.pods.all());
        String holder = pods.isEmpty()
                ? "nobody"
                : pods.get(random.nextInt(pods.size())).getMetadata().getName();
        switch (random.nextInt(3)) {
            case 0 -> cluster.changeLease(lease -> lease.getSpec().setHolderIdentity(holder));
            case 1 -> record(Optional.empty());
            default ->
                record(Optional.of("{\"holder\":{\"name\":\"" + holder + "\",\"uid\":\"forged\"},\"term\":"
                        + random.nextInt(30) + "}"));
        }
    }

    private void record(Optional<String> record) {
        cluster.changeLease(lease -> {
            Map<String, String> annotations = new HashMap<>(lease.getMetadata().getAnnotations());
            annotations.remove(LeaseReader.RECORD_ANNOTATION);
            record.ifPresent(text -> annotations.put(LeaseReader.RECORD_ANNOTATION, text));
            lease.getMetadata().setAnnotations(annotations);
        });
    }

    private boolean toElection(Fault fault) {
        Optional<LeaderElection> election = cluster.elections.get(Cluster.ELECTION);
        if (fault == Fault.ELECTION_RECREATED) {
            cluster.createElection(spec, time());
            return election.isEmpty();
        }
        if (election.isEmpty()) {
            return false;
        }
        switch (fault) {
            case STATUS_WIPED -> {
                boolean claimed = cluster.leases
                        .get(Cluster.ELECTION)
                        .map(lease -> LeaseReader.read(
                                lease,
                                simulation.election(election.get().getMetadata().getUid())))
                        .filter(dev.leaderelection.election.LeaseState.Claimed.class::isInstance)
                        .isPresent();
                if (!claimed) {
                    return false;
                }
                cluster.changeStatus(LeaderElectionStatus.EMPTY);
            }
            case ELECTION_DELETED -> cluster.deleteElection(time(), false);
            case ELECTION_FORCED_OUT -> {
                simulation.checker().userForcesOut(election.get().getMetadata().getUid());
                cluster.deleteElection(time(), true);
            }
            case PAUSE_FLIPPED ->
                cluster.changeSpec(was ->
                        Profile.with(was, was.mode() == Mode.PAUSED ? Mode.ACTIVE : Mode.PAUSED, was.minimumTerm()));
            default -> {
                long highest = simulation
                        .checker()
                        .highestTerm(election.get().getMetadata().getUid());
                cluster.changeSpec(was ->
                        Profile.with(was, was.mode(), Math.max(was.minimumTerm(), highest + random.nextInt(20))));
            }
        }
        return true;
    }

    /** What the cluster does by itself. */
    void goOn() {
        if (random.nextBoolean()) {
            cluster.collectGarbage();
        } else {
            pick(Chaos::isTerminating)
                    .ifPresent(pod -> cluster.removePod(pod.getMetadata().getName()));
        }
    }

    /** Pods that are being deleted go. */
    void endTerminations() {
        for (Pod pod : List.copyOf(cluster.pods.all())) {
            if (isTerminating(pod)) {
                cluster.changePod(pod.getMetadata().getName(), Cluster::stop);
                cluster.removePod(pod.getMetadata().getName());
            }
        }
    }

    /** Everything works again, and users take back what keeps an election from working. */
    void heal() {
        for (Replica replica : simulation.replicas()) {
            replica.restUntil(0);
            replica.watch().all().forEach(told -> told.stall(false));
            replica.hearAll();
        }
        cluster.leases
                .get(Cluster.ELECTION)
                .filter(lease -> !cluster.isOwned(lease))
                .ifPresent(lease -> cluster.removeLease());
        if (random.nextInt(5) > 0) {
            cluster.changeSpec(was -> Profile.with(was, Mode.ACTIVE, was.minimumTerm()));
        }
        if (random.nextInt(5) < 3) {
            cluster.createElection(spec, time());
        }
        if (!isStarted()) {
            // A label that was there before the election is a conflict, and a user's to resolve.
            for (Pod pod : List.copyOf(cluster.pods.all())) {
                if (simulation.checker().isLabelled(pod)
                        && !simulation.checker().isLabelledByOperator(pod)) {
                    cluster.changePod(pod.getMetadata().getName(), this::unlabel);
                }
            }
        }
    }

    private boolean isStarted() {
        return cluster.elections
                .get(Cluster.ELECTION)
                .map(LeaderElection::getStatus)
                .filter(status -> status.termReserved() != null)
                .isPresent();
    }
}
