package dev.leaderelection.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What needs no cluster. */
class KubectlElectionTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return KubectlElection.run(
                List.of(arguments), new PrintWriter(out, true), new PrintWriter(err, true), () -> Sketch.NOW);
    }

    @Test
    void whatMakesNoSenseIsOneLineAndEndsWith2() {
        assertThat(run("transfer")).isEqualTo(2);
        assertThat(run("status", "orders", "-o", "xml")).isEqualTo(2);
        assertThat(run("frobnicate")).isEqualTo(2);

        assertThat(err.toString().lines())
                .hasSize(3)
                .allSatisfy(line -> assertThat(line)
                        .startsWith("error: ")
                        .contains("kubectl election")
                        .contains("--help"));
    }

    @Test
    void anEmptyNameIsNoStackTrace() {
        assertThat(run("pause", "")).isEqualTo(1);

        assertThat(err.toString()).startsWith("error: NAME is empty").hasLineCount(1);
    }

    @Test
    void whatIsTrueOfAllCommandsMayStandBeforeOrAfterThem() {
        String kubeconfig = "src/test/resources/kubectl/kubeconfig.yaml";
        assertThat(run("--kubeconfig", kubeconfig, "--context", "one", "status", "orders"))
                .isEqualTo(1);
        assertThat(run("--kubeconfig", kubeconfig, "list", "--context", "two")).isEqualTo(1);
        assertThat(run("list", "--kubeconfig", kubeconfig, "--context", "three"))
                .isEqualTo(1);

        assertThat(err.toString().lines())
                .satisfiesExactly(
                        line -> assertThat(line).contains("no context one"),
                        line -> assertThat(line).contains("no context two"),
                        line -> assertThat(line).contains("no context three"));
    }

    @Test
    void groupsAreOnlyImpersonatedWithAUser() {
        assertThat(run("list", "--as-group", "admins")).isEqualTo(1);

        assertThat(err.toString()).startsWith("error: --as-group").contains("--as too");
    }

    @Test
    void helpNamesEveryCommand() {
        assertThat(run("--help")).isZero();

        assertThat(out.toString())
                .contains("explain", "history", "list", "pause", "resume", "status", "transfer", "watch")
                .doesNotContain("__complete");
    }

    @Test
    void completionEndsAsKubectlWantsItTo() {
        assertThat(run("__complete", "")).isZero();

        assertThat(out.toString().lines())
                .containsExactly("explain", "history", "list", "pause", "resume", "status", "transfer", "watch", ":4");
    }

    @Test
    void historyIsATableOfTheNewestFirst() {
        assertThat(Listing.history(new Sketch().snapshot().status().history(), Sketch.NOW))
                .isEqualTo("""
                AGE   TERM   FROM       TO         REASON       TOOK
                60m   3      orders-1   orders-0   LeaderGone   12ms
                2d    2      <none>     orders-1   SeatVacant   30ms
                """);
    }

    @Test
    void listIsATableByNamespaceAndName() {
        assertThat(Listing.of(List.of(new Sketch().snapshot().resource()), true, Sketch.NOW))
                .isEqualTo("""
                NAMESPACE   NAME     STRATEGY   LEADER     TERM   READY   CANDIDATES   LAST SWITCH
                shop        orders   Lease      orders-0   3      True    2/2          60m
                """);
    }

    @Test
    void agesAreRounded() {
        assertThat(List.of(
                        Age.of(Duration.ofSeconds(-3)),
                        Age.of(Duration.ofSeconds(119)),
                        Age.of(Duration.ofMinutes(119)),
                        Age.of(Duration.ofHours(47)),
                        Age.of(Duration.ofDays(9))))
                .containsExactly("0s", "119s", "119m", "47h", "9d");
        assertThat(Age.since("yesterday", Sketch.NOW)).isEqualTo("-");
    }
}
