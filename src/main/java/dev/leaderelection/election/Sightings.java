package dev.leaderelection.election;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Since when pods have been as they are, counted by this process's own monotonic clock since it first saw them so: timestamps of
 * other machines never enter a time-out.
 */
public final class Sightings {

    private final Map<PodIdentity, Since> since = new HashMap<>();

    private record Since(Eligibility state, Duration at) {}

    /**
     * Takes note of what is seen.
     *
     * @param pods every pod of the election
     * @param ticks the monotonic clock, since any fixed instant
     */
    public void note(Collection<Candidate> pods, Duration ticks) {
        Set<PodIdentity> present = new HashSet<>();
        for (Candidate pod : pods) {
            Eligibility state = Eligibility.of(pod);
            present.add(pod.id());
            Since last = since.get(pod.id());
            if (last == null || last.state() != state) {
                since.put(pod.id(), new Since(state, ticks));
            }
        }
        since.keySet().retainAll(present);
    }

    /** For how long a pod has been as it is, zero if it was never seen. */
    public Duration steadyFor(PodIdentity pod, Duration ticks) {
        Since seen = since.get(pod);
        return seen == null ? Duration.ZERO : ticks.minus(seen.at());
    }
}
