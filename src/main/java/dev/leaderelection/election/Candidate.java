package dev.leaderelection.election;

import java.time.Instant;

/**
 * What an election needs to know of a pod, as one revision of it says.
 *
 * @param id which pod
 * @param version the revision, as an opaque precondition for writes
 * @param selected whether the election's selector matches it
 * @param life how far its life is
 * @param ready whether its Ready condition is true
 * @param readySince since when, by the API server's word; to rank only, never as a time-out
 * @param stopped whether its containers have ended and will not be started again
 * @param contact what the operator's own detection says of it, which no revision tells
 * @param standing whether it stands for election
 * @param priority higher ranks first
 * @param ordinal its ordinal in a StatefulSet, or {@link #NO_ORDINAL}
 * @param revision the revision of its workload, or empty
 * @param created when it was created
 * @param role what the routing label says
 * @param labelTerm the term written beside the label, 0 if none
 * @param mark the operator's mark on it
 * @param place where it runs
 */
public record Candidate(
        PodIdentity id,
        String version,
        boolean selected,
        Life life,
        boolean ready,
        Instant readySince,
        boolean stopped,
        Contact contact,
        Standing standing,
        int priority,
        int ordinal,
        String revision,
        Instant created,
        Role role,
        long labelTerm,
        Mark mark,
        Place place) {

    /** The ordinal of a pod that has none. */
    public static final int NO_ORDINAL = -1;

    /** How far a pod's life is. */
    public enum Life {
        /** Not started yet. */
        PENDING,
        /** Its containers run. */
        RUNNING,
        /** Its deletion was asked for. */
        TERMINATING,
        /** Succeeded or Failed: it will not run again. */
        ENDED
    }

    /** Whether a pod is heard of, where the user asked to listen. */
    public enum Contact {
        /** It is, or nobody listens. */
        FINE,
        /** Its last probe failed, and not enough of them have to say that it has: it may lead, but others are preferred. */
        SUSPECT,
        /** Its node is silent. */
        NODE_LOST,
        /** Its probe has failed. */
        PROBE_FAILED,
        /** A probe was asked for, and may not be sent to it: it is on its node's network. */
        NOT_ASKED
    }

    /** Whether a pod stands for election, by its own annotations. */
    public enum Standing {
        /** It does. */
        STANDS,
        /** An annotation takes it out. */
        EXCLUDED,
        /** An annotation is malformed: it may keep a seat, not win one. */
        MALFORMED
    }

    /** What the routing label of a pod says. */
    public enum Role {
        /** The label is absent. */
        NONE,
        /** The label has the leader's value: the pod is routed to. */
        LEADER,
        /** The label has the followers' value. */
        FOLLOWER,
        /** The label has a value that means nothing to this election. */
        OTHER
    }

    /**
     * The mark that the protocol leaves on every pod that it writes.
     *
     * @param origin who left it
     * @param term in which term, 0 unless it is this election's
     */
    public record Mark(Origin origin, long term) {

        /** No mark at all. */
        public static final Mark NONE = new Mark(Origin.NOBODY, 0);

        /** Who left a mark. */
        public enum Origin {
            /** There is none. */
            NOBODY,
            /** This election. */
            THIS_ELECTION,
            /** Another election, or an earlier one of the same name. */
            ANOTHER_ELECTION
        }
    }

    /**
     * Where a pod runs.
     *
     * @param node its node, or empty
     * @param ip its address, or empty
     * @param onNodesNetwork whether that is its node's address
     */
    public record Place(String node, String ip, boolean onNodesNetwork) {}

    /** Whether the pod carries the leader's label. */
    public boolean isRouted() {
        return role == Role.LEADER;
    }

    /** Whether the pod carries the leader's label as this election has given it in a term: by hand, or by another, is not the same. */
    public boolean isPromotedIn(long term) {
        return isRouted() && labelTerm == term && mark.origin() == Mark.Origin.THIS_ELECTION;
    }

    /** Whether an election has left nothing on the pod, or nothing any more. */
    public boolean bearsNothing() {
        return role == Role.NONE && labelTerm == 0 && mark.origin() == Mark.Origin.NOBODY;
    }

    /** The same pod with another priority. */
    public Candidate withPriority(int other) {
        return but(version, contact, other, role, labelTerm, mark);
    }

    /** The same pod with what detection says of it. */
    public Candidate withContact(Contact now) {
        return now == contact ? this : but(version, now, priority, role, labelTerm, mark);
    }

    /** The same pod as a write of ours has left it. */
    public Candidate written(String newVersion, Role newRole, long newLabelTerm, Mark newMark) {
        return but(newVersion, contact, priority, newRole, newLabelTerm, newMark);
    }

    private Candidate but(
            String newVersion, Contact newContact, int newPriority, Role newRole, long newLabelTerm, Mark newMark) {
        return new Candidate(
                id,
                newVersion,
                selected,
                life,
                ready,
                readySince,
                stopped,
                newContact,
                standing,
                newPriority,
                ordinal,
                revision,
                created,
                newRole,
                newLabelTerm,
                newMark,
                place);
    }
}
