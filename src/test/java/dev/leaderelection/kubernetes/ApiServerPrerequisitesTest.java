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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the operator finds missing, and how it says so. */
class ApiServerPrerequisitesTest {

    private static final String SERVED = """
            {"groups": [{"name": "leaderelection.dev", "versions": [
              {"groupVersion": "leaderelection.dev/v1alpha1", "version": "v1alpha1"}]}]}""";

    private final Set<String> denied = new HashSet<>();
    private final Map<String, Set<String>> asked = new HashMap<>();
    private final Set<String> kinds = new HashSet<>(Set.of("leaderelections", "leadershiptransfers"));
    private String groups = SERVED;
    private String rule = "";
    private int code = 200;
    private int listCode = 200;

    private Reply exchange(Request request, @Nullable String body) {
        if (request.path().equals("/apis")) {
            return new Reply(code, groups);
        }
        if (request.path().equals("/apis/leaderelection.dev/v1alpha1")) {
            return new Reply(
                    200,
                    kinds.stream()
                            .map("{\"name\": \"%s\"}"::formatted)
                            .collect(Collectors.joining(",", "{\"resources\": [", "]}")));
        }
        if (request.path().endsWith("?limit=1")) {
            return new Reply(listCode, "{}");
        }
        if (request.path().endsWith("selfsubjectrulesreviews")) {
            return new Reply(201, "{\"status\": {\"incomplete\": true, \"resourceRules\": [%s]}}".formatted(rule));
        }
        ResourceAttributes question = Serialization.unmarshal(body, SelfSubjectAccessReview.class)
                .getSpec()
                .getResourceAttributes();
        String right = question.getVerb() + " " + question.getResource()
                + (question.getSubresource() == null ? "" : "/" + question.getSubresource());
        asked.computeIfAbsent(String.valueOf(question.getNamespace()), any -> new HashSet<>())
                .add(right);
        return new Reply(201, "{\"status\": {\"allowed\": %s}}".formatted(!denied.contains(right)));
    }

    private Answer<Lack> look(Optional<String> namespace) {
        return new ApiServerPrerequisites(new ApiServer(this::exchange, new KubernetesSerialization()))
                .look(namespace, "operators");
    }

    private Lack lack() {
        return lack(Optional.empty());
    }

    private Lack lack(Optional<String> namespace) {
        return ((Done<Lack>) look(namespace)).value();
    }

    @Test
    void nothingIsMissingWhereEverythingIsInstalled() {
        assertThat(lack()).isEqualTo(new Lack(true, List.of(), List.of()));
        assertThat(asked).containsOnlyKeys("null");
    }

    @Test
    void whatTheServerListsIsNotAskedForOneByOne() {
        rule = """
                {"verbs": ["get", "list", "watch", "patch", "delete"], "apiGroups": [""], "resources": ["pods"]}""";
        lack();
        assertThat(asked.get("null"))
                .contains("patch leaderelections", "update leases")
                .doesNotContain("patch pods");

        asked.clear();
        rule = """
                {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}""";
        lack();
        assertThat(asked).isEmpty();
    }

    @Test
    void whatIsListedForObjectsOfOneNameAloneIsAskedFor() {
        rule = """
                {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"], "resourceNames": ["orders-0"]}""";
        denied.add("patch pods");

        assertThat(lack().missing()).singleElement().asString().contains("patch pods");
    }

    @Test
    void aMissingDefinitionIsToldWithTheRemedy() {
        groups = "{\"groups\": []}";

        assertThat(lack().missing())
                .singleElement()
                .asString()
                .contains("leaderelections and leadershiptransfers of leaderelection.dev/v1alpha1")
                .contains("kubectl apply -k crds/");
    }

    @Test
    void aDefinitionThatAnEarlierVersionDidNotHaveIsMissed() {
        kinds.remove("leadershiptransfers");

        assertThat(lack().missing()).singleElement().asString().contains("does not serve leadershiptransfers of");
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

        assertThat(lack())
                .isEqualTo(new Lack(true, List.of(), List.of("delete pods", "create events of events.k8s.io")));
    }

    @Test
    void operatorOfOneNamespaceIsAskedForNothingElsewhereButItsOwnLease() {
        lack(Optional.of("shop"));

        assertThat(asked).containsOnlyKeys("shop", "operators");
        assertThat(asked.get("operators")).containsExactlyInAnyOrder("get leases", "create leases", "update leases");
    }

    @Test
    void operatorInTheOneNamespaceThatItLooksAfterIsAskedForNothingElsewhere() {
        denied.add("patch pods");

        assertThat(lack(Optional.of("operators")).missing())
                .singleElement()
                .asString()
                .contains("no right to patch pods in namespace operators: bind deploy/rbac.yaml")
                .doesNotContain("kubectl apply -k deploy/");
        assertThat(asked).containsOnlyKeys("operators");
    }

    @Test
    void aServerThatCannotAnswerTellsNothing() {
        code = 503;

        assertThat(look(Optional.empty())).isInstanceOf(Answer.Refused.class);
    }

    @Test
    void aKindOfWhichNoObjectsAreServedYetIsWaitedFor() {
        listCode = 429;

        assertThat(look(Optional.empty())).isInstanceOf(Answer.Refused.class);
    }

    @Test
    void everyRightThatIsGivenIsAskedForAndNoOther() throws IOException {
        String manifests = Files.readString(Path.of("deploy", "rbac.yaml"));
        ClusterRole role = Serialization.unmarshal(manifests.split("\n---\n", 2)[0], ClusterRole.class);

        Set<String> given = role.getRules().stream()
                .flatMap(rule -> rule.getVerbs().stream()
                        .map(verb -> rule.getApiGroups() + " " + rule.getResources() + " " + verb))
                .collect(Collectors.toSet());

        assertThat(ApiServerPrerequisites.rights(Optional.empty(), "operators").stream()
                        .map(right -> List.of(right.group()) + " " + List.of(right.resource()) + " " + right.verb())
                        .collect(Collectors.toSet()))
                .isEqualTo(given);
    }
}
