package dev.leaderelection.election;

import static dev.leaderelection.election.DrawnWorld.forEveryWorld;
import static dev.leaderelection.election.DrawnWorld.steps;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.election.Plan.Situation;
import dev.leaderelection.election.Plan.Transition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What holds of every plan, checked over worlds drawn at random from fixed seeds. */
class ElectionPlannerInvariantsTest {

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
    void aHealthyLeaderLosesItsSeatToTheStrategyOrToWhoeverWasPromisedItOnly() {
        forEveryWorld((o, plan) -> {
            if (o.lease() instanceof LeaseState.Claimed claimed
                    && o.pod(claimed.holder())
                            .filter(pod -> Eligibility.of(pod).keepsSeat())
                            .isPresent()) {
                plan.transition()
                        .filter(Transition::isSwitch)
                        .ifPresent(transition -> assertThat(
                                        transition.reason() == Reason.LEADERSHIP_TRANSFER
                                                ? isPromised(o, claimed, transition)
                                                : Set.of(Reason.HIGHER_RANK, Reason.TERM_ENDED)
                                                        .contains(transition.reason()))
                                .isTrue());
                for (Step.Demote demote : steps(plan, Step.Demote.class)) {
                    assertThat(!demote.pod().equals(claimed.holder())
                                    || plan.transition().isPresent())
                            .isTrue();
                }
            }
        });
    }

    private static boolean isPromised(Observation o, LeaseState.Claimed claimed, Transition transition) {
        return o.transfer()
                .flatMap(Transfer::accepted)
                .filter(promise -> promise.term() == claimed.lease().term())
                .filter(promise -> promise.to().equals(transition.to().name()))
                .isPresent();
    }

    @Test
    void whileALeaderIsFencedNobodyIsClaimedForOrRenewedOrPromoted() {
        forEveryWorld((o, plan) -> {
            if (plan.situation() == Situation.FENCING) {
                assertThat(o.rules().fencing()).isNotEqualTo(Rules.Fencing.NONE);
                assertThat(plan.transition()).isEmpty();
                assertThat(plan.steps())
                        .noneMatch(step -> step instanceof Step.Claim
                                || step instanceof Step.Renew
                                || step instanceof Step.Promote
                                || step instanceof Step.Reserve);
            }
        });
    }

    @Test
    void nobodyLeadsPastAHolderThatMayStillBeRunning() {
        forEveryWorld((o, plan) -> {
            boolean claims = !steps(plan, Step.Claim.class).isEmpty();
            if (claims && o.lease() instanceof LeaseState.Claimed claimed && isSwitch(plan)) {
                boolean hasStopped = o.stopped().contains(claimed.holder());
                boolean waited = switch (o.rules().fencing()) {
                    case NONE -> true;
                    case AWAIT_LEASE_EXPIRY -> o.renewal().lapse().isZero();
                    case DELETE_POD -> o.pod(claimed.holder()).isEmpty();
                };
                assertThat(hasStopped || waited).isTrue();
            }
        });
    }

    @Test
    void nobodyIsDeletedWhoLeadsOnOrBearsTheLabelStill() {
        forEveryWorld((o, plan) -> {
            for (Step.DeletePod delete : steps(plan, Step.DeletePod.class)) {
                assertThat(o.rules().fencing()).isEqualTo(Rules.Fencing.DELETE_POD);
                assertThat(plan.situation()).isEqualTo(Situation.FENCING);
                List<Step> before = plan.steps().subList(0, plan.steps().indexOf(delete));
                assertThat(!delete.pod().isRouted() || before.stream().anyMatch(step -> unlabels(step, delete.pod())))
                        .isTrue();
            }
        });
    }

    private static boolean isSwitch(Plan plan) {
        return plan.transition().filter(Transition::isSwitch).isPresent();
    }

    private static boolean unlabels(Step step, Candidate pod) {
        return (step instanceof Step.Withdraw withdraw && withdraw.leader().equals(pod))
                || (step instanceof Step.Strip strip && strip.pods().contains(pod));
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

    /** Who asked for a transfer is told that there is none, whatever is in the way. */
    private static List<Step> withoutAnswers(Plan plan) {
        return plan.steps().stream()
                .filter(step -> !(step instanceof Step.AnswerTransfer))
                .toList();
    }

    @Test
    void observeWritesNothingButTheReleaseOfItsFinalizer() {
        forEveryWorld((o, plan) -> {
            if (o.rules().mode() == Rules.Mode.OBSERVE && !o.standing().deleting()) {
                assertThat(plan.situation() == Situation.OBSERVED
                                || o.standing().held())
                        .isTrue();
                assertThat(withoutAnswers(plan))
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
                assertThat(withoutAnswers(plan)).isEmpty();
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
            Observation world = new DrawnWorld(seed).world();
            List<Candidate> reversed = new ArrayList<>(world.pods());
            Collections.reverse(reversed);
            Observation other = new DrawnWorld(seed).worldOf(reversed);
            Plan one = ElectionPlanner.plan(world);
            Plan two = ElectionPlanner.plan(other);
            assertThat(two.transition()).as("seed %s", seed).isEqualTo(one.transition());
            assertThat(two.situation()).isEqualTo(one.situation());
            assertThat(two.nextLook()).isEqualTo(one.nextLook());
        }
    }
}
