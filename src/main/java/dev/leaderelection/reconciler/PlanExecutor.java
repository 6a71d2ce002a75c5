package dev.leaderelection.reconciler;

import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.Durations;
import dev.leaderelection.election.LeaseRecord;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.Plan;
import dev.leaderelection.election.Step;
import dev.leaderelection.election.Transfer;
import dev.leaderelection.kubernetes.Answer;
import dev.leaderelection.kubernetes.Answer.Cause;
import dev.leaderelection.kubernetes.Answer.Done;
import dev.leaderelection.kubernetes.Answer.Refused;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.ElectionStore;
import dev.leaderelection.kubernetes.Primary;
import java.time.Duration;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Writes what a plan says, one step after the other, each only after the one before it succeeded. It decides nothing: a step that
 * cannot be done ends the run, and the next pass looks at the world again.
 */
final class PlanExecutor {

    private static final Logger log = LoggerFactory.getLogger(PlanExecutor.class);

    private static final Duration SHORT_PAUSE_OF_TRANSFERS = Duration.ofMillis(500);

    private static final Duration LONG_PAUSE_OF_TRANSFERS = Duration.ofMinutes(1);

    private final ElectionStore store;
    private final Clocks clocks;
    private final DoubleSupplier jitter;
    private final Chronicle chronicle;

    /**
     * @param jitter values between 0 and 1, so that renewals spread
     * @param chronicle told of renewals
     */
    PlanExecutor(ElectionStore store, Clocks clocks, DoubleSupplier jitter, Chronicle chronicle) {
        this.store = store;
        this.clocks = clocks;
        this.jitter = jitter;
        this.chronicle = chronicle;
    }

    /**
     * Runs a plan, and says whether all of it was done, or {@link Labelling#UNFINISHED}. A renewal that is denied is the one step that the others do not build upon: a
     * stray loses the label all the same.
     */
    Answer<Boolean> run(Sight sight, Plan plan, Duration renewInterval, ElectionMemory memory) {
        Run run = new Run(sight, renewInterval, memory);
        Answer<Boolean> outcome = Answer.OK;
        for (Step step : plan.steps()) {
            memory.underWay(clocks.ticks().get());
            Answer<Boolean> answer = run.execute(step);
            if (answer.equals(Labelling.UNFINISHED)) {
                return answer;
            }
            if (answer instanceof Refused<Boolean> refused) {
                boolean isDenied = refused.cause() == Cause.DENIED;
                if (isDenied && step instanceof Step.Renew) {
                    outcome = refused;
                    continue;
                }
                if (!isDenied) {
                    memory.overlay().doubtLease();
                    memory.overlay().doubtPrimary();
                }
                return refused;
            }
        }
        return outcome;
    }

    /** One run: what it has claimed itself needs no reading back. */
    private final class Run {
        private final Sight sight;
        private final Election election;
        private final Duration renewInterval;
        private final ElectionMemory memory;
        private final Overlay overlay;
        private final Labelling labelling;
        private boolean claimed;

        Run(Sight sight, Duration renewInterval, ElectionMemory memory) {
            this.sight = sight;
            this.election = sight.election();
            this.renewInterval = renewInterval;
            this.memory = memory;
            this.overlay = memory.overlay();
            this.labelling = new Labelling(store, clocks.ticks(), renewInterval.dividedBy(2), sight, memory);
        }

        private Answer<Boolean> execute(Step step) {
            if (step instanceof Step.Claim claim) {
                return claim(claim);
            }
            if (step instanceof Step.Confirm confirm) {
                return confirm(confirm.heir());
            }
            if (step instanceof Step.Demote demote) {
                return labelling.demote(demote.pod(), demote.term());
            }
            if (step instanceof Step.Promote promote) {
                return labelling.promote(promote, claimed);
            }
            if (step instanceof Step.Renew renew) {
                return renew(renew);
            }
            if (step instanceof Step.DemoteEveryone everyone) {
                return labelling.demoteEveryone(everyone);
            }
            if (step instanceof Step.Strip strip) {
                return labelling.strip(strip.pods());
            }
            if (step instanceof Step.Withdraw withdraw) {
                return labelling.withdraw(withdraw);
            }
            if (step instanceof Step.AnswerTransfer answer) {
                return answer(answer);
            }
            if (step instanceof Step.DeletePod delete) {
                return delete(overlay.newest(delete.pod()));
            }
            if (step instanceof Step.Reserve reserve) {
                return primary(store.reserveTerms(election, overlay.newest(sight.primary()), reserve.upTo()));
            }
            if (step instanceof Step.CreateLease) {
                return wrote(store.createLease(election));
            }
            return executeClosing(step);
        }

        private Answer<Boolean> executeClosing(Step step) {
            if (step instanceof Step.HoldFinalizer) {
                return primary(store.holdFinalizer(election, overlay.newest(sight.primary()), true));
            }
            if (step instanceof Step.ReleaseFinalizer) {
                return unlessGone(primary(store.holdFinalizer(election, overlay.newest(sight.primary()), false)));
            }
            if (step instanceof Step.Close close) {
                return wrote(store.writeLease(election, close.copy(), close.lease(), false));
            }
            if (step instanceof Step.ClearEveryone) {
                return labelling.clearEveryone();
            }
            if (step instanceof Step.DeleteLease delete) {
                return deleted(store.deleteLease(election, delete.copy()));
            }
            if (step instanceof Step.DiscardLease discard) {
                return deleted(store.deleteLease(election, discard.copy()));
            }
            throw new IllegalStateException("no way to execute " + step);
        }

