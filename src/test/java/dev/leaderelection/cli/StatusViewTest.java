package dev.leaderelection.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StatusViewTest {

    private static String text(Sketch sketch) {
        Now now = new Now(Sketch.NOW, true);
        return StatusView.of(sketch.snapshot(), now).text(now);
    }

    private static List<String> warnings(Sketch sketch) {
        return StatusView.of(sketch.snapshot(), new Now(Sketch.NOW, true)).warnings();
    }

    @Test
    void showsOnOneScreenWhatAgrees() {
        assertThat(text(new Sketch().leader("orders-0").pod("orders-1").route("orders-leader", "orders-0")))
                .isEqualTo("""
                Election:    shop/orders
                Strategy:    Lease
                Leader:      orders-0, term 3, since 60m
                Lease:       orders held by orders-0, renewed 4s ago, lasts 30s
                Candidates:  2/2 eligible
                Endpoints:   orders-leader -> orders-0

                POD        STATE      REASON
                orders-0   Leader     ready
                orders-1   Eligible   ready
                """);
    }

    @Test
    void warnsOfEachThatDoesNotAgree() {
        assertThat(text(new Sketch()
                        .pod("orders-0")
                        .leader("orders-1")
                        .route("orders-leader", "orders-1")
                        .renewed("2026-01-01T11:50:00.000000Z")))
                .endsWith("""

                WARNING: Lease orders has run out: renewed 10m ago, it lasts 30s. Is the operator running?
                WARNING: the label is on orders-1, the Lease names orders-0
                WARNING: Service orders-leader routes to orders-1, the Lease names orders-0
                """);
    }

    @Test
    void warnsOfAnElectionThatNobodyHasLookedAt() {
        assertThat(warnings(new Sketch().noLease().pod("orders-0").status("{}")))
                .containsExactly("LeaderElection orders was not looked at yet: is the operator running?");
    }

    @Test
    void warnsOfAStatusThatSpeaksOfAnOlderSpec() {
        assertThat(warnings(new Sketch().leader("orders-0").generation(4)))
                .containsExactly("the status speaks of generation 1 of the spec, which is at 4 by now: is the operator"
                        + " running?");
    }

    @Test
    void warnsOfTermsThatDiffer() {
        assertThat(warnings(new Sketch().leader("orders-0", 2)))
                .containsExactly(
                        "orders-0 has term 2 in its annotation leaderelection.dev/role.term, the Lease says term"
                                + " 3");
        assertThat(warnings(new Sketch().leader("orders-0").status("""
                        observedGeneration: 1
                        leader: {podName: orders-0, podUID: orders-0-uid, term: 2, since: "2026-01-01T11:00:00Z"}
                        """)))
                .containsExactly("the status says term 2, the Lease says term 3");
    }

    @Test
    void warnsOfAnotherPodOfTheSameName() {
        assertThat(warnings(new Sketch().holderWasAnother().pod("orders-0")))
                .containsExactly(
                        "the status names orders-0 (UID orders-0-uid), the Lease names orders-0 (UID"
                                + " orders-0-older-uid)",
                        "pod orders-0 (UID orders-0-uid) is there, the Lease names orders-0 (UID orders-0-older-uid)",
                        "the label is on no pod, the Lease names orders-0");
    }

    @Test
    void aLeaseThatWasNeverRenewedHasNoAge() {
        assertThat(text(new Sketch().neverRenewed().leader("orders-0")))
                .contains("Lease:       orders held by orders-0, never renewed, lasts 30s\n")
                .contains("WARNING: Lease orders was never renewed. Is the operator running?\n");
    }

    @Test
    void saysSoIfThisMachinesClockMustDo() {
        Now now = Now.of(Optional.empty(), () -> Sketch.NOW);

        assertThat(StatusView.of(new Sketch().leader("orders-0").snapshot(), now)
                        .text(now))
                .contains("renewed 4s ago by this machine's clock, lasts");
    }

    @Test
    void theServersClockCounts() {
        assertThat(Now.of(Optional.of("Thu, 01 Jan 2026 11:00:00 GMT"), () -> Sketch.NOW))
                .isEqualTo(new Now(Sketch.NOW.minusSeconds(3600), true));
        assertThat(Now.of(Optional.of("noon"), () -> Sketch.NOW)).isEqualTo(new Now(Sketch.NOW, false));
    }

    @Test
    void whatMayNotBeReadIsUnknownAndComparedWithNothing() {
        Sketch sketch = new Sketch()
                .leader("orders-1")
                .route("orders-leader", "orders-1")
                .refused(Part.PODS, Part.LEASE, Part.SERVICES);

        assertThat(text(sketch)).isEqualTo("""
                Election:    shop/orders
                Strategy:    Lease
                Leader:      orders-0, term 3, since 60m
                Lease:       unknown (no right to read Leases)
                Candidates:  2/2 eligible
                Endpoints:   unknown (no right to read Services)

                POD        STATE      REASON
                orders-0   Leader     ready
                orders-1   Eligible   ready

                WARNING: you may not read pods in namespace shop, so that what they say is left out: the ClusterRole leader-election-view has that right
                WARNING: you may not read Leases in namespace shop, so that what they say is left out: the ClusterRole leader-election-view has that right
                WARNING: you may not read Services in namespace shop, so that what they say is left out: the ClusterRole leader-election-view has that right
                """);
        assertThat(StatusView.of(sketch.snapshot(), new Now(Sketch.NOW, true)))
                .satisfies(view -> assertThat(view.unknown()).containsExactly("pods", "Leases", "Services"))
                .satisfies(view -> assertThat(view.lease().state()).isEqualTo("Unknown"));
    }

    @Test
    void withoutTheLeaseTheRestIsComparedWithTheStatus() {
        assertThat(warnings(new Sketch()
                        .pod("orders-0")
                        .leader("orders-1")
                        .route("orders-leader", "orders-1")
                        .refused(Part.LEASE)))
                .startsWith(
                        "the label is on orders-1, the status names orders-0",
                        "Service orders-leader routes to orders-1, the status names orders-0");
    }

    @Test
    void aServiceWhoseSlicesMayNotBeReadRoutesToSomebodyUnknown() {
        assertThat(text(new Sketch().leader("orders-0").route("orders-leader").refused(Part.ENDPOINTS)))
                .contains("Endpoints:   orders-leader -> unknown (no right to read EndpointSlices)\n")
                .doesNotContain("routes to");
    }

    @Test
    void warnsWhenTheStatusIsBehind() {
        assertThat(text(new Sketch().holder("orders-1").pod("orders-0").leader("orders-1")))
                .contains("WARNING: the status names orders-0, the Lease names orders-1\n");
    }

    @Test
    void warnsOfALabelThatNoLeaseStandsBehind() {
        assertThat(text(new Sketch().noLease().leader("orders-0")))
                .contains("Lease:       orders is not there\n")
                .contains("WARNING: the status names orders-0, the Lease names nobody\n")
                .contains("WARNING: the label is on orders-0, the Lease names nobody\n");
    }

    @Test
    void knowsTheLeadersOfOtherElectionsApart() {
        assertThat(text(new Sketch().leader("orders-0").pod("orders-1").stranger("web-0", "another-uid")))
                .doesNotContain("WARNING")
                .doesNotContain("web-0");
    }

    @Test
    void warnsOfAPodThatHasLeftTheSelectorWithTheLabel() {
        assertThat(text(new Sketch().leader("orders-0").pod("orders-1").stranger("web-0", "election-uid")))
                .contains("WARNING: the label is on orders-0, web-0, the Lease names orders-0\n");
    }

    @Test
    void showsWhyAnElectionIsNotReady() {
        assertThat(text(new Sketch()
                        .spec("mode: Paused")
                        .noLease()
                        .unready("orders-0")
                        .status("""
                        candidates: {total: 1, eligible: 0, summary: 0/1}
                        members: [{podName: orders-0, state: NotReady, reason: not ready}]
                        conditions:
                        - {type: Ready, status: "False", reason: NoEligibleCandidate, message: none of 1 candidates is eligible,
                           lastTransitionTime: "2026-01-01T11:00:00Z"}
                        """)))
                .isEqualTo("""
                Election:    shop/orders
                Strategy:    Lease, mode Paused
                Leader:      <none>
                Lease:       orders is not there
                Candidates:  0/1 eligible
                Endpoints:   <no Service selects the leader's label>

                POD        STATE      REASON
                orders-0   NotReady   not ready

                WARNING: Ready=False (NoEligibleCandidate): none of 1 candidates is eligible
                """);
    }
}
