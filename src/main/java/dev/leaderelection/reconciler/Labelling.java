package dev.leaderelection.reconciler;

import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.Fenced;
import dev.leaderelection.election.LeaseState;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.election.Step;
import dev.leaderelection.kubernetes.Answer;
import dev.leaderelection.kubernetes.Answer.Cause;
import dev.leaderelection.kubernetes.Answer.Done;
import dev.leaderelection.kubernetes.Answer.Refused;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.ElectionStore;
import dev.leaderelection.kubernetes.Primary;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Takes the leader's label off pods and gives it to one, in one run of a plan, and remembers whom it has fenced. What is read, in
 * which order, and before which write, is the protocol that keeps two pods from ever carrying the label.
 */
final class Labelling {

    /** A part was done of what takes long, and the rest is to be asked for again: there may be other things to do by now. */
    static final Answer<Boolean> UNFINISHED = new Done<>(false);

    /** How often one pod is tried again within one demotion while somebody else keeps writing to it. */
    private static final int DEMOTION_ATTEMPTS = 5;

    private final ElectionStore store;
    private final Supplier<Duration> ticks;
    private final Duration patience;
    private final Sight sight;
    private final Election election;
    private final ElectionMemory memory;
    private final Overlay overlay;

    /**
     * @param ticks a monotonic clock
     * @param patience for how long one step may go on from pod to pod before the Lease has to be looked after
     */
    Labelling(ElectionStore store, Supplier<Duration> ticks, Duration patience, Sight sight, ElectionMemory memory) {
        this.store = store;
        this.ticks = ticks;
        this.patience = patience;
        this.sight = sight;
        this.election = sight.election();
        this.memory = memory;
        this.overlay = memory.overlay();
    }

    /** Demotes a pod that the record names. */
    Answer<Boolean> demote(PodIdentity pod, long term) {
        for (Candidate seen : sight.observation().pods()) {
            if (seen.id().equals(pod)) {
                return demote(overlay.newest(seen), term);
            }
        }
        Answer<Candidate> live = store.readPod(election, pod);
        if (live instanceof Done<Candidate> done) {
            return demote(done.value(), term);
        }
        return fencedIfGone(pod, term, ((Refused<Candidate>) live).recast());
    }

    /** Demotes until it is done, the pod is gone, or somebody is ahead of us. */
    private Answer<Boolean> demote(Candidate first, long term) {
        Candidate copy = first;
        for (int attempt = 0; attempt < DEMOTION_ATTEMPTS; attempt++) {
            if (looksOvertaken(copy, term) && !isStillClaimed(term)) {
                return Answer.refused(
                        Cause.OVERTAKEN, "pod " + copy.id().name() + " bears a later term, or another election's");
            }
            Answer<Candidate> answer = store.demote(election, copy, term);
            if (answer instanceof Done<Candidate> done) {
                overlay.wrote(done.value());
                memory.fenced(fencedUnder(term).plus(copy.id()));
                return Answer.OK;
            }
            Refused<Candidate> refused = (Refused<Candidate>) answer;
            if (refused.cause() == Cause.GONE || refused.cause() == Cause.UNAVAILABLE) {
                return fencedIfGone(copy.id(), term, refused.recast());
            }
            Answer<Candidate> again = store.readPod(election, copy.id());
            if (!(again instanceof Done<Candidate> done)) {
                return fencedIfGone(copy.id(), term, ((Refused<Candidate>) again).recast());
            }
            if (refused.cause() == Cause.DENIED) {
                return refused.recast();
            }
            copy = done.value();
        }
        return Answer.refused(Cause.CONFLICT, "pod " + copy.id().name() + " keeps changing");
    }

    /** An election that was made anew starts with the first term: what it wrote looks no later, only like another's. */
    private static boolean looksOvertaken(Candidate pod, long term) {
        return pod.mark().term() > term
                || (pod.isRouted() && pod.mark().origin() == Candidate.Mark.Origin.ANOTHER_ELECTION);
    }

    /** Then a mark of a later term was not written by the protocol, and the label is a relic of an election that is gone. */
    private boolean isStillClaimed(long term) {
        return store.readLease(election) instanceof Done<LeaseState> live
                && live.value() instanceof LeaseState.Claimed held
                && held.lease().term() == term;
    }

    private Answer<Boolean> fencedIfGone(PodIdentity pod, long term, Refused<Boolean> refused) {
        if (refused.cause() != Cause.GONE) {
            return refused;
        }
        overlay.confirmGone(pod);
        memory.fenced(fencedUnder(term).plus(pod));
        return Answer.OK;
    }

    /**
     * Demotes a whole live list, but for the leader: nobody knows who may carry the label. Whom this process has demoted in that term
     * already is left out, so that it comes to an end however many there are.
     */
    Answer<Boolean> demoteEveryone(Step.DemoteEveryone step) {
        Answer<Boolean> alive = alive();
        if (alive instanceof Refused<Boolean> refused) {
            return refused;
        }
        Answer<List<Candidate>> list = store.listPods(election);
        if (!(list instanceof Done<List<Candidate>> done)) {
            return ((Refused<List<Candidate>>) list).recast();
        }
        Duration end = ticks.get().plus(patience);
        Set<PodIdentity> fenced = fencedUnder(step.term()).pods();
        for (Candidate pod : done.value()) {
            if (pod.id().equals(step.leader()) || fenced.contains(pod.id())) {
                continue;
            }
            if (ticks.get().compareTo(end) >= 0) {
                return UNFINISHED;
            }
            Answer<Boolean> answer = demote(pod, step.term());
            if (answer instanceof Refused<Boolean> refused) {
                return refused;
            }
            memory.underWay(ticks.get());
        }
        memory.fenced(fencedUnder(step.term()).plusEveryone());
        return Answer.OK;
    }

