package dev.leaderelection.crd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.leaderelection.api.LeaderElectionSpec;
import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.Manifests;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable.Validation;
import io.fabric8.kubernetes.client.dsl.NamespaceableResource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What can be judged from the object alone is judged by the API server: what it accepts, fills in and refuses. */
class LeaderElectionFixturesIT {

    private static final YAMLMapper STRICT = StrictMapper.yaml();
    /** On the one that is shared an operator may be at work, which writes to what is created here. */
    private static final ControlPlane CONTROL_PLANE = ControlPlane.start();

    private static String namespace = "";

    @BeforeAll
    static void installDefinition() {
        new Manifests(CONTROL_PLANE).applyCrds();
        namespace = CONTROL_PLANE.createNamespace("fixtures");
    }

    @AfterAll
    static void close() {
        CONTROL_PLANE.close();
    }

    static List<Fixture> valid() {
        return Fixture.all("valid-");
    }

    static List<Fixture> invalid() {
        return Fixture.all("invalid-");
    }

    @Test
    void thereAreFixtures() {
        assertThat(valid()).hasSizeGreaterThanOrEqualTo(10);
        assertThat(invalid()).hasSizeGreaterThanOrEqualTo(45);
    }

    @ParameterizedTest
    @MethodSource("valid")
    void isAccepted(Fixture fixture) throws JsonProcessingException {
        GenericKubernetesResource accepted = create(fixture.created());
        GenericKubernetesResource asked = fixture.created();
        if (fixture.replaces()) {
            accepted = replace(accepted, fixture.replacement());
            asked = fixture.replacement();
        }

        assertThat(spec(accepted)).as(fixture.expected()).isEqualTo(spec(asked));
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void isRefusedWithTheReason(Fixture fixture) {
        if (fixture.replaces()) {
            GenericKubernetesResource accepted = create(fixture.created());

            assertThatThrownBy(() -> replace(accepted, fixture.replacement()))
                    .isInstanceOf(KubernetesClientException.class)
                    .hasMessageContaining(fixture.expected());
        } else {
            assertThatThrownBy(() -> create(fixture.created()))
                    .isInstanceOf(KubernetesClientException.class)
                    .hasMessageContaining(fixture.expected());
        }
    }

    @Test
    void everyFieldButTheSelectorHasADefault() {
        GenericKubernetesResource minimal = minimal("defaults");

        GenericKubernetesResource accepted = create(minimal);

        assertThat(accepted.getAdditionalProperties().get("spec"))
                .isEqualTo(Map.of(
                        "selector", Map.of("matchLabels", Map.of("app", "orders"), "matchExpressions", List.of()),
                        "strategy", Map.of("type", "Lease", "ordinal", "Highest"),
                        "lease", Map.of("durationSeconds", 30, "renewIntervalSeconds", 10),
                        "detection", Map.of("notReadyGraceSeconds", 0, "nodeHeartbeatSeconds", 0),
                        "failover", Map.of("fencing", "None", "minIntervalSeconds", 0),
                        "routing",
                                Map.of(
                                        "label",
                                        Map.of(
                                                "key",
                                                "leaderelection.dev/role",
                                                "leaderValue",
                                                "leader",
                                                "followerValue",
                                                "")),
                        "minimumTerm", 0,
                        "mode", "Active",
                        "historyLimit", 10));
    }

    @Test
    void statusIsWrittenThroughItsOwnSubresourceOnly() {
        GenericKubernetesResource election = minimal("status");
        election.setAdditionalProperty("status", Map.of("term", 7));

        GenericKubernetesResource accepted = create(election);

        assertThat(accepted.getAdditionalProperties()).doesNotContainKey("status");
    }

    @Test
    void listingShowsTheColumnsInReadingOrder() {
        create(minimal("columns"));
        CONTROL_PLANE.kubectl(
                "patch",
                "le",
                "columns",
                "--namespace=" + namespace,
                "--subresource=status",
                "--type=merge",
                "--patch",
                """
                {"status": {
                  "leader": {"podName": "orders-0", "podUID": "u", "term": 7, "since": "2020-01-01T00:00:00Z"},
                  "candidates": {"total": 3, "eligible": 2, "summary": "2/3"},
                  "conditions": [
                    {"type": "Ready", "status": "True", "reason": "R", "message": "", "lastTransitionTime": "2020-01-01T00:00:00Z"}
                  ]
                }}
                """);

        List<String> table = CONTROL_PLANE
                .kubectl("get", "leaderelections", "columns", "--namespace=" + namespace)
                .lines()
                .toList();

        assertThat(table.get(0).split("\\s+"))
                .containsExactly("NAME", "STRATEGY", "LEADER", "TERM", "READY", "CANDIDATES", "LAST-SWITCH", "AGE");
        assertThat(table.get(1)).matches("columns +Lease +orders-0 +7 +True +2/3 +\\d+y\\w* +\\d+m?s");
    }

    private static GenericKubernetesResource minimal(String name) {
        GenericKubernetesResource election = Fixture.all("valid-minimal").get(0).created();
        election.getMetadata().setName(name);
        return election;
    }

    private static GenericKubernetesResource create(GenericKubernetesResource object) {
        return in(object).fieldValidation(Validation.STRICT).create();
    }

    private static GenericKubernetesResource replace(GenericKubernetesResource old, GenericKubernetesResource object) {
        object.getMetadata().setNamespace(namespace);
        object.getMetadata().setResourceVersion(old.getMetadata().getResourceVersion());
        return in(object).fieldValidation(Validation.STRICT).update();
    }

    private static NamespaceableResource<GenericKubernetesResource> in(GenericKubernetesResource object) {
        object.getMetadata().setNamespace(namespace);
        return CONTROL_PLANE.admin().resource(object);
    }

    private static LeaderElectionSpec spec(GenericKubernetesResource object) throws JsonProcessingException {
        return STRICT.treeToValue(
                STRICT.valueToTree(object.getAdditionalProperties().get("spec")), LeaderElectionSpec.class);
    }
}
