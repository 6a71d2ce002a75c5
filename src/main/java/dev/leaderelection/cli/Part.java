package dev.leaderelection.cli;

/** What tells of an election beside its own object: it may be refused to who asks, and the rest still tells something. */
enum Part {
    /** The pods of the namespace. */
    PODS("pods"),
    /** The election's Lease. */
    LEASE("Leases"),
    /** The Services of the namespace. */
    SERVICES("Services"),
    /** Where they route to. */
    ENDPOINTS("EndpointSlices"),
    /** What was asked of the election. */
    TRANSFERS("LeadershipTransfers");

    private final String objects;

    Part(String objects) {
        this.objects = objects;
    }

    /** What it is made of, by the name that users know. */
    String objects() {
        return objects;
    }

    /** What stands in its place. */
    String unknown() {
        return "unknown (no right to read " + objects + ")";
    }
}
