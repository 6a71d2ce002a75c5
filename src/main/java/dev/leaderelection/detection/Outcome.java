package dev.leaderelection.detection;

/**
 * What came of a probe: of what a pod answered only the class, for it is shown to people who may not be allowed to read more.
 *
 * @param kind the class
 * @param status the HTTP status, 0 where there is none
 */
public record Outcome(Kind kind, int status) {

    /** The classes. */
    public enum Kind {
        /** The pod is well. */
        ANSWERED("answered"),
        /** Nobody listens. */
        REFUSED("refused the connection"),
        /** There is no way to it. */
        UNREACHABLE("is unreachable"),
        /** It did not answer in time. */
        TIMED_OUT("timed out"),
        /** It hung up without an answer. */
        HUNG_UP("hung up"),
        /** It sent what is no answer. */
        MALFORMED("sent a malformed answer"),
        /** It answered with a status that is not a success. */
        BAD_STATUS("answered with status"),
        /** By its own word it does not serve, or does not know of that. */
        NOT_SERVING("is not serving");

        private final String text;

        Kind(String text) {
            this.text = text;
        }
    }

    /** A success. */
    public static final Outcome ANSWERED = new Outcome(Kind.ANSWERED, 0);

    static Outcome of(Kind kind) {
        return new Outcome(kind, 0);
    }

    /** Whether the pod is well. */
    public boolean isSuccess() {
        return kind == Kind.ANSWERED;
    }

    /** For a person, to be read after "the pod". */
    public String text() {
        return status == 0 ? kind.text : kind.text + " " + status;
    }
}
