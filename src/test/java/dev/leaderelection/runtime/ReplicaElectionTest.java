package dev.leaderelection.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leaderelection.kubernetes.ReplicaLease;
import dev.leaderelection.runtime.ReplicaElection.Move;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplicaElectionTest {

    private static final Duration START = Duration.ofSeconds(100);

    private final ReplicaElection election = new ReplicaElection("me", Duration.ofSeconds(6), Duration.ofSeconds(2));

    @Test
    void makesTheLeaseWhereThereIsNone() {
        assertThat(election.next(START)).isEqualTo(new Move.Create());
    }

    @Test
    void takesAReleasedLeaseAtOnce() {
        election.see(lease(1, ""), START);

        assertThat(election.next(START)).isEqualTo(new Move.Take(lease(1, "")));
    }

    @Test
    void waitsUntilAnotherHasNotRenewedForItsDurationByOurClock() {
        election.see(lease(1, "other"), START);

        assertThat(election.next(START)).isEqualTo(new Move.Wait(at(6)));
        assertThat(election.next(at(5.999))).isEqualTo(new Move.Wait(at(6)));
        assertThat(election.next(at(6))).isEqualTo(new Move.Take(lease(1, "other")));
    }

    @Test
    void renewalOfAnotherStartsTheWaitAgain() {
        election.see(lease(1, "other"), START);
        election.see(lease(2, "other"), at(2));

        assertThat(election.next(at(6))).isEqualTo(new Move.Wait(at(8)));
    }

    @Test
    void sightOfTheSameRevisionDoesNotStartTheWaitAgain() {
        election.see(lease(1, "other"), START);
        election.see(lease(1, "other"), at(5));

        assertThat(election.next(at(6))).isEqualTo(new Move.Take(lease(1, "other")));
    }

    @Test
    void actsFromTheAnswerUntilTheDurationAfterTheRequest() {
        election.see(lease(1, ""), START);
        assertThat(election.actsUntil()).isEqualTo(Duration.ZERO);

        election.wrote(lease(2, "me"), START);

        assertThat(election.actsUntil()).isEqualTo(at(6));
        assertThat(election.next(at(1))).isEqualTo(new Move.Wait(at(2)));
        assertThat(election.next(at(2))).isEqualTo(new Move.Renew(lease(2, "me")));
    }

    @Test
    void actsNoLongerOnceAnotherIsSeenToHold() {
        election.wrote(lease(2, "me"), START);

        election.see(lease(3, "other"), at(1));

        assertThat(election.actsUntil()).isEqualTo(Duration.ZERO);
        assertThat(election.held()).isEmpty();
        assertThat(election.next(at(1))).isEqualTo(new Move.Wait(at(7)));
    }

    @Test
    void lateEventOfTheWatchChangesNothing() {
        election.see(lease(9, "other"), START);
        election.wrote(lease(10, "me"), at(6));

        election.see(lease(9, "other"), at(7));

        assertThat(election.actsUntil()).isEqualTo(at(12));
        assertThat(election.held()).contains(lease(10, "me"));
    }

    @Test
    void liveReadIsTakenAsItIsForAStoreThatWasRestoredCountsOnFromABackup() {
        election.wrote(lease(5000, "me"), START);

        boolean isNews = election.read(lease(100, "other"), at(1));

        assertThat(isNews).isTrue();
        assertThat(election.actsUntil()).isEqualTo(Duration.ZERO);
        assertThat(election.next(at(1))).isEqualTo(new Move.Wait(at(7)));
        election.see(lease(101, "other"), at(2));
        assertThat(election.next(at(2))).isEqualTo(new Move.Wait(at(8)));
    }

    @Test
    void holderGoesOnWithTheRevisionThatARestoredStoreShows() {
        election.wrote(lease(5000, "me"), START);

        election.read(lease(100, "me"), at(1));

        assertThat(election.actsUntil()).isEqualTo(at(6));
        assertThat(election.next(at(2))).isEqualTo(new Move.Renew(lease(100, "me")));
    }

    @Test
    void liveReadOfWhatIsKnownTellsNothingNewAndDoesNotStartTheWaitAgain() {
        election.see(lease(1, "other"), START);

        assertThat(election.read(lease(1, "other"), at(5))).isFalse();

        assertThat(election.next(at(6))).isEqualTo(new Move.Take(lease(1, "other")));
    }

    @Test
    void thatThereIsNoLeaseIsNewOnce() {
        election.see(lease(1, "other"), START);

        assertThat(election.missing()).isTrue();
        assertThat(election.missing()).isFalse();
        assertThat(election.next(START)).isEqualTo(new Move.Create());
    }

    @Test
    void ownEventOfTheWatchDoesNotPutTheRenewalOff() {
        election.wrote(lease(2, "me"), START);

        election.see(lease(2, "me"), at(1.9));

        assertThat(election.next(at(2))).isEqualTo(new Move.Renew(lease(2, "me")));
    }

    @Test
    void replicaThatIsStartedAgainUnderItsNameGoesOnAtOnce() {
        election.see(lease(7, "me"), START);

        assertThat(election.actsUntil()).isEqualTo(Duration.ZERO);
        assertThat(election.next(START)).isEqualTo(new Move.Renew(lease(7, "me")));
    }

    @Test
    void deletedLeaseIsNotActedOnAndMadeAgain() {
        election.wrote(lease(2, "me"), START);

        election.gone("uid");

        assertThat(election.actsUntil()).isEqualTo(Duration.ZERO);
        assertThat(election.next(START)).isEqualTo(new Move.Create());
    }

    @Test
    void deletionOfAnEarlierLeaseChangesNothing() {
        election.wrote(lease(2, "me"), START);

        election.gone("uid of an earlier one");

        assertThat(election.actsUntil()).isEqualTo(at(6));
    }

    @Test
    void leaseWithoutADurationIsTakenAtOnce() {
        ReplicaLease absurd = new ReplicaLease("uid", "1", Optional.of("other"), Duration.ZERO, 0, Optional.empty());

        election.see(absurd, START);

        assertThat(election.next(START)).isEqualTo(new Move.Take(absurd));
    }

    @ParameterizedTest
    @CsvSource({
        "PT1S,   PT0.5S, leader-election.replica.duration",
        "PT2.5S, PT1S,   leader-election.replica.duration",
        "PT6S,   PT0S,   leader-election.replica.renew-interval",
        "PT6S,   PT3.1S, leader-election.replica.renew-interval"
    })
    void refusesTimesThatALeaseCannotHave(Duration duration, Duration renewInterval, String setting) {
        assertThatThrownBy(() -> new ReplicaElection("me", duration, renewInterval))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(setting + " must be");
    }

    private static ReplicaLease lease(int version, String holder) {
        return new ReplicaLease(
                "uid",
                Integer.toString(version),
                Optional.of(holder).filter(name -> !name.isEmpty()),
                Duration.ofSeconds(6),
                3,
                Optional.empty());
    }

    private static Duration at(double seconds) {
        return START.plusMillis(Math.round(seconds * 1000));
    }
}
