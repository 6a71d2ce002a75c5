package dev.leaderelection.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StatusViewTest {

    private static String text(Sketch sketch) {
        return StatusView.of(sketch.snapshot(), Sketch.NOW).text(Sketch.NOW);
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
    void warnsWhenTheStatusIsBehind() {
        assertThat(text(new Sketch().holder("orders-1").pod("orders-0").leader("orders-1")))
                .contains("WARNING: the status names orders-0, the Lease names orders-1\n");
    }

    @Test
    void warnsOfALabelThatNoLeaseStandsBehind() {
        assertThat(text(new Sketch().noLease().leader("orders-0")))
                .contains("Lease:       orders is not there, or not this election's\n")
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
                Lease:       orders is not there, or not this election's
                Candidates:  0/1 eligible
                Endpoints:   <no Service selects the leader's label>

                POD        STATE      REASON
                orders-0   NotReady   not ready

                WARNING: Ready=False (NoEligibleCandidate): none of 1 candidates is eligible
                """);
    }
}
