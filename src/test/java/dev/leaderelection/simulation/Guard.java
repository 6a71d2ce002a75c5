package dev.leaderelection.simulation;

/** What the protocol does so that nothing goes wrong. The simulator can leave each of them out, and must then find what goes wrong. */
enum Guard {
    /** A demotion marks a pod that bears no label. */
    MARK,
    /** No two marks are alike, whichever election wrote them. */
    FRESH_MARK,
    /** The heir's copy is taken before the Lease is read. */
    COPY_BEFORE_LEASE,
    /** The Lease is read from the server before a promotion, not from a cache. */
    QUORUM_READ_OF_LEASE,
    /** A promotion carries a resourceVersion. */
    VERSION_IN_PROMOTION,
    /** A claim carries a resourceVersion. */
    VERSION_IN_CLAIM,
    /** A Lease PUT carries a UID. */
    UID_IN_LEASE_PUT,
    /** The Lease records whom to fence. */
    RECORDED_SET,
    /** Nobody is gone whom the server has not said to be gone. */
    LIVE_GET_BEFORE_GONE,
    /** Only what this process demoted is dropped from the set. */
    DROP_ONLY_OWN_DEMOTIONS,
    /** The Lease records that the set is unknown. */
    MARKER,
    /** Under the marker, the pods are listed from the server. */
    LIVE_LIST,
    /** What was fenced is remembered for one Lease only. */
    MEMORY_BY_LEASE,
    /** Terms are reserved in the status before they are claimed. */
    TERM_RESERVED,
    /** A Lease is created empty. */
    POST_EMPTY,
    /** The Lease is closed before the pods are cleared. */
    CLOSING,
    /** Under the marker, the election is seen alive on the server. */
    LIVE_GET_OF_ELECTION,
    /** A demotion carries a resourceVersion. */
    VERSION_IN_DEMOTION,
    /** When stripping, the pod's copy is taken before the Lease is read. */
    COPY_BEFORE_STRIP,
    /** Pod patches carry a UID. */
    UID_IN_POD_PATCH,
    /** With {@code AwaitLeaseExpiry}, the heir of a leader that may still be running waits until its Lease has lapsed. */
    LAPSE_AWAITED,
    /** With {@code DeletePod}, the heir of a leader that may still be running waits until its pod is gone or has ended. */
    END_AWAITED,
    /** A pod that is being deleted runs until its kubelet has reported that all its containers have ended. */
    DELETED_BUT_RUNNING,
    /** A pod whose object is gone was not seen to end. */
    GONE_BUT_UNSEEN,
    /** The Lease of a leader that is being fenced is not renewed. */
    NO_RENEWAL_WHILE_FENCED,
    /** A Lease lapses after what itself says, if that is longer than what the election asks for now. */
    LONGER_DURATION,
    /** What is waited for is measured by a clock that nobody sets. */
    MONOTONIC_CLOCK,
    /** While no Lease tells who has led, the status does. */
    LEADER_IN_STATUS,
    /** The deletion of a pod carries a resourceVersion. */
    VERSION_IN_DELETION
}
