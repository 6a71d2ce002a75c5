package dev.leaderelection.simulation;

/**
 * What a replica is about to do.
 *
 * @param verb what
 * @param subject to what
 * @param term under which term, 0 if that says nothing
 */
record Call(Verb verb, String subject, long term) {

    /** What a replica can do. */
    enum Verb {
        BEGIN,
        SEE_PODS,
        SEE_POD,
        SEE_LEASE,
        SEE_ELECTIONS,
        READ_LEASE,
        READ_POD,
        LIST_PODS,
        READ_ELECTION,
        LIST_ELECTIONS,
        CREATE_LEASE,
        CLAIM,
        RENEW,
        CLOSE,
        DELETE_LEASE,
        DELETE_POD,
        PROMOTE,
        DEMOTE,
        CLEAR,
        RESERVE,
        HOLD,
        RELEASE,
        WRITE_STATUS,
        SEE_TRANSFERS,
        ANSWER_TRANSFER;

        boolean isSeeing() {
            return this == BEGIN
                    || this == SEE_PODS
                    || this == SEE_POD
                    || this == SEE_LEASE
                    || this == SEE_ELECTIONS
                    || this == SEE_TRANSFERS;
        }

        boolean isReading() {
            return this == READ_LEASE
                    || this == READ_POD
                    || this == LIST_PODS
                    || this == READ_ELECTION
                    || this == LIST_ELECTIONS;
        }
    }

    static Call of(Verb verb) {
        return new Call(verb, "", 0);
    }

    static Call of(Verb verb, String subject) {
        return new Call(verb, subject, 0);
    }

    @Override
    public String toString() {
        String text = verb.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
        return text + (subject.isEmpty() ? "" : " " + subject) + (term == 0 ? "" : "/" + term);
    }
}
