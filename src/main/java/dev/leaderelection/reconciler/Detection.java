package dev.leaderelection.reconciler;

import dev.leaderelection.api.LeaderElectionSpec;
import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.kubernetes.Election;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What the operator finds out about pods itself, beyond what they say of themselves. */
interface Detection {

    /** Nothing at all. */
    Detection NONE = new Detection() {

        @Override
        public Hearing hear(
                Election election, LeaderElectionSpec.Detection asked, List<Candidate> pods, Set<PodIdentity> leading) {
            return new Hearing(pods, Optional.empty(), Optional.empty());
        }

        @Override
        public void forget(Election election) {}
    };

    /**
     * What is known now. What is asked for is found out from here on, until {@link #forget}.
     *
     * @param asked what the user wants to be found out
     * @param pods the election's pods
     * @param leading who must not lose the lead for news that is only late
     */
    Hearing hear(Election election, LeaderElectionSpec.Detection asked, List<Candidate> pods, Set<PodIdentity> leading);

    /** Ends all that was done for an election. */
    void forget(Election election);

    /**
     * What is known now.
     *
     * @param pods the pods, each with what is known of it
     * @param next after how long time alone may change that, if it may
     * @param unheard what is asked for and cannot be found out, and the remedy, for a person
     */
    record Hearing(List<Candidate> pods, Optional<Duration> next, Optional<String> unheard) {

        /** Copies. */
        public Hearing {
            pods = List.copyOf(pods);
        }
    }
}
