package dev.leaderelection.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionStatus.MemberState;
import dev.leaderelection.cluster.Identity;
import dev.leaderelection.story.WriteProxy.Disturbance;
import dev.leaderelection.story.WriteProxy.Fault;
import dev.leaderelection.story.WriteProxy.Request;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad input and hostile surroundings: each ends in a clear condition, and in the right state once the cause is gone. */
class HostileIT {

    private static final String ROLE = "leader-election-operator";

    /** A request is given up after a third of the Lease. */
    private static final String IMPATIENT = "lease: {durationSeconds: 2, renewIntervalSeconds: 1}\n";

    /** Some sixty transitions are waited for, several at a time. */
    private static final Duration POLL = Duration.ofMillis(100);

    private static final ExecutorService FAULTS = Executors.newFixedThreadPool(5);

    private static final Stage STAGE = Stage.shared();
    private static WriteProxy proxy;

    @BeforeAll
    static void standBetween() throws IOException, GeneralSecurityException {
        proxy = new WriteProxy(STAGE.controlPlane());
        STAGE.restartOperator(Map.of("KUBECONFIG", proxy.kubeconfig().toString(), "LEADER_ELECTION_REHEARSALS", "0"));
    }

    @AfterAll
    static void stepAside() {
        FAULTS.shutdown();
        STAGE.restartOperator();
        proxy.close();
    }

    /** The writes of a transition. */
    private enum Write {
        CLAIM,
        DEMOTE,
        PROMOTE,
        REPORT;

        Predicate<Request> of(String from, String to) {
            return request -> switch (this) {
                // Renewals name the other one.
                case CLAIM ->
                    request.path().endsWith("/leases/orders")
                            && request.body().contains("\"holderIdentity\":\"" + to + "\"");
                case DEMOTE -> request.path().endsWith("/pods/" + from);
                case PROMOTE -> request.path().endsWith("/pods/" + to);
                case REPORT -> request.path().endsWith("/leaderelections/orders/status");
            };
        }
    }

    private static void awaitTold(Scene scene, String from, String to, long term) {
        String told = from + ">" + to + " LeaderExcluded";
        await(told + " in term " + term)
                .pollDelay(Duration.ZERO)
                .pollInterval(POLL)
                .atMost(Scene.PATIENCE)
                .untilAsserted(() -> {
                    assertThat(scene.labelled()).containsExactly(to);
                    assertThat(scene.lastTransition("orders")).isEqualTo(told);
                    assertThat(scene.term("orders")).isEqualTo(term);
                    assertThat(scene.condition("orders", "Ready").orElseThrow().getStatus())
                            .isEqualTo("True");
                });
    }

    /** Plays a story for each fault in a namespace of its own, all at once: most of their time they wait. */
    private static void forEach(List<Fault> faults, Consumer<Fault> story) {
        List<CompletableFuture<Void>> stories = faults.stream()
                .map(fault -> CompletableFuture.runAsync(() -> story.accept(fault), FAULTS))
                .toList();
        stories.forEach(CompletableFuture::join);
    }

    @Test
    void transitionConvergesUnderItsOneTermWhateverAnyOfItsWritesMeets() {
        forEach(List.of(Fault.values()), HostileIT::transitionConverges);
    }

    private static void transitionConverges(Fault fault) {
        try (Scene scene = STAGE.scene()) {
            scene.readyPods("orders-a", "orders-b");
            scene.elect("orders", IMPATIENT);
            scene.awaitReadyElection("orders");
            List<String> leaders = new ArrayList<>(scene.labelled());
            String to = leaders.get(0).equals("orders-a") ? "orders-b" : "orders-a";
            for (Write write : Write.values()) {
                String from = leaders.get(leaders.size() - 1);
                long term = scene.term("orders");
                Disturbance disturbance = proxy.disturb(scene.namespace(), fault, 1, write.of(from, to));

                scene.exclude(from, true);

                awaitTold(scene, from, to, term + 1);
                assertThat(disturbance.struck()).as("%s of %s", fault, write).isEqualTo(1);
                assertThat(disturbance.requests())
                        .as("requests after %s of %s", fault, write)
                        .isLessThan(40);
                proxy.calm(scene.namespace());
                scene.exclude(from, false);
                leaders.add(to);
                to = from;
            }
            assertThat(scene.history().leaders()).isEqualTo(leaders);
        }
    }

