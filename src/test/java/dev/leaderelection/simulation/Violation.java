package dev.leaderelection.simulation;

/** A promise was broken. */
public final class Violation extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** The promises. */
    public enum Kind {
        /** Two pods carry the label. */
        TWO_LABELS,
        /** A label that no claim of the Lease stands behind. */
        LABEL_WITHOUT_CLAIM,
        /** A term names two pods. */
        TERM_WITH_TWO_LEADERS,
        /** A term is lower than one before. */
        TERM_WENT_BACK,
        /** Leadership left a healthy leader without a reason. */
        NEEDLESS_SWITCH,
        /** Another leads though the leader may still be running, and the election asked for that to be certain. */
        UNFENCED,
        /** A leader lost its label though nobody else had been claimed for. */
        LEADER_STRIPPED,
        /** The operator had a pod deleted that carries the label. */
        LEADER_DELETED,
        /** A transfer's record was changed after it was finished, or tells of what was not. */
        TRANSFER_MISTOLD,
        /** Something was written that is not the election's. */
        FOREIGN_HARM,
        /** Traces of an election stay when it is gone. */
        TRACES_LEFT,
        /** Long after the last fault the election is not where it should be. */
        NOT_CONVERGED,
        /** The production code threw. */
        EXCEPTION
    }

    private final Kind kind;

    Violation(Kind kind, String message) {
        super(kind + ": " + message);
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }
}
