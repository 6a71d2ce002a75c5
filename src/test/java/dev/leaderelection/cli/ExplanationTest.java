package dev.leaderelection.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ExplanationTest {

    private static Explanation explain(Sketch sketch) {
        return Explanation.of(sketch.snapshot(), Sketch.NOW);
    }

    private static String whyNot(Sketch sketch, String pod) {
        return explain(sketch).others().stream()
                .filter(other -> other.pod().equals(pod))
                .map(other -> other.standing() + ": " + other.whyNot())
                .findFirst()
                .orElseThrow();
    }

    private static Sketch led() {
        return new Sketch().leader("orders-0");
    }

    @Test
    void tellsWhyThisOneLeadsAndWhyNotTheOthersInTheOrderOfTheQueue() {
        assertThat(explain(led().unready("orders-3")
                                .pod("orders-1")
                                .pod("orders-2", true, Map.of(), Map.of("leaderelection.dev/priority", "5")))
                        .text())
                .isEqualTo("""
                orders-0 leads in term 3, since 60m: the leader's pod is gone, and orders-1 led before
                strategy Lease: a healthy leader stays; a vacant seat goes by priority, then newest revision, then the longest ready

                POD        STANDING   WHY NOT
                orders-2   Eligible   orders-0 is healthy and stays; first in line for a vacant seat
                orders-1   Eligible   orders-0 is healthy and stays; number 2 in line for a vacant seat
                orders-3   NotReady   not ready
                """);
    }

    static Stream<Arguments> others() {
        String bully = "strategy: {type: Bully}";
        String ring = "strategy: {type: Ring, ring: {maxTermSeconds: 600}}";
        Map<String, String> low = Map.of("leaderelection.dev/priority", "-1");
        Map<String, String> high = Map.of("leaderelection.dev/priority", "7");
        return Stream.of(
                Arguments.of(
                        led().pod("orders-1", true, Map.of(), Map.of("leaderelection.dev/candidate", "false")),
                        "Excluded: excluded by annotation leaderelection.dev/candidate"),
                Arguments.of(
                        led().pod("orders-1", true, Map.of(), Map.of("leaderelection.dev/priority", "high")),
                        "Malformed: an annotation is malformed"),
                Arguments.of(
                        led().pod("orders-1", true, Map.of(), low).spec(bully),
                        "Eligible: its priority -1 is below that of orders-0, 0; first in line for a vacant seat"),
                Arguments.of(
                        led().pod("orders-1", true, Map.of(), high).spec(bully),
                        "Eligible: it ranks above orders-0, and takes over once it has been eligible for long enough"),
                Arguments.of(
                        led().pod("orders-1").spec(ring),
                        "Eligible: its turn comes when the terms of those before it have ended; first in line for a"
                                + " vacant seat"),
                Arguments.of(
                        led().pod("orders-1", false, Map.of("leaderelection.dev/role", "leader"), Map.of()),
                        "NotReady: not ready; it carries the leader's label, and should not"),
                Arguments.of(
                        led().pod("orders-1").status("members: [{podName: orders-1, state: ProbeFailed, reason: x}]"),
                        "ProbeFailed: failing its probe"),
                Arguments.of(new Sketch().noLease().pod("orders-1"), "Eligible: first in line for a vacant seat"));
    }

    @ParameterizedTest
    @MethodSource("others")
    void tellsOfEachWhyItDoesNotLead(Sketch sketch, String why) {
        assertThat(whyNot(sketch, "orders-1")).startsWith(why);
    }

    @Test
    void tellsThatALeaderKeepsTheSeatWithoutAnHeir() {
        assertThat(explain(new Sketch().unready("orders-0").spec("mode: Paused"))
                        .why())
                .contains(
                        "orders-0: not ready, and keeps the seat until another pod may take it",
                        "orders-0 does not carry the label leaderelection.dev/role=leader yet",
                        "the election is paused: leadership does not move");
    }

    @Test
    void tellsWhyNobodyLeads() {
        Explanation explanation =
                explain(new Sketch().noLease().unready("orders-0").status("""
                conditions:
                - {type: LeaderElected, status: "False", reason: NoEligibleCandidate, message: none of 1 candidates is eligible,
                   lastTransitionTime: "2026-01-01T11:00:00Z"}
                """));

        assertThat(explanation.leader()).isEmpty();
        assertThat(explanation.why()).containsExactly("nobody leads: none of 1 candidates is eligible");
    }

    @Test
    void suspectsTheOperatorIfNothingTells() {
        assertThat(explain(new Sketch().noLease().status("{}")).why())
                .containsExactly("nobody leads: the operator has not looked at this election yet: is it running?");
    }
}
