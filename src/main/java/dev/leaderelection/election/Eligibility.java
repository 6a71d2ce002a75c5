package dev.leaderelection.election;

/** Whether a pod may take the lead, and if not, why. */
public enum Eligibility {
    /** It may. */
    ELIGIBLE("ready"),
    /** The selector does not match it any more. */
    NOT_SELECTED("no longer matched by the selector"),
    /** It has succeeded or failed. */
    ENDED("its containers have ended for good"),
    /** Its deletion was asked for. */
    TERMINATING("being deleted"),
    /** An annotation takes it out. */
    EXCLUDED("excluded by annotation leaderelection.dev/candidate"),
    /** An annotation cannot be read. */
    MALFORMED(
            "an annotation is malformed: leaderelection.dev/priority must be an integer, leaderelection.dev/candidate true or"
                    + " false"),
    /** Its node is silent. */
    NODE_LOST("on a node that is lost: its Lease in kube-node-lease is not renewed"),
    /** Its probe has failed. */
    PROBE_FAILED("failing its probe"),
    /** It is not running, or not ready. */
    NOT_READY("not ready");

    private final String explanation;

    Eligibility(String explanation) {
        this.explanation = explanation;
    }

    /** Judges a pod; of several reasons the most final one is given. */
    public static Eligibility of(Candidate pod) {
        if (pod.life() == Candidate.Life.ENDED) {
            return ENDED;
        }
        if (pod.life() == Candidate.Life.TERMINATING) {
            return TERMINATING;
        }
        if (!pod.selected()) {
            return NOT_SELECTED;
        }
        if (pod.standing() == Candidate.Standing.EXCLUDED) {
            return EXCLUDED;
        }
        if (pod.contact() == Candidate.Contact.NODE_LOST) {
            return NODE_LOST;
        }
        if (pod.contact() == Candidate.Contact.PROBE_FAILED) {
            return PROBE_FAILED;
        }
        if (pod.life() != Candidate.Life.RUNNING || !pod.ready()) {
            return NOT_READY;
        }
        return pod.standing() == Candidate.Standing.MALFORMED ? MALFORMED : ELIGIBLE;
    }

    /** Whether the pod may take the lead. */
    public boolean isEligible() {
        return this == ELIGIBLE;
    }

    /** Whether a leader of whom this is said is healthy: a malformed annotation costs nobody the seat. */
    public boolean keepsSeat() {
        return this == ELIGIBLE || this == MALFORMED;
    }

    /** Why, for a person. */
    public String explanation() {
        return explanation;
    }
}
