package dev.leaderelection.reconciler;

import static dev.leaderelection.election.PodFixture.pod;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.election.Candidate.Mark.Origin;
import dev.leaderelection.election.Candidate.Role;
import dev.leaderelection.election.Observation.Obstacle;
import dev.leaderelection.election.PodFixture;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.Primary;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Who has to stand down, and for whom. */
class RivalryTest {

    private static final String ORDERS = "matchLabels: {app: orders}";
    private static final LeaderElection YOUNGER = election("younger", 5, ORDERS, "");

    /** An election that was created at a second of a minute. */
    private static LeaderElection election(String name, int second, String selector, String spec) {
        return Serialization.unmarshal("""
                metadata: {namespace: shop, name: %s, uid: %s-uid, creationTimestamp: "2026-01-01T00:00:%02dZ"}
                spec: {selector: {%s}%s}
                """.formatted(name, name, second, selector, spec), LeaderElection.class);
    }

    /** The same election after it has reserved terms. */
    private static LeaderElection begun(LeaderElection election) {
        election.setStatus(Serialization.unmarshal("termReserved: 17", LeaderElectionStatus.class));
        return election;
    }

    /** Nothing but pods, each given by its labels. */
    private record Pods(List<Map<String, String>> labels) implements Caches {

        @Override
        public List<Pod> podsOf(Election election) {
            return labels.stream()
                    .filter(election.selector()::matches)
                    .map(carried -> new PodBuilder()
                            .withNewMetadata()
                            .withLabels(carried)
                            .endMetadata()
                            .build())
                    .toList();
        }

        @Override
        public Optional<Pod> pod(String namespace, String name) {
            return Optional.empty();
        }

        @Override
        public Optional<Lease> lease(String namespace, String name) {
            return Optional.empty();
        }

        @Override
        public List<LeadershipTransfer> transfers(Election election) {
            return List.of();
        }

        @Override
        public List<LeaderElection> elections(String namespace) {
            return List.of();
        }
    }

    private static Optional<Obstacle> overlap(LeaderElection of, List<LeaderElection> all) {
        return Rivalry.overlap(
                of,
                Primary.of(of),
                all,
                new Pods(List.of(Map.of("app", "orders", "tier", "back"), Map.of("app", "bills"))));
    }

