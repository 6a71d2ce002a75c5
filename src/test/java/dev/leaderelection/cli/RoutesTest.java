package dev.leaderelection.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.kubernetes.Election;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RoutesTest {

    private static final Election ELECTION = Election.of(Serialization.unmarshal("""
            metadata: {namespace: shop, name: orders, uid: election-uid}
            spec:
              selector:
                matchLabels: {app: orders}
                matchExpressions:
                - {key: tier, operator: In, values: [db, cache]}
                - {key: draft, operator: DoesNotExist}
            """, LeaderElection.class));

    private static boolean selects(Map<String, String> others, List<Map<String, String>> pods) {
        Map<String, String> selector = new HashMap<>(others);
        selector.put("leaderelection.dev/role", "leader");
        return Routes.selectLeader(selector, ELECTION, pods);
    }

    private static boolean selects(Map<String, String> others) {
        return selects(others, List.of());
    }

    @Test
    void theSelectorsTellWithoutAnyPod() {
        assertThat(selects(Map.of("app", "orders"))).isTrue();
        assertThat(selects(Map.of("tier", "db"))).isTrue();
        assertThat(selects(Map.of("app", "orders", "version", "2"))).isTrue();
        assertThat(selects(Map.of())).isTrue();
    }

    @Test
    void whatTheElectionsSelectorContradictsIsAnothers() {
        assertThat(selects(Map.of("app", "web"))).isFalse();
        assertThat(selects(Map.of("app", "orders", "tier", "ui"))).isFalse();
        assertThat(selects(Map.of("app", "orders", "draft", "yes"))).isFalse();
    }

    @Test
    void aLabelThatTheElectionDoesNotSpeakOfIsItsOwnIfOneOfItsPodsHasIt() {
        Map<String, String> pod = Map.of("app", "orders", "tier", "db", "version", "2");

        assertThat(selects(Map.of("version", "2"))).isFalse();
        assertThat(selects(Map.of("version", "2"), List.of(Map.of("app", "web", "version", "2"))))
                .isFalse();
        assertThat(selects(Map.of("version", "2"), List.of(pod))).isTrue();
    }

    @Test
    void aServiceWithoutTheLeadersLabelIsForAll() {
        assertThat(Routes.selectLeader(Map.of("app", "orders"), ELECTION, List.of()))
                .isFalse();
        assertThat(Routes.selectLeader(
                        Map.of("app", "orders", "leaderelection.dev/role", "follower"), ELECTION, List.of()))
                .isFalse();
    }
}
