package dev.leaderelection.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.api.LeaderElectionSpec.Fencing;
import dev.leaderelection.simulation.Call.Verb;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The shortest ways past a fence, as {@link SimulationTracesTest} tells those past the protocol: a-0 leads, a-1 is its heir. */
class SimulationFencesTest {

    private static final Duration LEASE = Duration.ofSeconds(31);

    private static Optional<Violation> play(
            Set<Guard> off, Set<Violation.Kind> ignored, Fencing fencing, Consumer<Script> story) {
        String[] pods = {"a-0", "a-1"};
        return Script.play(off, ignored, Profile.fencedBy(fencing, Profile.plainSpec()), pods, story);
    }

    private static void assertGuards(Guard guard, Fencing fencing, Violation.Kind kind, Consumer<Script> story) {
        assertThat(play(Set.of(), Set.of(), fencing, story)).isEmpty();
        assertThat(play(EnumSet.of(guard), Set.of(), fencing, story))
                .map(Violation::kind)
                .contains(kind);
    }

    /** Applications go by what the Lease says, and that was written before a user shortened it. */
    @Test
    void aLeaseIsWaitedForAsLongAsItWasGiven() {
        assertGuards(Guard.LONGER_DURATION, Fencing.AWAIT_LEASE_EXPIRY, Violation.Kind.UNFENCED, script -> {
            script.settles(1);
            script.leasedFor(6);
            script.ready("a-0", false);
            script.told(1).runs(1);
            script.passes(Duration.ofSeconds(7));
            script.told(1).runs(1);
            script.passes(LEASE);
            script.told(1).runs(1);
        });
    }

    /** An application that stops with its Lease never stops while somebody renews it, and its heir waits without end. */
    @Test
    void aLeaseThatIsWaitedForIsNotRenewed() {
        assertGuards(
                Guard.NO_RENEWAL_WHILE_FENCED, Fencing.AWAIT_LEASE_EXPIRY, Violation.Kind.NOT_CONVERGED, script -> {
                    script.settles(1);
                    script.ready("a-0", false);
                    script.told(1).runs(1);
                    script.passes(LEASE);
                    script.told(1).runs(1);
                });
    }

    /** The Lease is lost, and with it who leads; R2 has never heard of anybody who does, but for the status. */
    @Test
    void whoLedUnderALeaseThatIsLostIsToldByTheStatus() {
        Consumer<Script> story = script -> {
            script.settles(1);
            script.ready("a-0", false);
            script.unlabel("a-0");
            script.cluster().removeLease();
            script.told(2).runs(2);
            script.told(2).runs(2);
            script.passes(LEASE);
            script.told(2).runs(2);
        };
        Set<Violation.Kind> terms = EnumSet.of(Violation.Kind.TERM_WITH_TWO_LEADERS, Violation.Kind.TERM_WENT_BACK);

        // Terms that are reserved tell that somebody has led, if not who, and so protect, too.
        assertThat(play(
                        EnumSet.of(Guard.LEADER_IN_STATUS, Guard.TERM_RESERVED),
                        terms,
                        Fencing.AWAIT_LEASE_EXPIRY,
                        story))
                .map(Violation::kind)
                .contains(Violation.Kind.UNFENCED);
        assertThat(play(EnumSet.of(Guard.TERM_RESERVED), terms, Fencing.AWAIT_LEASE_EXPIRY, story))
                .isEmpty();
        assertThat(play(Set.of(), Set.of(), Fencing.AWAIT_LEASE_EXPIRY, story)).isEmpty();
    }

    /** R1 is about to delete a-0, which recovers, and has its label back from R2 before R1 goes on. */
    @Test
    void aLeaderThatHasRecoveredIsNotDeleted() {
        assertGuards(Guard.VERSION_IN_DELETION, Fencing.DELETE_POD, Violation.Kind.LEADER_DELETED, script -> {
            script.settles(1);
            script.ready("a-0", false);
            script.told(1).runsUntil(1, Verb.DELETE_POD);
            script.ready("a-0", true);
            script.told(2).runs(2);
            script.passes(LEASE);
            script.told(2).runs(2);
            script.goesOn(1);
        });
    }

    /** Found by simulation: the Lease is lost, and R2 has not been told yet that a-1 bears the label, and a-0 does not any more. */
    @Test
    void whoLedUnderALeaseThatIsLostIsReadFromTheServer() {
        Consumer<Script> story = script -> {
            script.settles(1);
            script.told(2).runs(2);
            script.ready("a-0", false);
            script.told(1).runs(1);
            script.passes(LEASE);
            script.settles(1);
            script.cluster().removeLease();
            script.toldOfLeases(2).runs(2);
        };

        assertThat(play(Set.of(), Set.of(), Fencing.AWAIT_LEASE_EXPIRY, story)).isEmpty();
    }

    /** Found by simulation: a-1 has led and is gone with its Lease, and the status, which nobody could write, still names a-0. */
    @Test
    void aStatusThatCouldNotBeWrittenClearsNobodyOfHavingBeenFollowed() {
        Consumer<Script> story = script -> {
            script.settles(1);
            script.lose(Verb.WRITE_STATUS);
            script.ready("a-0", false);
            script.told(1).runs(1);
            script.passes(LEASE);
            script.told(1).runs(1);
            script.cluster().removePod("a-1");
            script.cluster().removeLease();
            script.ready("a-0", true);
            script.told(2).runs(2);
            script.passes(LEASE);
            script.told(2).runs(2);
        };

        assertThat(play(Set.of(), Set.of(), Fencing.AWAIT_LEASE_EXPIRY, story)).isEmpty();
    }
}
