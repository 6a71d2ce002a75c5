package dev.leaderelection.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.kubernetes.ApiServer.Reply;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is told of a node's Lease that the server itself was asked for. */
class NodeLeasesTest {

    private final List<String> told = new ArrayList<>();
    private final List<String> sent = new ArrayList<>();

    private boolean ask(int code, String answer) {
        try (KubernetesClient nobody =
                new KubernetesClientBuilder().withConfig(Config.empty()).build()) {
            ApiServer server = new ApiServer(
                    (request, body) -> {
                        sent.add(request.method() + " " + request.path());
                        return new Reply(code, answer);
                    },
                    new KubernetesSerialization());
            return new NodeLeases(
                            nobody,
                            server,
                            () -> Duration.ZERO,
                            (node, renewal) -> told.add(node + " renewed " + renewal),
                            node -> told.add(node + " deleted"))
                    .ask("node-a");
        }
    }

    @Test
    void itsRenewalIsToldAsTheWatchTellsIt() {
        boolean answered = ask(200, """
                {"kind": "LeaseList", "apiVersion": "coordination.k8s.io/v1", "metadata": {}, "items": [
                  {"metadata": {"name": "node-a"}, "spec": {"renewTime": "2026-01-01T00:00:07.000000Z"}}]}
                """);

        assertThat(answered).isTrue();
        assertThat(told).containsExactly("node-a renewed 2026-01-01T00:00:07Z");
        assertThat(sent)
                .containsExactly("GET /apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
                        + "?fieldSelector=metadata.name%3Dnode-a");
    }

    @Test
    void aLeaseThatIsNotThereWasDeleted() {
        boolean answered = ask(200, """
                {"kind": "LeaseList", "apiVersion": "coordination.k8s.io/v1", "metadata": {}, "items": []}
                """);

        assertThat(answered).isTrue();
        assertThat(told).containsExactly("node-a deleted");
    }

    @Test
    void aServerThatDoesNotAnswerTellsNothing() {
        assertThat(ask(503, "")).isFalse();
        assertThat(told).isEmpty();
    }
}
