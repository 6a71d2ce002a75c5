package dev.leaderelection.cluster;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How much time there is between two renewals of a Lease, by the times that the Leases carry: whoever renews them wrote them all by
 * one clock, and a watch that lags changes nothing.
 *
 * <p>A Lease that nobody holds is not due.
 */
public final class Renewals implements ResourceEventHandler<Lease>, AutoCloseable {

    private final List<SharedIndexInformer<Lease>> watches = new ArrayList<>();
    private final Map<String, Instant> last = new HashMap<>();
    private Gap longest = new Gap("none", Duration.ZERO);
    private long count;

    /**
     * A time without a renewal.
     *
     * @param lease its namespace and name
     */
    public record Gap(String lease, Duration time) {}

    /** Watches all Leases of a namespace from now on; the client stays open. */
    public void watch(KubernetesClient client, String namespace) {
        watches.add(client.leases().inNamespace(namespace).inform(this));
    }

    /** How many renewals were seen, claims by another holder included. */
    public synchronized long count() {
        return count;
    }

    /** How many Leases are held now. */
    public synchronized int held() {
        return last.size();
    }

    /** The longest time between two renewals of one Lease so far. */
    public synchronized Gap longest() {
        return longest;
    }

    /** How long ago the one was renewed that has waited longest, by the clock that they are written by. */
    public synchronized Gap waiting(Instant now) {
        return last.entrySet().stream()
                .min(Map.Entry.comparingByValue())
                .map(entry -> new Gap(entry.getKey(), Duration.between(entry.getValue(), now)))
                .orElse(new Gap("none", Duration.ZERO));
    }

    @Override
    public void onAdd(Lease lease) {
        see(lease);
    }

    @Override
    public void onUpdate(Lease before, Lease lease) {
        if (!before.getMetadata().getUid().equals(lease.getMetadata().getUid())) {
            forget(before);
        }
        see(lease);
    }

    @Override
    public void onDelete(Lease lease, boolean unknown) {
        forget(lease);
    }

    /** Watches no longer. */
    @Override
    public void close() {
        watches.forEach(SharedIndexInformer::close);
    }

    private synchronized void see(Lease lease) {
        String holder = lease.getSpec().getHolderIdentity();
        if (holder == null || holder.isEmpty() || lease.getSpec().getRenewTime() == null) {
            forget(lease);
            return;
        }
        Instant renewed = lease.getSpec().getRenewTime().toInstant();
        Instant before = last.put(name(lease), renewed);
        if (before == null || before.equals(renewed)) {
            return;
        }
        count++;
        Duration time = Duration.between(before, renewed);
        if (time.compareTo(longest.time()) > 0) {
            longest = new Gap(name(lease), time);
        }
    }

    private synchronized void forget(Lease lease) {
        last.remove(name(lease));
    }

    private static String name(Lease lease) {
        return lease.getMetadata().getNamespace() + "/" + lease.getMetadata().getName();
    }
}
