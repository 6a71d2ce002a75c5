package dev.leaderelection.soak;

/** What is done to elections, and to what lies between them and the operator, all the while. */
enum Churn {
    LEADER_DELETED("the leader's pod is deleted, and another created", 3),
    LEADER_NOT_READY("the leader turns not ready until another leads", 3),
    LEADER_EXCLUDED("the leader is excluded until another leads", 2),
    ELECTION_EDITED("the election gets other settings", 2),
    ELECTION_REPLACED("the election is deleted, and created under another name", 4),
    POD_ADDED("a fourth pod comes and goes", 2),
    WATCHES_CUT("all connections of the operator break", 0),
    API_SERVER_RESTARTED("the API server gets SIGKILL, and is started again", 0);

    private final String explanation;
    private final int share;

    Churn(String explanation, int share) {
        this.explanation = explanation;
        this.share = share;
    }

    /** What happens, for a person. */
    String explanation() {
        return explanation;
    }

    /** How many of sixteen things that are done to elections are this; none if it is not done to an election. */
    int share() {
        return share;
    }

    /** Whether another pod has to lead then. */
    boolean breaksLeader() {
        return this == LEADER_DELETED || this == LEADER_NOT_READY || this == LEADER_EXCLUDED;
    }
}
