package dev.leaderelection.simulation;

import static dev.leaderelection.api.LeaderElectionSpec.Fencing.AWAIT_LEASE_EXPIRY;
import static dev.leaderelection.api.LeaderElectionSpec.Fencing.DELETE_POD;
import static dev.leaderelection.api.LeaderElectionSpec.Fencing.NONE;

import dev.leaderelection.api.LeaderElectionSpec;
import dev.leaderelection.api.LeaderElectionSpec.Mode;
import dev.leaderelection.api.LeaderElectionSpec.StrategyType;
import dev.leaderelection.api.PodSelector;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * What kind of a schedule a seed makes. Each seed leaves most faults out: a schedule with all of them at once is mostly noise, and
 * what needs three of one kind in a row is never found.
 *
 * @param spec of the election
 * @param replicas how many operator replicas are active
 * @param pods how many pods stand
 * @param settled whether a leader has been elected before the first fault
 * @param steps how long faults go on
 * @param stay how likely who goes on keeps going on
 * @param telling how likely a watch tells a change at once
 * @param rate how likely a fault is at each step
 * @param requestRate how likely a request fails
 * @param faults those that may be
 */
record Profile(
        LeaderElectionSpec spec,
        int replicas,
        int pods,
        boolean settled,
        int steps,
        double stay,
        double telling,
        double rate,
        double requestRate,
        Set<Fault> faults) {

    private static final List<Double> STAY = List.of(0.2, 0.6, 0.85, 0.95);
    private static final List<Double> TELLING = List.of(0.02, 0.1, 0.4, 1.0);
    private static final List<Double> RATE = List.of(0.02, 0.06, 0.15);
    private static final List<Double> REQUEST_RATE = List.of(0.0, 0.02, 0.1);

    static Profile of(SplittableRandom random) {
        Set<Fault> faults = EnumSet.noneOf(Fault.class);
        double share = pick(random, List.of(0.15, 0.3, 0.6));
        for (Fault fault : Fault.values()) {
            if (random.nextDouble() < share) {
                faults.add(fault);
            }
        }
        return new Profile(
                spec(random),
                random.nextInt(10) < 7 ? 2 : 3,
                2 + random.nextInt(2),
                random.nextInt(10) < 8,
                30 + random.nextInt(150),
                pick(random, STAY),
                pick(random, TELLING),
                pick(random, RATE),
                pick(random, REQUEST_RATE),
                faults);
    }

    /** A schedule for a search: few kinds of faults, often, and the plain strategy. */
    static Profile focusedOn(Set<Fault> focus, LeaderElectionSpec.Fencing fencing, SplittableRandom random) {
        Set<Fault> faults = EnumSet.noneOf(Fault.class);
        for (Fault fault : focus) {
            if (random.nextDouble() < 0.8) {
                faults.add(fault);
            }
        }
        return new Profile(
                fencedBy(fencing, plainSpec()),
                2,
                2 + random.nextInt(2),
                random.nextInt(3) > 0,
                30 + random.nextInt(100),
                pick(random, STAY),
                pick(random, TELLING),
                pick(random, List.of(0.06, 0.15, 0.3)),
                0,
                faults);
    }

    private static <T> T pick(SplittableRandom random, List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private static LeaderElectionSpec spec(SplittableRandom random) {
        LeaderElectionSpec.Strategy strategy = switch (random.nextInt(10)) {
            case 0 ->
                new LeaderElectionSpec.Strategy(
                        StrategyType.BULLY,
                        LeaderElectionSpec.Ordinal.HIGHEST,
                        new LeaderElectionSpec.Bully(random.nextInt(3) * 5),
                        null);
            case 1 ->
                new LeaderElectionSpec.Strategy(
                        StrategyType.RING,
                        LeaderElectionSpec.Ordinal.HIGHEST,
                        null,
                        new LeaderElectionSpec.Ring(random.nextInt(3) * 20));
            default -> lease();
        };
        String follower = random.nextInt(5) == 0 ? "follower" : "";
        int grace = random.nextInt(5) == 0 ? 3 : 0;
        int minInterval = random.nextInt(8) == 0 ? 5 : 0;
        LeaderElectionSpec.Fencing drawn =
                pick(random, List.of(NONE, NONE, NONE, NONE, AWAIT_LEASE_EXPIRY, DELETE_POD));
        // Two that are active, with clocks an hour apart, never agree on when a term of Ring has ended, and each fences
        // for itself.
        LeaderElectionSpec.Fencing fencing = strategy.type() == StrategyType.RING ? NONE : drawn;
        return spec(strategy, follower, grace, minInterval, fencing);
    }

    private static LeaderElectionSpec.Strategy lease() {
        return new LeaderElectionSpec.Strategy(StrategyType.LEASE, LeaderElectionSpec.Ordinal.HIGHEST, null, null);
    }

    /** Strategy Lease, and every default. */
    static LeaderElectionSpec plainSpec() {
        return spec(lease(), "", 0, 0, NONE);
    }

    /** Strategy Bully, without stabilization. */
    static LeaderElectionSpec bullySpec() {
        return spec(
                new LeaderElectionSpec.Strategy(
                        StrategyType.BULLY, LeaderElectionSpec.Ordinal.HIGHEST, new LeaderElectionSpec.Bully(0), null),
                "",
                0,
                0,
                NONE);
    }

    private static LeaderElectionSpec spec(
            LeaderElectionSpec.Strategy strategy,
            String follower,
            int grace,
            int minInterval,
            LeaderElectionSpec.Fencing fencing) {
        return new LeaderElectionSpec(
                new PodSelector(Map.of(Cluster.SELECTED_BY, Cluster.ELECTION), List.of()),
                strategy,
                new LeaderElectionSpec.Lease(null, 30, 10),
                new LeaderElectionSpec.Detection(grace, 0, null),
                new LeaderElectionSpec.Failover(fencing, minInterval),
                new LeaderElectionSpec.Routing(
                        new LeaderElectionSpec.Label("leaderelection.dev/role", "leader", follower)),
                0L,
                Mode.ACTIVE,
                10);
    }

    static LeaderElectionSpec fencedBy(LeaderElectionSpec.Fencing fencing, LeaderElectionSpec spec) {
        return new LeaderElectionSpec(
                spec.selector(),
                spec.strategy(),
                spec.lease(),
                spec.detection(),
                new LeaderElectionSpec.Failover(fencing, spec.failover().minIntervalSeconds()),
                spec.routing(),
                spec.minimumTerm(),
                spec.mode(),
                spec.historyLimit());
    }

    static LeaderElectionSpec leasedFor(int seconds, LeaderElectionSpec spec) {
        return new LeaderElectionSpec(
                spec.selector(),
                spec.strategy(),
                new LeaderElectionSpec.Lease(spec.lease().name(), seconds, seconds / 3),
                spec.detection(),
                spec.failover(),
                spec.routing(),
                spec.minimumTerm(),
                spec.mode(),
                spec.historyLimit());
    }

    static LeaderElectionSpec with(LeaderElectionSpec spec, Mode mode, long minimumTerm) {
        return new LeaderElectionSpec(
                spec.selector(),
                spec.strategy(),
                spec.lease(),
                spec.detection(),
                spec.failover(),
                spec.routing(),
                minimumTerm,
                mode,
                spec.historyLimit());
    }
}
