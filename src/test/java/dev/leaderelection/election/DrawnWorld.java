package dev.leaderelection.election;

import dev.leaderelection.election.Candidate.Contact;
import dev.leaderelection.election.Candidate.Life;
import dev.leaderelection.election.Candidate.Mark;
import dev.leaderelection.election.Candidate.Role;
import dev.leaderelection.election.Candidate.Standing;
import dev.leaderelection.election.Strategy.OrdinalOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.BiConsumer;

/** A world drawn from a seed. */
final class DrawnWorld {

    private static final int WORLDS = 40_000;
    private static final List<String> NAMES = List.of("a", "b", "c", "d");

    private final Random random;
    private boolean drewPods;

    DrawnWorld(long seed) {
        random = new Random(seed);
    }

    /** Checks what is planned for each of many worlds, the same each time. */
    static void forEveryWorld(BiConsumer<Observation, Plan> check) {
        Random random = new Random(20260101);
        for (int i = 0; i < WORLDS; i++) {
            long seed = random.nextLong();
            Observation world = new DrawnWorld(seed).world();
            try {
                check.accept(world, ElectionPlanner.plan(world));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + "L: " + world + " -> " + ElectionPlanner.plan(world), e);
            }
        }
    }

    static <T extends Step> List<T> steps(Plan plan, Class<T> type) {
        return plan.steps().stream().filter(type::isInstance).map(type::cast).toList();
    }

    Observation world() {
        return worldOf(pods());
    }

    Observation worldOf(List<Candidate> given) {
        // Drawing the pods again keeps what follows the same for a given seed.
        List<Candidate> pods = given;
        World world = World.of().pods(pods);
        if (!drewPods) {
            pods();
        }
        world.strategy(strategy())
                .mode(one(8) ? Rules.Mode.OBSERVE : one(6) ? Rules.Mode.PAUSED : Rules.Mode.ACTIVE)
                .minimumTerm(one(8) ? term(40) : 0)
                .notReadyGrace(duration())
                .minInterval(duration())
                .ledFor(duration())
                .renewal(one(2) ? Duration.ZERO : duration(), one(3))
                .reserved(one(5) ? 0 : term(30))
                .highest(term(20))
                .lease(lease())
                .fenced(fenced());
        if (one(3)) {
            world.labelsFollowers();
        }
        if (one(12)) {
            world.deleting();
        }
        if (one(12)) {
            world.notHeld();
        }
        if (one(12)) {
            world.cleared();
        }
        if (one(12)) {
            world.obstacle(pick(List.of(Observation.Obstacle.Kind.values())));
        }
        if (one(2)) {
            world.lastLeader(identity());
        }
        PodIdentity gone = identity();
        if (one(3) && pods.stream().noneMatch(pod -> pod.id().equals(gone))) {
            world.gone(gone);
        }
        NAMES.forEach(name -> world.steadyFor(PodFixture.id(name), duration()));
        world.fencing(pick(List.of(Rules.Fencing.values()))).lapse(one(3) ? Duration.ZERO : duration());
        if (one(3)) {
            world.stopped(identity());
        }
        if (one(4)) {
            world.asked(one(3) ? "" : pick(NAMES));
        } else if (one(3)) {
            world.promised(pick(NAMES), term(20), pick(NAMES));
        }
        if (one(4)) {
            world.transferRest(duration());
        }
        return world.observe();
    }

    private List<Candidate> pods() {
        drewPods = true;
        List<Candidate> pods = new ArrayList<>();
        for (String name : NAMES) {
            if (!one(4)) {
                pods.add(pod(name));
            }
        }
        return pods;
    }

    private Candidate pod(String name) {
        PodFixture pod = PodFixture.pod(name)
                .life(one(2) ? Life.RUNNING : pick(List.of(Life.values())))
                .standing(one(2) ? Standing.STANDS : pick(List.of(Standing.values())))
                .priority(random.nextInt(3))
                .ordinal(random.nextInt(4) - 1)
                .revision("v" + random.nextInt(2), random.nextInt(5))
                .readySince(random.nextInt(5));
        if (one(5)) {
            pod.uid("another");
        }
        if (one(5)) {
            pod.notReady();
        }
        if (one(8)) {
            pod.unselected();
        }
        if (one(3)) {
            pod.contact(pick(List.of(Contact.values())));
        }
        if (one(3)) {
            long term = term(20);
            pod.role(pick(List.of(Role.values())))
                    .labelTerm(one(2) ? term : 0)
                    .mark(pick(List.of(Mark.Origin.values())), 0);
            if (one(2)) {
                pod.routed(term);
            }
        }
        return pod.build();
    }

    private Strategy strategy() {
        OrdinalOrder order = pick(List.of(OrdinalOrder.values()));
        return pick(List.of(
                new Strategy.Lease(order),
                new Strategy.Bully(order, duration()),
                new Strategy.Ring(order, duration())));
    }

    private LeaseState lease() {
        LeaseState.Claimed claimed = World.claimed(
                identity(), term(20), one(4), one(3) ? new PodIdentity[] {identity()} : new PodIdentity[0]);
        return switch (random.nextInt(12)) {
            case 0 -> new LeaseState.Missing();
            case 1 -> new LeaseState.Foreign("somebody");
            case 2 -> new LeaseState.Untracked(World.COPY);
            case 3, 4 -> new LeaseState.Unclaimed(World.COPY, term(20) - 1, "drawn");
            case 5 -> new LeaseState.Closed(World.COPY, claimed.lease().close());
            default -> claimed;
        };
    }

    private Fenced fenced() {
        return one(2)
                ? Fenced.NOTHING
                : new Fenced("lease-uid", term(20), one(2) ? Set.of(identity()) : Set.of(), one(3));
    }

    private PodIdentity identity() {
        return PodFixture.id(pick(NAMES));
    }

    private long term(int most) {
        return 1L + random.nextInt(most);
    }

    private Duration duration() {
        return Duration.ofSeconds(one(2) ? 0 : random.nextInt(60));
    }

    private boolean one(int of) {
        return random.nextInt(of) == 0;
    }

    private <T> T pick(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }
}
