package dev.leaderelection.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ExplanationTest {

    private static final String PROMISED =
            "{electionUID: election-uid, from: orders-0, fromTerm: 3, to: orders-1, conditions: []}";

    private static Explanation explain(Sketch sketch) {
        return Explanation.of(sketch.snapshot(), new Now(Sketch.NOW, true));
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
                        "Eligible: it ranks above orders-0, and takes over once it has been eligible for 30s"),
                Arguments.of(
                        led().pod("orders-1", true, Map.of(), high)
                                .spec(bully)
                                .spec("failover: {minIntervalSeconds: 7200}"),
                        "Eligible: it ranks above orders-0, and takes over once it has been eligible for 30s, not before"
                                + " failover.minIntervalSeconds have passed since orders-0 took the seat"),
                Arguments.of(
                        led().pod("orders-1").spec(ring),
                        "Eligible: follows when the term of orders-0 ends; first in line for a vacant seat"),
                Arguments.of(
                        led().pod("orders-1").spec(ring).spec("failover: {minIntervalSeconds: 7200}"),
                        "Eligible: follows when the term of orders-0 ends, not before failover.minIntervalSeconds have"
                                + " passed since orders-0 took the seat; first in line for a vacant seat"),
                Arguments.of(
                        led().pod("orders-1").spec("strategy: {type: Ring}"),
                        "Eligible: orders-0 is healthy and stays; first in line for a vacant seat"),
                Arguments.of(
                        unready().pod("orders-1"),
                        "Eligible: orders-0 (not ready) loses the seat to its heir, which it is"),
                Arguments.of(
                        unready().pod("orders-1").spec("detection: {notReadyGraceSeconds: 60}"),
                        "Eligible: orders-0 (not ready) has the time of detection.notReadyGraceSeconds to become ready"
                                + " again; first in line for a vacant seat"),
                Arguments.of(
                        unready().pod("orders-1").spec("failover: {minIntervalSeconds: 7200}"),
                        "Eligible: orders-0 (not ready) keeps the seat until failover.minIntervalSeconds have passed"
                                + " since it took it; first in line for a vacant seat"),
                Arguments.of(unready().pod("orders-2").pod("orders-1"), "Eligible: number 2 in line for a vacant seat"),
                Arguments.of(
                        led().going("orders-0").pod("orders-1").spec("failover: {minIntervalSeconds: 7200}"),
                        "Eligible: orders-0 (being deleted) loses the seat to its heir, which it is"),
                Arguments.of(
                        led().pod("orders-1").spec("mode: Paused"),
                        "Eligible: the election is paused; first in line for a vacant seat once it is Active"),
                Arguments.of(
                        new Sketch().noLease().pod("orders-1").spec("mode: Paused"),
                        "Eligible: the election is paused; first in line for a vacant seat once it is Active"),
                Arguments.of(
                        new Sketch().noLease().pod("orders-1").spec("mode: Observe"),
                        "Eligible: the election only observes; first in line for a vacant seat once it is Active"),
                Arguments.of(
                        new Sketch()
                                .noLease()
                                .pod("orders-1")
                                .status(condition("Conflicted", "True", "SelectorOverlap", "another is older")),
                        "Eligible: the election does not act (SelectorOverlap); first in line for a vacant seat"),
                Arguments.of(
                        new Sketch()
                                .unready("orders-0")
                                .pod("orders-1")
                                .status(condition("RoutingConsistent", "False", "Fencing", "it waits")),
                        "Eligible: orders-0 is being fenced; first in line for a vacant seat"),
                Arguments.of(
                        led().pod("orders-1").asked("move", "orders-1", PROMISED),
                        "Eligible: LeadershipTransfer move makes it the leader"),
                Arguments.of(
                        led().pod("orders-1", false, Map.of("leaderelection.dev/role", "leader"), Map.of()),
                        "NotReady: not ready; it carries the leader's label, and should not"),
                Arguments.of(
                        led().pod("orders-1").status("members: [{podName: orders-1, state: ProbeFailed, reason: x}]"),
                        "ProbeFailed: failing its probe"),
                Arguments.of(new Sketch().noLease().pod("orders-1"), "Eligible: first in line for a vacant seat"));
    }

    private static Sketch unready() {
        return new Sketch().unreadyLeader("orders-0");
    }

    private static String condition(String type, String status, String reason, String message) {
        return """
                observedGeneration: 1
                leader: {podName: orders-0, podUID: orders-0-uid, term: 3, since: "2026-01-01T11:00:00Z"}
                conditions:
                - {type: %s, status: "%s", reason: %s, message: %s, lastTransitionTime: "2026-01-01T11:00:00Z"}
                """.formatted(type, status, reason, message);
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
                        "orders-0: not ready, and it keeps the seat as long as the election is paused",
                        "orders-0 does not carry the label leaderelection.dev/role=leader yet",
                        "the election is paused: leadership does not move");
    }

    @Test
    void tellsThatALeaderIsBeingFenced() {
        assertThat(explain(new Sketch()
                                .unready("orders-0")
                                .pod("orders-1")
                                .status(condition(
                                        "RoutingConsistent", "False", "Fencing", "orders-0 may still be running")))
                        .why())
                .containsExactly("orders-0 leads in term 3", "orders-0: not ready", "orders-0 may still be running");
    }

    @Test
    void underRingTheOthersComeInTheOrderOfSuccession() {
        Explanation explanation = explain(new Sketch()
                .holder("orders-1")
                .pod("orders-2")
                .leader("orders-1")
                .pod("orders-0")
                .spec("strategy: {type: Ring, ring: {maxTermSeconds: 600}}"));

        assertThat(explanation.others())
                .containsExactly(
                        new Explanation.Other(
                                "orders-0",
                                "Eligible",
                                "follows when the term of orders-1 ends; number 2 in line for a vacant seat"),
                        new Explanation.Other(
                                "orders-2",
                                "Eligible",
                                "follows when the term of orders-0 ends; first in line for a vacant seat"));
    }

    @Test
    void tellsOfTransfersThatNothingHasBecomeOfYet() {
        String ended = "{conditions: [{type: Failed, status: \"True\", reason: TimedOut, message: x,"
                + " lastTransitionTime: \"2026-01-01T11:00:00Z\"}]}";
        Sketch sketch = led().pod("orders-1")
                .asked("a", "orders-1", PROMISED)
                .asked("b", "", "{conditions: []}")
                .asked("c", "orders-1", ended);

        assertThat(explain(sketch).transfers())
                .containsExactly(new Explanation.Asked("a", "orders-1", true), new Explanation.Asked("b", "", false));
        assertThat(explain(sketch).text())
                .contains("LeadershipTransfer a asks that orders-1 lead: accepted, and not made yet\n")
                .contains("LeadershipTransfer b asks that the next lead: not answered yet\n");
    }

    @Test
    void whoMayReadElectionsAloneLearnsWhatTheStatusTells() {
        assertThat(explain(led().pod("orders-1").refused(Part.PODS, Part.LEASE, Part.TRANSFERS))
                        .text())
                .isEqualTo("""
                orders-0 leads in term 3, since 60m: the leader's pod is gone, and orders-1 led before
                strategy Lease: a healthy leader stays; a vacant seat goes by priority, then newest revision, then the longest ready

                POD        STANDING   WHY NOT
                orders-1   Eligible   unknown (no right to read pods)

                WARNING: you may not read pods in namespace shop, so that what they say is left out: the ClusterRole leader-election-view has that right
                WARNING: you may not read Leases in namespace shop, so that what they say is left out: the ClusterRole leader-election-view has that right
                WARNING: you may not read LeadershipTransfers in namespace shop, so that what they say is left out: the ClusterRole leader-election-view has that right
                """);
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