    /**
     * Gives the heir the label.
     *
     * @param claimed whether this run has claimed the term itself: then the answer to the claim tells as much as a read
     */
    Answer<Boolean> promote(Step.Promote promote, boolean claimed) {
        if (!claimed) {
            Answer<Boolean> held = heldAsClaimed(promote.heir(), promote.leaseUid(), promote.term());
            if (held instanceof Refused<Boolean> refused) {
                return refused;
            }
        }
        if (promote.fenceAll()) {
            Answer<Boolean> alive = alive();
            if (alive instanceof Refused<Boolean> refused) {
                return refused;
            }
        }
        return written(promote.heir(), store.promote(election, promote.heir(), promote.term()));
    }

    /**
     * Takes the label off a leader that is to be fenced. It was seen before this read of the Lease: if it has recovered since, it
     * has another revision.
     */
    Answer<Boolean> withdraw(Step.Withdraw step) {
        Answer<Boolean> held = heldAsClaimed(step.leader(), step.leaseUid(), step.term());
        if (held instanceof Refused<Boolean> refused) {
            return refused;
        }
        Answer<Boolean> answer = written(step.leader(), store.demote(election, step.leader(), step.term()));
        if (answer instanceof Done) {
            memory.fenced(fencedUnder(step.term()).plus(step.leader().id()));
        }
        return answer;
    }

    /**
     * Takes the label off pods that do not lead. They were seen before this read of the Lease: a leader that was made since has
     * another revision.
     */
    Answer<Boolean> strip(List<Candidate> pods) {
        Answer<LeaseState> live = store.readLease(election);
        if (!(live instanceof Done<LeaseState> done)) {
            return ((Refused<LeaseState>) live).recast();
        }
        long term =
                done.value() instanceof LeaseState.Claimed held ? held.lease().term() : 1;
        for (Candidate pod : pods) {
            boolean leads = done.value() instanceof LeaseState.Claimed held
                    && held.holder().equals(pod.id());
            boolean isOthers = done.value() instanceof LeaseState.Closed || done.value() instanceof LeaseState.Foreign;
            if (leads || isOthers) {
                return Answer.refused(Cause.OVERTAKEN, "pod " + pod.id().name() + " leads now");
            }
            Answer<Candidate> answer = store.demote(election, pod, term);
            if (answer instanceof Done<Candidate> stripped) {
                overlay.wrote(stripped.value());
                memory.underWay(ticks.get());
            } else if (((Refused<Candidate>) answer).cause() != Cause.GONE) {
                overlay.doubt(pod.id());
                return ((Refused<Candidate>) answer).recast();
            }
        }
        return Answer.OK;
    }

    /** Takes every trace of the election off all pods that bear one. */
    Answer<Boolean> clearEveryone() {
        Answer<List<Candidate>> list = store.listPods(election);
        if (!(list instanceof Done<List<Candidate>> done)) {
            return ((Refused<List<Candidate>>) list).recast();
        }
        Optional<String> closed = sight.observation().lease() instanceof LeaseState.Closed lease
                ? Optional.of(lease.copy().uid())
                : Optional.empty();
        for (Candidate pod : done.value()) {
            boolean ledByAnother = pod.mark().origin() == Candidate.Mark.Origin.ANOTHER_ELECTION && pod.isRouted();
            // Done once under a closed Lease it is done for good, else one refusal would undo all the work before it.
            boolean isCleared = pod.bearsNothing()
                    && closed.filter(uid -> memory.isClearedUnder(uid, pod.id()))
                            .isPresent();
            if (ledByAnother || isCleared) {
                continue;
            }
            Answer<Candidate> answer = store.clear(election, pod);
            if (answer instanceof Refused<Candidate> refused && refused.cause() != Cause.GONE) {
                return refused.recast();
            }
            closed.ifPresent(uid -> memory.clearedUnder(uid, pod.id()));
            memory.underWay(ticks.get());
        }
        memory.cleared(true);
        return Answer.OK;
    }

    private Answer<Boolean> alive() {
        Answer<Primary> live = store.readElection(election);
        if (live instanceof Refused<Primary> refused) {
            return refused.recast();
        }
        return ((Done<Primary>) live).value().deleting()
                ? Answer.refused(Cause.OVERTAKEN, "the election is being deleted")
                : Answer.OK;
    }

    private Answer<Boolean> heldAsClaimed(Candidate holder, String leaseUid, long term) {
        Answer<LeaseState> live = store.readLease(election);
        if (!(live instanceof Done<LeaseState> done)) {
            return ((Refused<LeaseState>) live).recast();
        }
        boolean isHeld = done.value() instanceof LeaseState.Claimed held
                && held.copy().uid().equals(leaseUid)
                && held.holder().equals(holder.id())
                && held.lease().term() == term;
        return isHeld ? Answer.OK : Answer.refused(Cause.OVERTAKEN, "the Lease has changed since it was claimed");
    }

    /** Takes note of what a write has made of a pod, or that nobody knows. */
    private Answer<Boolean> written(Candidate pod, Answer<Candidate> answer) {
        if (answer instanceof Refused<Candidate> refused) {
            overlay.doubt(pod.id());
            return refused.recast();
        }
        overlay.wrote(((Done<Candidate>) answer).value());
        return Answer.OK;
    }

    private Fenced fencedUnder(long term) {
        String uid = sight.observation().lease().ours().orElseThrow().uid();
        return memory.fenced().under(uid, term);
    }
}
