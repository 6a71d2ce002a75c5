package dev.leaderelection.chaos;

/** What is done to the operator, to what it stands on, and to what it keeps. */
enum Fault {
    OPERATOR_KILLED(Scope.OPERATOR, "an operator gets SIGKILL, and is started again"),
    OPERATOR_SUSPENDED(Scope.OPERATOR, "an operator gets SIGSTOP for longer than the Lease, then SIGCONT"),
    API_SERVER_KILLED(Scope.CONTROL_PLANE, "the API server gets SIGKILL, and is started again"),
    API_SERVER_FROZEN(Scope.CONTROL_PLANE, "the API server gets SIGSTOP, then SIGCONT"),
    ETCD_FROZEN(Scope.CONTROL_PLANE, "etcd gets SIGSTOP, then SIGCONT"),
    NETWORK_DELAYED(Scope.NETWORK, "what one operator and the API server send each other takes its time"),
    NETWORK_HELD(Scope.NETWORK, "what one operator and the API server send each other arrives much later, or never"),
    NETWORK_CUT(Scope.NETWORK, "one operator's connections break, and none can be made"),
    POD_DELETED(Scope.OBJECTS, "a pod is deleted, and created again later"),
    POD_REPLACED(Scope.OBJECTS, "a pod is deleted at once, and another created under its name"),
    READINESS_FLIPPED(Scope.OBJECTS, "a pod turns not ready, and ready again later"),
    READINESS_FLICKERED(Scope.OBJECTS, "a pod turns not ready and ready again at once"),
    LABEL_ADDED(Scope.OBJECTS, "a user puts the leader's label on a pod that does not lead"),
    LABEL_REMOVED(Scope.OBJECTS, "a user takes the label from the leader"),
    LEASE_DELETED(Scope.OBJECTS, "a user deletes the Lease"),
    LEASE_EDITED(Scope.OBJECTS, "a user writes another holder or record into the Lease, or drops the record"),
    LEASE_TAKEN(Scope.OBJECTS, "a user makes the Lease their own for a while"),
    STRATEGY_EDITED(Scope.OBJECTS, "a user gives the election another strategy"),
    PRIORITY_EDITED(Scope.OBJECTS, "a user gives a pod another priority"),
    ELECTION_RECREATED(Scope.OBJECTS, "a user deletes the election and creates it again");

    /** What a fault concerns: two of the same scope at once, but for those of objects, would undo each other. */
    enum Scope {
        OPERATOR,
        CONTROL_PLANE,
        NETWORK,
        OBJECTS
    }

    private final Scope scope;
    private final String explanation;

    Fault(Scope scope, String explanation) {
        this.scope = scope;
        this.explanation = explanation;
    }

    Scope scope() {
        return scope;
    }

    /** What happens, for a person. */
    String explanation() {
        return explanation;
    }
}
