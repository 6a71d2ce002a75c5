package dev.leaderelection.detection;

/** What the probes say of a pod. Only {@link Failed} is a reason to act. */
public sealed interface Verdict {

    /** It was not probed yet, or not since we have been away: it is not lost. */
    record Unknown() implements Verdict {}

    /** It answers. */
    record Well() implements Verdict {}

    /**
     * It did not answer when it was last asked, and has not failed often enough yet.
     *
     * @param last what came of the last probe
     */
    record Suspect(Outcome last) implements Verdict {}

    /**
     * It has failed.
     *
     * @param last what came of the last probe
     */
    record Failed(Outcome last) implements Verdict {}

    /**
     * It has failed as so many others have: it is rather our view that is broken.
     *
     * @param last what came of the last probe
     */
    record Held(Outcome last) implements Verdict {}
}
