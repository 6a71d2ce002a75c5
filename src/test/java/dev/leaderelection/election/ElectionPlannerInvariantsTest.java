package dev.leaderelection.election;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.election.Candidate.Life;
import dev.leaderelection.election.Candidate.Mark;
import dev.leaderelection.election.Candidate.Role;
import dev.leaderelection.election.Candidate.Standing;
import dev.leaderelection.election.Plan.Situation;
import dev.leaderelection.election.Plan.Transition;
import dev.leaderelection.election.Strategy.OrdinalOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** What holds of every plan, checked over worlds drawn at random from fixed seeds. */
class ElectionPlannerInvariantsTest {

    private static final int WORLDS = 40_000;

    private static void forEveryWorld(BiConsumer<Observation, Plan> check) {
        Random random = new Random(20260101);
        for (int i = 0; i < WORLDS; i++) {
            long seed = random.nextLong();
            Observation world = new Draw(seed).world();
            try {
                check.accept(world, ElectionPlanner.plan(world));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + "L: " + world + " -> " + ElectionPlanner.plan(world), e);
            }
        }
    }

    private static <T extends Step> List<T> steps(Plan plan, Class<T> type) {
        return plan.steps().stream().filter(type::isInstance).map(type::cast).toList();
    }

    private static long highestKnownTerm(Observation o) {
        long known = Math.max(o.terms().highest(), o.rules().minimumTerm());
        if (o.lease() instanceof LeaseState.Claimed claimed) {
            return Math.max(known, claimed.lease().term());
        }
        if (o.lease() instanceof LeaseState.Unclaimed unclaimed) {
            return Math.max(Math.max(known, unclaimed.term()), o.terms().reserved());
        }
        return known;
    }

    @Test
    void nobodyUnfitIsPromotedAndOnlyTheHolderIs() {
        forEveryWorld((o, plan) -> {
            assertThat(steps(plan, Step.Promote.class)).hasSizeLessThanOrEqualTo(1);
            for (Step.Promote promote : steps(plan, Step.Promote.class)) {
                assertThat(Eligibility.of(promote.heir()).keepsSeat()).isTrue();
                assertThat(o.pods()).contains(promote.heir());

                Optional<LeaseRecord> lease = steps(plan, Step.Claim.class).stream()
                        .map(Step.Claim::lease)
                        .findFirst()
                        .or(() -> o.lease() instanceof LeaseState.Claimed claimed
                                ? Optional.of(claimed.lease())
                                : Optional.empty());
                assertThat(lease.orElseThrow().holder()).contains(promote.heir().id());
                assertThat(lease.orElseThrow().term()).isEqualTo(promote.term());
            }
        });
    }

    @Test
    void onlyAnEligiblePodWinsTheSeatOfAnother() {
        forEveryWorld((o, plan) -> plan.transition()
                .filter(Transition::isSwitch)
                .ifPresent(transition -> {
                    Candidate heir = o.pod(transition.to()).orElseThrow();
                    boolean wasRouted = heir.isRouted() && heir.mark().term() > 0;
                    assertThat(Eligibility.of(heir).isEligible() || wasRouted).isTrue();
                }));
    }

    @Test
    void everyFenceComesAfterItsClaimAndBeforeThePromotion() {
        forEveryWorld((o, plan) -> {
            int claim = -1;
            int promote = Integer.MAX_VALUE;
            for (int i = 0; i < plan.steps().size(); i++) {
                Step step = plan.steps().get(i);
                claim = step instanceof Step.Claim ? i : claim;
                promote = step instanceof Step.Promote ? i : promote;
            }
            for (int i = 0; i < plan.steps().size(); i++) {
                Step step = plan.steps().get(i);
                if (step instanceof Step.Demote || step instanceof Step.DemoteEveryone || step instanceof Step.Strip) {
                    assertThat(i).isGreaterThan(claim).isLessThan(promote);
                }
            }
        });
    }

    @Test
    void whoeverMayStillBeRoutedToIsFencedByThePlanThatPromotes() {
        forEveryWorld((o, plan) -> {
            boolean promotes = !steps(plan, Step.Promote.class).isEmpty();
            boolean fencesAll = !steps(plan, Step.DemoteEveryone.class).isEmpty();
            if (!promotes || fencesAll) {
                return;
            }
            PodIdentity heir = steps(plan, Step.Promote.class).get(0).heir().id();
            Set<PodIdentity> written = new HashSet<>();
            steps(plan, Step.Demote.class).forEach(step -> written.add(step.pod()));
            steps(plan, Step.Strip.class).forEach(step -> step.pods().forEach(pod -> written.add(pod.id())));
            assertThat(written).doesNotContain(heir);
            LeaseState.Claimed before = (LeaseState.Claimed) o.lease();
            Fenced fenced = o.fenced().under(before.copy().uid(), before.lease().term());
            for (PodIdentity pod : before.lease().toFence()) {
                assertThat(written.contains(pod)
                                || pod.equals(heir)
                                || fenced.pods().contains(pod))
                        .isTrue();
            }
            if (before.lease().fenceAll() && !fenced.everyone()) {
                assertThat(fencesAll).isTrue();
            }
            if (!before.holder().equals(heir) && !o.gone().contains(before.holder())) {
                assertThat(written).contains(before.holder());
            }
            for (Candidate pod : o.pods()) {
                boolean settled = fenced.pods().contains(pod.id()) || written.contains(pod.id());
                assertThat(!pod.isRouted() || pod.id().equals(heir) || settled).isTrue();
            }
        });
    }

    @Test
    void everyTermIsNewAndReserved() {
        forEveryWorld((o, plan) -> {
            for (Step.Claim claim : steps(plan, Step.Claim.class)) {
                long term = claim.lease().term();
                assertThat(term).isGreaterThan(highestKnownTerm(o));
                int at = plan.steps().indexOf(claim);
                boolean reservedBefore = plan.steps().subList(0, at).stream()
                        .anyMatch(step -> step instanceof Step.Reserve reserve && reserve.upTo() >= term);
                assertThat(term <= o.terms().reserved() || reservedBefore).isTrue();
                assertThat(claim.copy()).isEqualTo(o.lease().ours().orElseThrow());
            }
            for (Step.Reserve reserve : steps(plan, Step.Reserve.class)) {
                assertThat(reserve.upTo()).isGreaterThan(o.terms().reserved());
            }
        });
    }

    @Test
    void aHealthyLeaderLosesItsSeatToTheStrategyOnly() {
        forEveryWorld((o, plan) -> {
            if (o.lease() instanceof LeaseState.Claimed claimed
                    && o.pod(claimed.holder())
                            .filter(pod -> Eligibility.of(pod).keepsSeat())
                            .isPresent()) {
                plan.transition()
                        .filter(Transition::isSwitch)
                        .ifPresent(transition ->
                                assertThat(transition.reason()).isIn(Reason.HIGHER_RANK, Reason.TERM_ENDED));
                for (Step.Demote demote : steps(plan, Step.Demote.class)) {
                    assertThat(!demote.pod().equals(claimed.holder())
                                    || plan.transition().isPresent())
                            .isTrue();
                }
            }
        });
    }

    @Test
    void aHealthyLabelledLeaderKeepsItsSeatWhateverHappensToItsLease() {
        forEveryWorld((o, plan) -> {
            if (o.lease() instanceof LeaseState.Unclaimed && plan.transition().isPresent()) {
                Transition transition = plan.transition().get();
                transition
                        .from()
                        .flatMap(o::pod)
                        .filter(pod -> Eligibility.of(pod).keepsSeat())
                        .ifPresent(pod -> {
                            assertThat(!transition.isSwitch()
                                            || Set.of(Reason.HIGHER_RANK, Reason.TERM_ENDED)
                                                    .contains(transition.reason()))
                                    .isTrue();
                        });
            }
        });
    }

    @Test
    void noHeirIsLeftWaitingForAPodThatCannotLead() {
        forEveryWorld((o, plan) -> {
            if (plan.situation() == Situation.VACANT
                    && o.rules().mode() == Rules.Mode.ACTIVE
                    && plan.steps().isEmpty()) {
                assertThat(o.pods()).noneMatch(pod -> Eligibility.of(pod).isEligible());
            }
        });
    }

    @Test
    void pausedNeverMovesTheSeat() {
        forEveryWorld((o, plan) -> {
            if (o.rules().mode() == Rules.Mode.PAUSED) {
                assertThat(plan.transition().filter(Transition::isSwitch)).isEmpty();
                for (Step.Promote promote : steps(plan, Step.Promote.class)) {
                    assertThat(promote.heir().isRouted()).isTrue();
                }
            }
        });
    }

    @Test
    void observeWritesNothingButTheReleaseOfItsFinalizer() {
        forEveryWorld((o, plan) -> {
            if (o.rules().mode() == Rules.Mode.OBSERVE && !o.standing().deleting()) {
                assertThat(plan.situation() == Situation.OBSERVED
                                || plan.steps().size() == 1)
                        .isTrue();
                assertThat(plan.steps())
                        .isEqualTo(o.standing().held() ? List.of(new Step.ReleaseFinalizer()) : List.of());
            }
        });
    }

    @Test
    void aForeignLeaseOrAnObstacleForbidsEveryStep() {
        forEveryWorld((o, plan) -> {
            boolean forbidden =
                    o.lease() instanceof LeaseState.Foreign || o.obstacle().isPresent();
            if (forbidden && !o.standing().deleting() && o.rules().mode() != Rules.Mode.OBSERVE) {
                assertThat(plan.steps()).isEmpty();
            }
            if (o.lease() instanceof LeaseState.Foreign) {
                assertThat(plan.steps())
                        .noneMatch(step -> step instanceof Step.Claim
                                || step instanceof Step.Renew
                                || step instanceof Step.Close
                                || step instanceof Step.DeleteLease
                                || step instanceof Step.DiscardLease);
            }
        });
    }

    @Test
    void nextLookIsNeverNegativeNorNowWhenThereIsNothingToDo() {
        forEveryWorld((o, plan) -> {
            assertThat(plan.nextLook()).isGreaterThanOrEqualTo(Duration.ZERO);
            if (plan.steps().isEmpty()) {
                assertThat(plan.nextLook()).isPositive();
            }
        });
    }

    @Test
    void theSameWorldAlwaysGivesTheSamePlanInWhateverOrderItIsSeen() {
        Random random = new Random(7);
        for (int i = 0; i < 5_000; i++) {
            long seed = random.nextLong();
            Observation world = new Draw(seed).world();
            List<Candidate> reversed = new ArrayList<>(world.pods());
            Collections.reverse(reversed);
            Observation other = new Draw(seed).worldOf(reversed);
            Plan one = ElectionPlanner.plan(world);
            Plan two = ElectionPlanner.plan(other);
            assertThat(two.transition()).as("seed %s", seed).isEqualTo(one.transition());
            assertThat(two.situation()).isEqualTo(one.situation());
            assertThat(two.nextLook()).isEqualTo(one.nextLook());
        }
    }

    /** A world drawn from a seed. */
    private static final class Draw {

        private static final List<String> NAMES = List.of("a", "b", "c", "d");

        private final Random random;

        Draw(long seed) {
            random = new Random(seed);
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
            return world.observe();
        }

        private boolean drewPods;

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
}
