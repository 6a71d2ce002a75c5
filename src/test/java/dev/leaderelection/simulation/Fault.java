package dev.leaderelection.simulation;

/** What goes wrong in a schedule, and what users and the cluster do meanwhile. */
enum Fault {
    /** A replica stands still between two of its calls, and goes on with what it had decided. */
    SUSPENDED,
    /** A replica's process ends between two of its calls; another starts that knows nothing. */
    CRASHED,
    /** Time passes that is long to everybody: seconds to minutes. */
    TIME_PASSED,
    /** A replica's time of day jumps, forward or back. */
    CLOCK_JUMPED,
    /** A replica's watch tells nothing for a while. */
    WATCH_STALLED,
    /** A replica's watch breaks, and starts again from a list that may be old. */
    WATCH_DROPPED,
    /** A request times out and is lost. */
    WRITE_LOST,
    /** A request times out, and has been carried out. */
    WRITE_UNHEARD,
    /** A request times out, and is carried out later. */
    WRITE_LATE,
    /** A write is denied, by rights or a policy. */
    WRITE_DENIED,
    /** A read is not answered. */
    READ_LOST,
    /** A pod is deleted, and takes its time. */
    POD_DELETED,
    /** A pod's object is deleted at once. */
    POD_REMOVED,
    /** A pod is created, most often under the name of one that is gone. */
    POD_CREATED,
    /** A pod turns not ready, or ready again. */
    READINESS_FLIPPED,
    /** A pod succeeds or fails. */
    POD_ENDED,
    /** A user excludes a pod by annotation, or lets it in again. */
    EXCLUSION_FLIPPED,
    /** A user takes a pod out of the selector, or puts it back. */
    SELECTION_FLIPPED,
    /** A user takes the leader's label off. */
    LABEL_REMOVED,
    /** A user puts the leader's label on a pod. */
    LABEL_ADDED,
    /** Something else of a pod changes, and so its revision. */
    POD_TOUCHED,
    /** A user deletes the Lease. */
    LEASE_DELETED,
    /** A user writes another holder into the Lease. */
    LEASE_EDITED,
    /** A user changes the record and then restores it to the letter. */
    LEASE_RESTORED,
    /** A user deletes the Lease and makes one of their own. */
    LEASE_TAKEN,
    /** A user resets the Lease's managedFields. */
    LEASE_UNTRACKED,
    /** A user wipes the election's status. */
    STATUS_WIPED,
    /** A user deletes the election. */
    ELECTION_DELETED,
    /** A user deletes the election, and its finalizer. */
    ELECTION_FORCED_OUT,
    /** A user creates the election again. */
    ELECTION_RECREATED,
    /** A user pauses the election, or lets it go on. */
    PAUSE_FLIPPED,
    /** A user raises minimumTerm. */
    MINIMUM_TERM_RAISED,
    /** The containers of a pod that is being deleted have ended. */
    POD_STOPPED,
    /** To one replica a pod stops answering its probe, or answers again; the others may see it otherwise. */
    CONTACT_FLIPPED,
    /** A user asks for a transfer, of a pod or of the next. */
    TRANSFER_ASKED,
    /** A user deletes a transfer. */
    TRANSFER_WITHDRAWN
}
