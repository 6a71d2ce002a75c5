package dev.leaderelection.kubernetes;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.PodSelector;
import java.time.Duration;

/**
 * What names an election and its objects, and never changes while it exists.
 *
 * @param namespace its namespace
 * @param name its name
 * @param uid its UID
 * @param selector the pods that stand
 * @param label the routing label and its annotations
 * @param leaseName the name of its Lease
 * @param leaseDuration how long the Lease holds without a renewal
 */
public record Election(
        String namespace,
        String name,
        String uid,
        PodSelector selector,
        RoutingLabel label,
        String leaseName,
        Duration leaseDuration) {

    /** Reads it off the user's object. */
    public static Election of(LeaderElection resource) {
        var spec = resource.getSpec();
        String leaseName = spec.lease().name();
        return new Election(
                resource.getMetadata().getNamespace(),
                resource.getMetadata().getName(),
                resource.getMetadata().getUid(),
                spec.selector(),
                RoutingLabel.of(spec.routing().label()),
                leaseName == null ? resource.getMetadata().getName() : leaseName,
                Duration.ofSeconds(spec.lease().durationSeconds()));
    }

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
