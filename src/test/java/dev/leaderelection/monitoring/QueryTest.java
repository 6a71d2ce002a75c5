package dev.leaderelection.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is read off a query. */
class QueryTest {

    @Test
    void metricsAndLabelsAreFoundAndNothingElse() {
        Query query = new Query(
                "some",
                "histogram_quantile(0.5, sum by (le, reason) (rate(failover_bucket{namespace=~\"a{b}\", x!=\"y\"}[5m])))"
                        + " or vector(0) + max(up) < 1");

        assertThat(query.metrics()).containsExactlyInAnyOrder("failover_bucket", "up");
        assertThat(query.labels()).containsExactlyInAnyOrder("le", "reason", "namespace", "x");
    }

    @Test
    void thereAreAlertsAndPanels() {
        assertThat(Query.alerts()).hasSizeGreaterThanOrEqualTo(5);
        assertThat(Query.panels()).hasSizeGreaterThanOrEqualTo(15);
    }

    @Test
    void everyAlertSaysWhatItMeansAndWhatToLookAt() {
        Query.read("rules.yaml")
                .at("/spec/groups")
                .forEach(group -> group.path("rules").forEach(rule -> {
                    assertThat(rule.at("/annotations/summary").asText()).isNotEmpty();
                    assertThat(rule.at("/annotations/description").asText()).hasSizeGreaterThan(100);
                    assertThat(rule.at("/labels/severity").asText()).isIn("warning", "critical");
                }));
    }

    @Test
    void aSelectorOfNothingAsksForNoLabel() {
        assertThat(new Query("some", "absent(up{})").labels()).isEqualTo(Set.of());
    }
}
