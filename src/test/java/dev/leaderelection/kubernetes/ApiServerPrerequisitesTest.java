package dev.leaderelection.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leaderelection.kubernetes.Answer.Done;
import dev.leaderelection.kubernetes.ApiServer.Reply;
import dev.leaderelection.kubernetes.ApiServer.Request;
import dev.leaderelection.kubernetes.ApiServerPrerequisites.Lack;
import io.fabric8.kubernetes.api.model.authorization.v1.ResourceAttributes;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the operator finds missing, and how it says so. */
class ApiServerPrerequisitesTest {

    private static final String SERVED = """
            {"groups": [{"name": "leaderelection.dev", "versions": [{"version": "v1alpha1"}]}]}""";

    private final Set<String> denied = new HashSet<>();
    private final Set<String> namespaces = new HashSet<>();
    private String groups = SERVED;
    private int code = 200;

    private Reply exchange(Request request, @Nullable String body) {
        if (request.path().equals("/apis")) {
            return new Reply(code, groups);
        }
        ResourceAttributes asked = Serialization.unmarshal(body, SelfSubjectAccessReview.class)
                .getSpec()
                .getResourceAttributes();
        namespaces.add(String.valueOf(asked.getNamespace()));
        String right = asked.getVerb() + " " + asked.getResource()
                + (asked.getSubresource() == null ? "" : "/" + asked.getSubresource());
        return new Reply(201, "{\"status\": {\"allowed\": %s}}".formatted(!denied.contains(right)));
    }

    private Answer<Lack> look(String... among) {
        return new ApiServerPrerequisites(new ApiServer(this::exchange, new KubernetesSerialization()))
                .look(Set.of(among));
    }

    private Lack lack() {
        return ((Done<Lack>) look()).value();
    }

    @Test
    void nothingIsMissingWhereEverythingIsInstalled() {
        assertThat(lack()).isEqualTo(new Lack(List.of(), List.of()));
        assertThat(namespaces).containsExactly("null");
    }

    @Test
    void aMissingDefinitionIsToldWithTheRemedy() {
        groups = "{\"groups\": []}";

        assertThat(lack().missing())
                .singleElement()
                .asString()
                .contains("leaderelection.dev/v1alpha1")
                .contains("kubectl apply -k crds/");
    }

    @Test
    void missingRightsAreToldByVerbAndResource() {
        denied.addAll(Set.of("patch pods", "update leases", "patch leaderelections/status"));

        assertThat(lack().missing())
                .singleElement()
                .asString()
                .contains("patch leaderelections/status of leaderelection.dev")
                .contains("patch pods")
                .contains("update leases of coordination.k8s.io")
                .contains("in all namespaces")
                .contains("deploy/rbac.yaml");
    }

    @Test
    void whatOnlySomeElectionsNeedStopsNobody() {
        denied.addAll(Set.of("delete pods", "create events"));

        assertThat(lack()).isEqualTo(new Lack(List.of(), List.of("delete pods", "create events of events.k8s.io")));
    }

    @Test
    void rightsAreAskedForWhereTheElectionsAre() {
        look("shop", "bank");

        assertThat(namespaces).containsExactlyInAnyOrder("shop", "bank");
    }

    @Test
    void aServerThatCannotAnswerTellsNothing() {
        code = 503;

        assertThat(look()).isInstanceOf(Answer.Refused.class);
    }

    @Test
    void everyRightThatIsGivenIsAskedForAndNoOther() throws IOException {
        String manifests = Files.readString(Path.of("deploy", "rbac.yaml"));
        ClusterRole role = Serialization.unmarshal(manifests.split("\n---\n", 2)[0], ClusterRole.class);

        Set<String> given = role.getRules().stream()
                .flatMap(rule -> rule.getVerbs().stream()
                        .map(verb -> rule.getApiGroups() + " " + rule.getResources() + " " + verb))
                .collect(Collectors.toSet());

        assertThat(ApiServerPrerequisites.rights().stream()
                        .map(right -> List.of(right.group()) + " " + List.of(right.resource()) + " " + right.verb())
                        .collect(Collectors.toSet()))
                .isEqualTo(given);
    }
}
