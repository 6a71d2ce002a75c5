package dev.leaderelection.chaos;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Deals faults in a random order, all of them before any comes again. */
final class Deck {

    private static final Set<Fault> FAILING =
            EnumSet.of(Fault.POD_DELETED, Fault.POD_REPLACED, Fault.READINESS_FLIPPED);

    private final List<Fault> cards;
    private final SplittableRandom random;
    private final List<Fault> rest = new ArrayList<>();

    /**
     * @param cards one that is there twice comes twice as often
     */
    Deck(List<Fault> cards, SplittableRandom random) {
        this.cards = List.copyOf(cards);
        this.random = random;
    }

    /** All faults of a scope. What fails a leader comes four times as often: failovers are what this is about. */
    static Deck of(Fault.Scope scope, SplittableRandom random) {
        List<Fault> cards = new ArrayList<>();
        for (Fault fault : Fault.values()) {
            if (fault.scope() == scope) {
                cards.addAll(Collections.nCopies(FAILING.contains(fault) ? 4 : 1, fault));
            }
        }
        return new Deck(cards, random);
    }

    synchronized Fault next() {
        if (rest.isEmpty()) {
            rest.addAll(cards);
        }
        return rest.remove(random.nextInt(rest.size()));
    }
}
