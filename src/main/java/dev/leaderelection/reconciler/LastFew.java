package dev.leaderelection.reconciler;

import dev.leaderelection.election.PodIdentity;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/** The pods of which something was last found that stays true of them, so many that older ones matter no more. For several threads. */
final class LastFew {

    private static final int MOST = 100;

    private final LinkedHashSet<PodIdentity> pods = new LinkedHashSet<>();

    /** Takes note of one; if there are too many, the one that was noted first is forgotten. */
    synchronized void add(PodIdentity pod) {
        if (pods.add(pod) && pods.size() > MOST) {
            Iterator<PodIdentity> first = pods.iterator();
            first.next();
            first.remove();
        }
    }

    synchronized Set<PodIdentity> all() {
        return Set.copyOf(pods);
    }
}