    @Test
    void faultThatLastsIsSaidAndTriedAgainWithoutHasteUntilItIsOver() {
        forEach(
                List.of(Fault.CONFLICT, Fault.FORBIDDEN, Fault.AWAY, Fault.LANDS_UNHEARD),
                HostileIT::faultIsSaidAndTriedAgain);
    }

    private static void faultIsSaidAndTriedAgain(Fault fault) {
        try (Scene scene = STAGE.scene()) {
            scene.readyPods("orders-a", "orders-b");
            scene.elect("orders", IMPATIENT);
            scene.awaitReadyElection("orders");
            List<String> leaders = new ArrayList<>(scene.labelled());
            String to = leaders.get(0).equals("orders-a") ? "orders-b" : "orders-a";
            for (Write write : Write.values()) {
                if (fault == Fault.LANDS_UNHEARD && write != Write.DEMOTE) {
                    // Seen to have landed, these are not tried again.
                    continue;
                }
                String from = leaders.get(leaders.size() - 1);
                long term = scene.term("orders");
                int logged = STAGE.operator().log().length();
                long start = System.nanoTime();
                Disturbance disturbance =
                        proxy.disturb(scene.namespace(), fault, Integer.MAX_VALUE, write.of(from, to));

                scene.exclude(from, true);

                int enough = fault == Fault.LANDS_UNHEARD ? 6 : 3;
                await(fault + " of " + write + " is said")
                        .pollDelay(Duration.ZERO)
                        .pollInterval(POLL)
                        .atMost(Scene.PATIENCE)
                        .untilAsserted(() -> {
                            assertThat(disturbance.struck()).isGreaterThanOrEqualTo(enough);
                            assertThat(STAGE.operator().log().substring(logged).lines())
                                    .anyMatch(line -> line.contains("namespace=" + scene.namespace())
                                            && line.contains("stopped, and will look again"));
                        });
                if (fault == Fault.FORBIDDEN && write != Write.REPORT) {
                    scene.awaitCondition("orders", "RoutingConsistent", "False", "WriteDenied");
                    scene.awaitEvent("LeaderElection", "orders", "WriteDenied");
                }
                double seconds = (System.nanoTime() - start) / 1e9;
                assertThat(disturbance.requests())
                        .as("requests in %s s of %s of %s", seconds, fault, write)
                        .isLessThan((int) (60 + 40 * seconds));
                proxy.calm(scene.namespace());
                awaitTold(scene, from, to, term + 1);
                scene.exclude(from, false);
                leaders.add(to);
                to = from;
            }
            assertThat(scene.history().leaders()).isEqualTo(leaders);
        }
    }

    @Test
    void selectorThatMatchesNothingIsSaidToMatchNothing() {
        try (Scene scene = STAGE.scene()) {
            scene.pod("other-a", Map.of("app", "other"), Map.of());
            scene.awaitReady("other-a");

            scene.elect("orders", Scene.FAST);

            scene.awaitCondition("orders", "Ready", "False", "NoCandidate");
            assertThat(scene.condition("orders", "Ready").orElseThrow().getMessage())
                    .contains("matches no pod");
            scene.awaitEvent("LeaderElection", "orders", "NoCandidate");
            scene.label("other-a", "app=orders");
            scene.awaitLeader("orders", "other-a");
        }
    }

