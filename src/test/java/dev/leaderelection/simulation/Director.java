package dev.leaderelection.simulation;

/** Decides who goes on, and what becomes of requests. */
interface Director {

    /**
     * Who goes on.
     *
     * @param me who stands before a call, or has come to its end
     * @param call the call, or nothing that matters at the end
     */
    int next(int me, Call call);

    /** What becomes of a call. */
    SimulatedStore.Fate fate(Replica replica, Call call);

    /** A value between 0 and 1. */
    double jitter();
}
