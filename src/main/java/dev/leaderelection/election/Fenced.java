package dev.leaderelection.election;

import java.util.Set;
import java.util.TreeSet;

/**
 * What this process itself has fenced under one Lease and term. It is lost with the process, without harm: whoever comes after
 * fences again.
 *
 * @param leaseUid the Lease's UID
 * @param term the term
 * @param pods the pods that were demoted
 * @param everyone whether a whole live list was demoted, and the election was seen alive after its Lease had been created
 */
public record Fenced(String leaseUid, long term, Set<PodIdentity> pods, boolean everyone) {

    /** Nothing. */
    public static final Fenced NOTHING = new Fenced("", 0, Set.of(), false);

    /** Copies. */
    public Fenced {
        pods = Set.copyOf(pods);
    }

    /** What of this holds under that Lease and term: all of it, or nothing. */
    public Fenced under(String uid, long inTerm) {
        return leaseUid.equals(uid) && term == inTerm ? this : new Fenced(uid, inTerm, Set.of(), false);
    }

    /** This, and one pod more. */
    public Fenced plus(PodIdentity pod) {
        TreeSet<PodIdentity> more = new TreeSet<>(pods);
        more.add(pod);
        return new Fenced(leaseUid, term, more, everyone);
    }

    /** This, and everyone. */
    public Fenced plusEveryone() {
        return new Fenced(leaseUid, term, pods, true);
    }
}
