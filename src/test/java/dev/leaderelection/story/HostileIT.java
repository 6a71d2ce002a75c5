package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionStatus.MemberState;
import dev.leaderelection.cluster.Identity;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Bad input and hostile surroundings: each ends in a clear condition, and in the right state once the cause is gone. */
class HostileIT {

    private static final String ROLE = "leader-election-operator";

    private final Stage stage = Stage.shared();

    @Test
    void selectorThatMatchesNothingIsSaidToMatchNothing() {
        try (Scene scene = stage.scene()) {
            scene.pod("other-a", Map.of("app", "other"), Map.of());
            scene.awaitReady("other-a");

            scene.elect("orders", Scene.FAST);

            scene.awaitCondition("orders", "Ready", "False", "NoEligibleCandidate");
            assertThat(scene.condition("orders", "Ready").orElseThrow().getMessage())
                    .contains("matches no pod");
            scene.awaitEvent("LeaderElection", "orders", "NoEligibleCandidate");
            scene.label("other-a", "app=orders");
            scene.awaitLeader("orders", "other-a");
        }
    }

    @Test
    void candidatesWithMalformedAnnotationsAreNamedAndTheElectionGoesOn() {
        try (Scene scene = stage.scene()) {
            scene.pod("orders-a", Map.of(), Map.of(LeaderElection.PRIORITY_ANNOTATION, "99999999999999999999"));
            scene.pod("orders-b", Map.of(), Map.of(LeaderElection.CANDIDATE_ANNOTATION, ""));
            scene.pod("orders-c", Map.of(), Map.of(Scene.KEY + ".term", "no number", Scene.KEY + ".fence", "///"));
            List.of("orders-a", "orders-b", "orders-c").forEach(scene::awaitReady);

            scene.elect("orders", Scene.FAST);

            scene.awaitLeader("orders", "orders-c");
            scene.awaitMember("orders", "orders-a", MemberState.EXCLUDED);
            scene.awaitMember("orders", "orders-b", MemberState.EXCLUDED);
            scene.awaitReadyElection("orders");
        }
    }

    @Test
    void deniedPatchStopsTheTransitionUntilTheRightIsGivenBack() {
        try (Scene scene = stage.scene()) {
            scene.podsReadyInTurn("orders-a", "orders-b");
            scene.elect("orders", Scene.FAST);
            scene.awaitReadyElection("orders");
            withoutRight("pods", "patch", () -> {
                scene.ready("orders-a", false);

                scene.awaitCondition("orders", "RoutingConsistent", "False", "WriteDenied");
                scene.awaitEvent("LeaderElection", "orders", "WriteDenied");
                assertThat(scene.labelled()).containsExactly("orders-a");
            });

            scene.awaitLeader("orders", "orders-b");
            scene.awaitReadyElection("orders");
            assertThat(scene.history().leaders()).containsExactly("orders-a", "orders-b");
        }
    }

    @Test
    void deniedLeaseIsReportedUntilTheRightIsGivenBack() {
        try (Scene scene = stage.scene()) {
            scene.readyPods("orders-a");
            withoutRight("leases", "create", () -> {
                scene.elect("orders", Scene.FAST);

                scene.awaitCondition("orders", "RoutingConsistent", "False", "WriteDenied");
                assertThat(scene.labelled()).isEmpty();
            });

            scene.awaitLeader("orders", "orders-a");
            scene.awaitReadyElection("orders");
        }
    }

    /** Takes a right from the operator while something runs. */
    private void withoutRight(String resource, String verb, Runnable meanwhile) {
        var roles = stage.controlPlane().admin().rbac().clusterRoles();
        ClusterRole whole = roles.withName(ROLE).require();
        roles.withName(ROLE).edit(role -> {
            for (PolicyRule rule : role.getRules()) {
                if (rule.getResources().contains(resource)) {
                    List<String> verbs = new ArrayList<>(rule.getVerbs());
                    verbs.remove(verb);
                    rule.setVerbs(verbs);
                }
            }
            return role;
        });
        try {
            await("the right is taken").atMost(Scene.PATIENCE).until(() -> !operatorMay(resource, verb));
            meanwhile.run();
        } finally {
            roles.withName(ROLE).edit(role -> {
                role.setRules(whole.getRules());
                return role;
            });
            await("the right is given back").atMost(Scene.PATIENCE).until(() -> operatorMay(resource, verb));
        }
    }

    private boolean operatorMay(String resource, String verb) {
        SubjectAccessReview review = new SubjectAccessReviewBuilder()
                .withNewSpec()
                .withUser(Identity.OPERATOR.user())
                .withNewResourceAttributes()
                .withGroup(resource.equals("leases") ? "coordination.k8s.io" : "")
                .withResource(resource)
                .withVerb(verb)
                .endResourceAttributes()
                .endSpec()
                .build();
        return stage.controlPlane()
                .admin()
                .authorization()
                .v1()
                .subjectAccessReview()
                .create(review)
                .getStatus()
                .getAllowed();
    }
}