        private Answer<Boolean> confirm(Candidate heir) {
            Answer<Primary> asks = store.readElection(election);
            if (!(asks instanceof Done<Primary> now)) {
                return ((Refused<Primary>) asks).recast();
            }
            if (now.value().deleting() || now.value().generation() > sight.generation()) {
                return Answer.refused(Cause.OVERTAKEN, "the election asks for something else by now");
            }
            Answer<Candidate> live = store.readPod(election, heir.id());
            if (live instanceof Done<Candidate> done) {
                overlay.wrote(done.value());
                return done.value().version().equals(heir.version())
                        ? Answer.OK
                        : Answer.refused(Cause.CONFLICT, "pod " + heir.id().name() + " has changed");
            }
            Refused<Candidate> refused = (Refused<Candidate>) live;
            if (refused.cause() == Cause.GONE) {
                overlay.confirmGone(heir.id());
            }
            return refused.recast();
        }

        private Answer<Boolean> claim(Step.Claim claim) {
            Answer<Boolean> answer = take(claim.copy(), claim.lease(), claim.newHolder());
            claimed = answer instanceof Done;
            if (claimed && !claim.newHolder()) {
                memory.leadsOn(
                        claim.lease().holder().orElseThrow(), claim.lease().term());
            }
            return answer;
        }

        private Answer<Boolean> renew(Step.Renew renew) {
            Duration now = clocks.ticks().get();
            Optional<Duration> late = memory.renewal()
                    .filter(last -> last.leaseUid().equals(renew.copy().uid()))
                    .map(last -> Durations.rest(now, last.at().plus(last.next())));
            Answer<Boolean> answer = take(renew.copy(), renew.lease(), false);
            if (answer instanceof Done) {
                late.ifPresent(chronicle::renewed);
            }
            return answer;
        }

        /** Writes the Lease for a holder. It holds from when the request was sent, for all that we know. */
        private Answer<Boolean> take(LeaseState.Copy copy, LeaseRecord lease, boolean newHolder) {
            Duration sent = clocks.ticks().get();
            Answer<LeaseState> answer = store.writeLease(election, copy, lease, newHolder);
            if (!(answer instanceof Done<LeaseState> done)) {
                return ((Refused<LeaseState>) answer).recast();
            }
            if (!(done.value() instanceof LeaseState.Claimed taken)) {
                return Answer.refused(Cause.DENIED, "the Lease was changed on its way in: " + done.value());
            }
            overlay.wrote(taken);
            double factor = 0.8 + 0.2 * jitter.getAsDouble();
            Duration next = Duration.ofNanos((long) (renewInterval.toNanos() * factor));
            memory.renewed(new ElectionMemory.Renewal(taken.copy().uid(), sent, next));
            return Answer.OK;
        }

        /** Whoever asked for a transfer may have to wait for the answer; the election does not. */
        private Answer<Boolean> answer(Step.AnswerTransfer step) {
            Answer<Transfer> answer = store.answerTransfer(election, step.transfer(), step.outcome());
            if (answer instanceof Done<Transfer> done) {
                memory.transfers().wrote(done.value());
            } else {
                Refused<Transfer> refused = (Refused<Transfer>) answer;
                boolean soon = refused.cause() == Cause.CONFLICT || refused.cause() == Cause.UNAVAILABLE;
                Duration pause = soon ? SHORT_PAUSE_OF_TRANSFERS : LONG_PAUSE_OF_TRANSFERS;
                memory.transfers()
                        .leaveAlone(step.transfer(), clocks.ticks().get().plus(pause));
                log.atLevel(refused.cause() == Cause.DENIED ? Level.WARN : Level.DEBUG)
                        .addKeyValue("namespace", election.namespace())
                        .addKeyValue("election", election.name())
                        .addKeyValue("transfer", step.transfer().name())
                        .addKeyValue("reason", refused.cause())
                        .log(
                                "a transfer could not be answered, and is left alone for a while: {}",
                                refused.explanation());
            }
            return Answer.OK;
        }

        private Answer<Boolean> delete(Candidate pod) {
            Answer<Boolean> answer = unlessGone(store.deletePod(election, pod));
            // What became of it, the server tells.
            overlay.doubt(pod.id());
            return answer;
        }

        private Answer<Boolean> deleted(Answer<Boolean> answer) {
            Answer<Boolean> outcome = unlessGone(answer);
            if (outcome instanceof Done) {
                overlay.forgetLease();
                overlay.doubtLease();
            }
            return outcome;
        }

        private Answer<Boolean> wrote(Answer<LeaseState> answer) {
            if (answer instanceof Done<LeaseState> done) {
                overlay.wrote(done.value());
            }
            return ignore(answer);
        }

        private Answer<Boolean> primary(Answer<Primary> answer) {
            if (answer instanceof Done<Primary> done) {
                overlay.wrote(done.value());
            }
            return ignore(answer);
        }
    }

    private static Answer<Boolean> unlessGone(Answer<Boolean> answer) {
        return answer instanceof Refused<Boolean> refused && refused.cause() == Cause.GONE ? Answer.OK : answer;
    }

    private static <T> Answer<Boolean> ignore(Answer<T> answer) {
        return answer instanceof Refused<T> refused ? refused.recast() : Answer.OK;
    }
}
