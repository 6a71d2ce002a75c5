package dev.leaderelection.election;

import static dev.leaderelection.election.PodFixture.healthy;
import static dev.leaderelection.election.PodFixture.id;
import static dev.leaderelection.election.PodFixture.pod;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SightingsTest {

    private final Sightings sightings = new Sightings();

    private static Duration at(long second) {
        return Duration.ofSeconds(second);
    }

    @Test
    void countsFromTheFirstSight() {
        sightings.note(List.of(healthy("a")), at(100));

        assertThat(sightings.steadyFor(id("a"), at(100))).isZero();
        sightings.note(List.of(healthy("a")), at(107));
        assertThat(sightings.steadyFor(id("a"), at(110))).isEqualTo(at(10));
    }

    @Test
    void startsAgainWhenTheStateChanges() {
        sightings.note(List.of(healthy("a")), at(0));
        sightings.note(List.of(pod("a").notReady().build()), at(50));
        assertThat(sightings.steadyFor(id("a"), at(60))).isEqualTo(at(10));

        sightings.note(List.of(healthy("a")), at(70));
        assertThat(sightings.steadyFor(id("a"), at(71))).isEqualTo(at(1));
    }

    @Test
    void aChangeOfTheLabelChangesNothing() {
        sightings.note(List.of(healthy("a")), at(0));
        sightings.note(List.of(PodFixture.leading("a", 3)), at(5));

        assertThat(sightings.steadyFor(id("a"), at(9))).isEqualTo(at(9));
    }

    @Test
    void forgetsWhoLeftAndKnowsNobodyUnseen() {
        sightings.note(List.of(healthy("a")), at(0));
        sightings.note(List.of(), at(1));
        sightings.note(List.of(healthy("a")), at(9));

        assertThat(sightings.steadyFor(id("a"), at(10))).isEqualTo(at(1));
        assertThat(sightings.steadyFor(id("b"), at(10))).isZero();
    }

    @Test
    void anotherIncarnationStartsAnew() {
        sightings.note(List.of(healthy("a")), at(0));
        Candidate next = pod("a").uid("next").build();
        sightings.note(List.of(next), at(8));

        assertThat(sightings.steadyFor(next.id(), at(9))).isEqualTo(at(1));
    }
}
