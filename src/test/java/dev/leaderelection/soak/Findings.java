package dev.leaderelection.soak;

import dev.leaderelection.cluster.Renewals.Gap;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Everything that was seen in a run.
 *
 * @param elections how many there are
 * @param vitals in the order of time
 * @param heaps in the order of time
 * @param longest the longest time between two renewals of one Lease, or since the last one
 * @param outage the longest time from the end of an API server until the next one was ready
 * @param quiets the requests of the quiet times, the first and the last
 * @param busy the requests of the time between them
 * @param churn what was done, and what came of it
 */
record Findings(
        int elections,
        List<Vitals> vitals,
        List<Heap> heaps,
        Gap longest,
        Duration outage,
        List<Requests> quiets,
        Requests busy,
        Deeds churn) {

    Findings {
        vitals = List.copyOf(vitals);
        heaps = List.copyOf(heaps);
        quiets = List.copyOf(quiets);
    }

    /**
     * What the operator asked of the API server in a while, by the API server's own record; what its replicas say to each other is
     * left out.
     *
     * @param seconds how long the while was
     * @param renewals replacements of Leases
     * @param watches watches that were opened: the server ends each after some minutes, or with itself
     * @param others everything else
     */
    record Requests(double seconds, long renewals, long watches, long others) {}

    /**
     * What was done.
     *
     * @param done how often, with success
     * @param disturbed how often something was not done to its end because the API server was away
     * @param stuck what the operator did not follow
     * @param unsound elections that were not as they should be in the end
     */
    record Deeds(Map<Churn, Integer> done, int disturbed, List<String> stuck, int unsound) {

        Deeds {
            done = Map.copyOf(done);
            stuck = List.copyOf(stuck);
        }

        int done(Churn churn) {
            return done.getOrDefault(churn, 0);
        }

        int all() {
            return done.values().stream().mapToInt(Integer::intValue).sum();
        }

        int brokenLeaders() {
            return done.keySet().stream()
                    .filter(Churn::breaksLeader)
                    .mapToInt(this::done)
                    .sum();
        }
    }
}
