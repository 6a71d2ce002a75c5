package dev.leaderelection.kubernetes;

import dev.leaderelection.api.LeaderElectionSpec;

/**
 * The keys on a pod that belong to an election: the label, and two annotations named after it. Nothing else of a pod is written.
 *
 * @param key the label's key
 * @param leaderValue its value on the leader
 * @param followerValue its value on the other candidates, empty for no label
 */
public record RoutingLabel(String key, String leaderValue, String followerValue) {

    /** Ends the name of the annotation that carries the leader's term. */
    static final String TERM_SUFFIX = ".term";

    /** Ends the name of the annotation that carries the protocol's mark. */
    static final String FENCE_SUFFIX = ".fence";

    static RoutingLabel of(LeaderElectionSpec.Label label) {
        return new RoutingLabel(label.key(), label.leaderValue(), label.followerValue());
    }

    /** The annotation with the term, which applications may read. */
    public String termKey() {
        return key + TERM_SUFFIX;
    }

    /** The annotation with the protocol's mark. */
    public String fenceKey() {
        return key + FENCE_SUFFIX;
    }
}