    @Test
    void candidatesWithMalformedAnnotationsAreNamedAndTheElectionGoesOn() {
        try (Scene scene = STAGE.scene()) {
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
        try (Scene scene = STAGE.scene()) {
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
        try (Scene scene = STAGE.scene()) {
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

    @Test
    void lifeOfAnElectionGoesItsWayWhenEveryWriteMeetsAFaultNowAndThen() {
        forEach(List.of(Fault.NOT_FOUND, Fault.FORBIDDEN, Fault.LANDS_UNHEARD), HostileIT::lifeGoesItsWay);
    }

    private static void lifeGoesItsWay(Fault fault) {
        try (Scene scene = STAGE.scene()) {
            scene.readyPods("orders-a", "orders-b");
            Map<String, Integer> tries = new ConcurrentHashMap<>();
            Disturbance disturbance = proxy.disturb(
                    scene.namespace(),
                    fault,
                    Integer.MAX_VALUE,
                    request -> Set.of(1, 3, 5)
                            .contains(tries.merge(request.method() + " " + request.path(), 1, Integer::sum)));

            scene.elect("orders", IMPATIENT);

            scene.awaitReadyElection("orders");
            assertThat(scene.labelled()).hasSize(1);
            scene.deleteElection("orders");
            scene.awaitNoElection("orders");
            assertThat(scene.labelled()).isEmpty();
            assertThat(scene.lease("orders")).isEmpty();
            assertThat(scene.client()
                            .pods()
                            .inNamespace(scene.namespace())
                            .list()
                            .getItems())
                    .allMatch(pod -> !pod.getMetadata().getAnnotations().containsKey(Scene.KEY + ".fence"));
            assertThat(scene.history().leaders()).hasSize(1);
            // Finalizer, Lease, reserved terms, claim, demotion, promotion, status; close, two pods, Lease, finalizer.
            assertThat(disturbance.struck()).isGreaterThan(8);
            assertThat(disturbance.requests()).isLessThan(200);
            proxy.calm(scene.namespace());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{matchExpressions: [{key: app, operator: Exists}]}",
                "{matchExpressions: [{key: app, operator: NotIn, values: [none]}]}"
            })
    void selectorOfEveryPodOfTheNamespaceElectsOneOfThemAll(String selector) {
        try (Scene scene = STAGE.scene()) {
            scene.readyPodWithPriority("orders-a", 2);
            scene.pod("bills-a", Map.of("app", "bills"), Map.of(LeaderElection.PRIORITY_ANNOTATION, "1"));
            scene.pod("bills-b", Map.of("app", "bills"), Map.of());
            scene.awaitReady("bills-a");
            scene.awaitReady("bills-b");

            scene.electSelecting(selector, "orders", Scene.FAST);

            scene.awaitLeader("orders", "orders-a");
            scene.awaitStatus("orders", status -> status.members().size() == 3);
            scene.elect("a-younger", Scene.FAST);
            scene.awaitCondition("a-younger", "Conflicted", "True", "SelectorOverlap");
            scene.exclude("orders-a", true);
            scene.awaitTransition("orders", "orders-a", "bills-a", "LeaderExcluded");
            assertThat(scene.condition("a-younger", "RoutingConsistent")
                            .orElseThrow()
                            .getMessage())
                    .doesNotContain("stray");
            scene.deleteElection("a-younger");
            scene.deleteElection("orders");
            scene.awaitNoElection("orders");
            assertThat(scene.labelled()).isEmpty();
        }
    }

    @Test
    void selectorOfNoPodWaitsAndWritesNothing() {
        try (Scene scene = STAGE.scene()) {
            scene.readyPods("orders-a");
            String before = scene.getPod("orders-a").getMetadata().getResourceVersion();

            scene.electSelecting(
                    "{matchExpressions: [{key: app, operator: In, values: [none]}]}", "orders", Scene.FAST);
            scene.electSelecting(
                    "{matchExpressions: [{key: app, operator: Exists}, {key: app, operator: DoesNotExist}]}",
                    "bills",
                    Scene.FAST + "routing: {label: {key: example.com/bills}}\n");

            for (String election : List.of("orders", "bills")) {
                scene.awaitCondition(election, "Ready", "False", "NoCandidate");
                scene.awaitEvent("LeaderElection", election, "NoCandidate");
                assertThat(scene.lease(election)).isEmpty();
            }
            assertThat(scene.getPod("orders-a").getMetadata().getResourceVersion())
                    .isEqualTo(before);
        }
    }

    /** Takes a right from the operator while something runs. */
    private void withoutRight(String resource, String verb, Runnable meanwhile) {
        var roles = STAGE.controlPlane().admin().rbac().clusterRoles();
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
        return STAGE.controlPlane()
                .admin()
                .authorization()
                .v1()
                .subjectAccessReview()
                .create(review)
                .getStatus()
                .getAllowed();
    }
}
