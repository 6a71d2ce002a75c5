package dev.leaderelection.chart;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ManifestDiffTest {

    private static final String DEPLOYED = """
            # a comment
            kind: Deployment
            metadata: {name: operator}
            spec: {replicas: 2, containers: [{name: a, args: [x]}]}
            ---
            kind: Namespace
            metadata: {name: system}
            """;

    @Test
    void whatIsTheSameHasNoDifferenceWhateverItsOrder() {
        assertThat(ManifestDiff.between(DEPLOYED, """
                {kind: Namespace, metadata: {name: system}}
                ---
                spec: {containers: [{args: [x], name: a}], replicas: 2}
                metadata: {name: operator}
                kind: Deployment
                """)).isEmpty();
    }

    @Test
    void linesInWhichTextIsBrokenAreNoDifferenceButItsWordsAre() {
        String one = "{kind: Policy, metadata: {name: a}, expression: \"a &&\\n\\n  b\"}";

        assertThat(ManifestDiff.between(one, one.replace("\\n\\n  ", "\\n "))).isEmpty();
        assertThat(ManifestDiff.between(one, one.replace("&&", "||"))).hasSize(1);
    }

    @Test
    void differenceIsToldWithItsObjectItsPathAndBothValues() {
        assertThat(ManifestDiff.between(DEPLOYED, """
                kind: Deployment
                metadata: {name: operator, labels: {app: operator}}
                spec: {replicas: 3, containers: [{name: a, args: [x, y]}]}
                ---
                kind: Secret
                metadata: {name: token}
                """))
                .containsExactly(
                        "Deployment/operator /metadata/labels: nothing in deploy/, {\"app\":\"operator\"} in the chart",
                        "Deployment/operator /spec/containers/0/args/1: nothing in deploy/, \"y\" in the chart",
                        "Deployment/operator /spec/replicas: 2 in deploy/, 3 in the chart",
                        "Namespace/system: not in the chart",
                        "Secret/token: only in the chart");
    }
}
