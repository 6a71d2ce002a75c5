package dev.leaderelection.election;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Who should have the seat: the table "who is replaced, and when".
 *
 * @param owner whose the seat is, if anybody's
 * @param reason why, if that is not who had it
 * @param next after how long time alone may change the answer
 */
record Seat(Optional<Candidate> owner, Reason reason, Duration next) {

    /** Longer than anybody waits. */
    static final Duration NEVER = Duration.ofDays(1);

    /**
     * Decides.
     *
     * @param o the world
     * @param incumbent who has the seat, if that pod exists
     * @param wasTaken whether somebody had it
     */
    static Seat decide(Observation o, Optional<Candidate> incumbent, boolean wasTaken) {
        if (o.rules().mode() == Rules.Mode.PAUSED) {
            return new Seat(incumbent, Reason.SEAT_VACANT, NEVER);
        }
        Optional<Candidate> asked = Transfers.heir(o);
        if (asked.isPresent()) {
            // The strategy's waits are for what nobody has asked for.
            return new Seat(asked, Reason.LEADERSHIP_TRANSFER, NEVER);
        }
        List<Candidate> heirs = o.pods().stream()
                .filter(pod -> Eligibility.of(pod).isEligible())
                .filter(pod ->
                        incumbent.map(Candidate::id).filter(pod.id()::equals).isEmpty())
                .toList();
        if (incumbent.isEmpty()) {
            Reason reason = wasTaken ? Reason.LEADER_GONE : Reason.SEAT_VACANT;
            return new Seat(heir(o, heirs), reason, NEVER);
        }
        Candidate leader = incumbent.get();
        return switch (Eligibility.of(leader)) {
            case ENDED -> replaced(o, leader, heirs, Reason.LEADER_ENDED, Duration.ZERO);
            case TERMINATING -> replaced(o, leader, heirs, Reason.LEADER_TERMINATING, Duration.ZERO);
            case NOT_SELECTED -> replaced(o, leader, heirs, Reason.LEADER_NOT_SELECTED, sinceSwitch(o));
            case EXCLUDED -> replaced(o, leader, heirs, Reason.LEADER_EXCLUDED, sinceSwitch(o));
            case NOT_READY ->
                replaced(o, leader, heirs, Reason.LEADER_NOT_READY, Durations.longer(sinceSwitch(o), grace(o, leader)));
            case NODE_LOST -> replaced(o, leader, heirs, Reason.LEADER_NODE_LOST, sinceSwitch(o));
            case PROBE_FAILED -> replaced(o, leader, heirs, Reason.LEADER_PROBE_FAILED, sinceSwitch(o));
            case ELIGIBLE, MALFORMED -> challenged(o, leader, heard(heirs));
        };
    }

    private static Seat replaced(Observation o, Candidate leader, List<Candidate> heirs, Reason reason, Duration wait) {
        Optional<Candidate> heir = heir(o, heirs);
        if (heir.isEmpty()) {
            return new Seat(Optional.of(leader), reason, NEVER);
        }
        return wait.isZero() ? new Seat(heir, reason, NEVER) : new Seat(Optional.of(leader), reason, wait);
    }

    private static Seat challenged(Observation o, Candidate leader, List<Candidate> heirs) {
        Strategy.Tenure tenure =
                new Strategy.Tenure(o.ledFor(), pod -> o.steadyFor().getOrDefault(pod.id(), Duration.ZERO));
        Optional<Strategy.Challenge> challenge = o.rules().strategy().challenge(leader, heirs, tenure);
        if (challenge.isEmpty()) {
            return new Seat(Optional.of(leader), Reason.SEAT_VACANT, NEVER);
        }
        Duration wait = Durations.longer(challenge.get().due(), sinceSwitch(o));
        return wait.isZero()
                ? new Seat(Optional.of(challenge.get().heir()), challenge.get().reason(), NEVER)
                : new Seat(Optional.of(leader), challenge.get().reason(), wait);
    }

    private static Optional<Candidate> heir(Observation o, List<Candidate> heirs) {
        return o.rules()
                .strategy()
                .heir(
                        preferred(heirs),
                        o.pods().stream().filter(Candidate::selected).toList());
    }

    /**
     * Those among whom a strategy is to choose: what silenced the leader may have silenced others with it, of whom not enough probes
     * have failed yet to say so.
     */
    static List<Candidate> preferred(List<Candidate> heirs) {
        List<Candidate> heard = heard(heirs);
        return heard.isEmpty() ? heirs : heard;
    }

    private static List<Candidate> heard(List<Candidate> heirs) {
        return heirs.stream()
                .filter(pod -> pod.contact() != Candidate.Contact.SUSPECT)
                .toList();
    }

    private static Duration sinceSwitch(Observation o) {
        return Durations.rest(o.rules().minInterval(), o.ledFor());
    }

    private static Duration grace(Observation o, Candidate leader) {
        return Durations.rest(o.rules().notReadyGrace(), o.steadyFor().getOrDefault(leader.id(), Duration.ZERO));
    }
}