    static Stream<Arguments> rivals() {
        return Stream.of(
                arguments("older, the same pods", election("x", 1, ORDERS, ""), true),
                arguments("older, by another selector", election("x", 1, "matchLabels: {tier: back}", ""), true),
                arguments(
                        "older, every pod",
                        election("x", 1, "matchExpressions: [{key: none, operator: DoesNotExist}]", ""),
                        true),
                arguments("older, paused", election("x", 1, ORDERS, ", mode: Paused"), true),
                arguments("as old, of an earlier name", election("x", 5, ORDERS, ""), true),
                arguments("as old, of a later name", election("z", 5, ORDERS, ""), false),
                arguments("as old, of a later name, and has begun", begun(election("z", 5, ORDERS, "")), true),
                arguments("younger, and has begun", begun(election("x", 9, ORDERS, "")), false),
                arguments("younger", election("x", 9, ORDERS, ""), false),
                arguments("older, other pods", election("x", 1, "matchLabels: {app: bills}", ""), false),
                arguments("older, observing", election("x", 1, ORDERS, ", mode: Observe"), false),
                arguments(
                        "older, another key",
                        election("x", 1, ORDERS, ", routing: {label: {key: example.com/x}}"),
                        false),
                arguments("itself", YOUNGER, false));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rivals")
    void theYoungerOfTwoWithTheSameKeyAndPodsStandsDown(String name, LeaderElection other, boolean standsDown) {
        Optional<Obstacle> obstacle = overlap(YOUNGER, List.of(YOUNGER, other));

        assertThat(obstacle.isPresent()).as(name).isEqualTo(standsDown);
        obstacle.ifPresent(found -> {
            assertThat(found.kind()).isEqualTo(Obstacle.Kind.SELECTOR_OVERLAP);
            assertThat(found.explanation())
                    .contains(other.getMetadata().getName())
                    .contains("leaderelection.dev/role");
        });
    }

    @Test
    void theOldestIsBlamedWhateverTheOrderOfTheList() {
        LeaderElection oldest = election("oldest", 1, ORDERS, "");
        LeaderElection older = election("older", 2, ORDERS, "");

        assertThat(overlap(YOUNGER, List.of(older, YOUNGER, oldest)))
                .isEqualTo(overlap(YOUNGER, List.of(oldest, older, YOUNGER)))
                .hasValueSatisfying(found -> assertThat(found.explanation()).contains("election oldest "));
    }

    @Test
    void ofAnyNumberExactlyOneStays() {
        List<LeaderElection> all = List.of(
                election("a", 3, ORDERS, ""),
                election("b", 3, ORDERS, ""),
                election("c", 2, ORDERS, ""),
                election("d", 2, ORDERS, ""));

        assertThat(all)
                .filteredOn(election -> overlap(election, all).isEmpty())
                .extracting(election -> election.getMetadata().getName())
                .containsExactly("c");
    }

    @Test
    void ofOneSecondTheOneThatHasBegunGoesOnThoughNoCacheTellsOfItYet() {
        LeaderElection late = election("z", 5, ORDERS, "");
        Primary begun = Primary.of(begun(election("z", 5, ORDERS, "")));

        assertThat(Rivalry.overlap(late, begun, List.of(late, YOUNGER), new Pods(List.of())))
                .isEmpty();
        assertThat(Rivalry.overlap(late, Primary.of(late), List.of(late, YOUNGER), new Pods(List.of())))
                .isPresent();
    }

    @Test
    void equalSelectorsOverlapBeforeThereIsAnyPod() {
        assertThat(Rivalry.overlap(
                        YOUNGER, Primary.of(YOUNGER), List.of(election("x", 1, ORDERS, "")), new Pods(List.of())))
                .isPresent();
        assertThat(Rivalry.overlap(
                        YOUNGER,
                        Primary.of(YOUNGER),
                        List.of(election("x", 1, "matchLabels: {tier: back}", "")),
                        new Pods(List.of())))
                .isEmpty();
    }

    static Stream<Arguments> labels() {
        return Stream.of(
                arguments("unlabelled", pod("a"), false),
                arguments("the leader's value", pod("a").role(Role.LEADER), true),
                arguments("the followers' value", pod("a").role(Role.FOLLOWER), true),
                arguments("another value", pod("a").role(Role.OTHER), true),
                arguments("not selected", pod("a").role(Role.LEADER).unselected(), false),
                arguments("ours", pod("a").routed(3), false),
                arguments("an earlier election's", pod("a").role(Role.LEADER).mark(Origin.ANOTHER_ELECTION, 0), false));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("labels")
    void aLabelThatNobodyOfUsSetIsAConflict(String name, PodFixture pod, boolean conflict) {
        Optional<Obstacle> obstacle =
                Rivalry.labelInUse(YOUNGER, List.of(pod("other").build(), pod.build()));

        assertThat(obstacle.isPresent()).as(name).isEqualTo(conflict);
        obstacle.ifPresent(found -> assertThat(found.explanation())
                .contains("pod a ")
                .contains("leaderelection.dev/role")
                .contains("pod template"));
    }

    @ParameterizedTest
    @CsvSource({
        "leaderelection.dev/role, '', true",
        "leaderelection.dev/role, leaderelection.dev, true",
        "leaderelection.dev/role, 'example.com leaderelection.dev', true",
        "leaderelection.dev/role, example.com, false",
        "sub.example.com/role, example.com, false",
        "example.com/role, sub.example.com, false"
    })
    void onlyKeysWithAnAllowedPrefixAreUsed(String key, String allowed, boolean fine) {
        LeaderElection election = election("orders", 1, ORDERS, ", routing: {label: {key: " + key + "}}");
        Set<String> prefixes = allowed.isEmpty() ? Set.of() : Set.copyOf(Arrays.asList(allowed.split(" ")));

        Optional<Obstacle> obstacle = Rivalry.keyNotAllowed(election, prefixes);

        assertThat(obstacle.isEmpty()).isEqualTo(fine);
        obstacle.ifPresent(
                found -> assertThat(found.explanation()).contains(key).endsWith("allowed are " + allowed));
    }
}
