package dev.leaderelection.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leaderelection.cluster.Binary;
import dev.leaderelection.cluster.Command;
import dev.leaderelection.cluster.ControlPlaneBinaries;
import dev.leaderelection.cluster.Helm;
import dev.leaderelection.docs.YamlDocuments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The chart renders what {@code deploy/} renders, object by object. Nothing is started. */
class ChartRenderingIT {

    /** Helm makes the namespace itself, and never lets go of definitions. */
    private static final List<String> ALWAYS_DIFFERENT = List.of(
            "Namespace/[^ ]*: not in the chart",
            "CustomResourceDefinition/[^ ]+ /metadata/annotations: nothing .* \\{\"helm.sh/resource-policy\":\"keep\"} in .*");

    @TempDir
    Path scratch;

    /**
     * One way to install, said to both.
     *
     * @param namespace where to
     * @param helm further arguments of Helm
     * @param kustomization the rest of an overlay
     * @param different what is not the same, as regular expressions
     */
    private record Installation(String namespace, List<String> helm, String kustomization, List<String> different) {

        @Override
        public String toString() {
            return namespace + " " + String.join(" ", helm);
        }
    }

    static Stream<Installation> installations() {
        return Stream.of(
                new Installation("leader-election-system", List.of(), "", ALWAYS_DIFFERENT),
                new Installation(
                        "blue",
                        List.of(
                                "--set=namePrefix=blue-",
                                "--set=monitoring.podMonitor=true",
                                "--set=monitoring.rules=true",
                                "--set=monitoring.dashboard=true"),
                        """
                        namespace: blue
                        namePrefix: blue-
                        resources: [../../deploy, ../../deploy/monitoring]
                        """, // Kustomize does not know that these have no namespace; the API server does.
                        Stream.concat(
                                        ALWAYS_DIFFERENT.stream(),
                                        Stream.of("ValidatingAdmissionPolicy[^ ]+ /metadata/namespace: \"blue\" in .*"))
                                .toList()),
                new Installation(
                        "leader-election-system",
                        List.of("--set=policy.enabled=false"),
                        "components: [../../deploy/without-policy]\n",
                        ALWAYS_DIFFERENT),
                new Installation(
                        "shop",
                        List.of("--set=watch.namespace=shop", "--set=policy.enabled=false", "--set=crds.enabled=false"),
                        """
                        namespace: shop
                        components: [../../deploy/single-namespace]
                        """,
                        // By its name, and by where the pod is.
                        List.of(
                                "Deployment/leader-election-operator /spec/template/spec/containers/0/env/[0-9]+/value.*")),
                new Installation(
                        "leader-election-system",
                        List.of(
                                "--set=image.repository=images.example.com/operator",
                                "--set=image.tag=1.2.3",
                                "--set=replicas=3",
                                "--set=resources.limits.memory=1Gi",
                                "--set=policy.namespaceSelector.matchLabels.elections=blue"),
                        """
                        images:
                          - {name: leader-election-operator, newName: images.example.com/operator, newTag: 1.2.3}
                        replicas:
                          - {name: leader-election-operator, count: 3}
                        patches:
                          - target: {kind: Deployment}
                            patch: |-
                              - op: replace
                                path: /spec/template/spec/containers/0/resources/limits/memory
                                value: 1Gi
                          - target: {kind: ValidatingAdmissionPolicyBinding, name: leader-election-(routing|selector|template)}
                            patch: |-
                              - op: add
                                path: /spec/matchResources
                                value: {namespaceSelector: {matchLabels: {elections: blue}}}
                        """,
                        ALWAYS_DIFFERENT));
    }

    private String helm(String... arguments) {
        return Helm.offline(scratch).run(List.of(arguments));
    }

    /** What is installed: without what Helm runs at an uninstallation. */
    private String rendered(String namespace, List<String> further) {
        return renderedWithHooks(
                namespace,
                Stream.concat(Stream.of("--no-hooks"), further.stream()).toList());
    }

    private String renderedWithHooks(String namespace, List<String> further) {
        List<String> arguments = new ArrayList<>(
                List.of("template", "operator", Helm.CHART, "--kube-version=1.37.2", "--namespace=" + namespace));
        arguments.addAll(further);
        return helm(arguments.toArray(String[]::new));
    }

    private String kustomized(String kustomization) throws IOException {
        Path overlay = Files.createTempDirectory(Path.of("target"), "chart-overlay-");
        String resources = kustomization.contains("resources:") ? "" : "resources: [../../deploy]\n";
        Files.writeString(overlay.resolve("kustomization.yaml"), resources + kustomization);
        return kustomized(overlay);
    }

    private String kustomized(Path folder) {
        Path kubectl = ControlPlaneBinaries.ofThisMachine().locate(Binary.KUBECTL);
        return Command.run(
                "kubectl kustomize",
                Duration.ofMinutes(1),
                List.of(kubectl.toString(), "kustomize", folder.toString()));
    }

    @ParameterizedTest
    @MethodSource("installations")
    void chartRendersWhatKustomizeRenders(Installation installation) throws IOException {
        String kustomize = kustomized(installation.kustomization());

        List<String> differences =
                ManifestDiff.between(kustomize, rendered(installation.namespace(), installation.helm()));

        assertThat(differences)
                .allSatisfy(difference -> assertThat(installation.different()).anyMatch(difference::matches));
        assertThat(installation.different())
                .allSatisfy(known -> assertThat(differences).anyMatch(difference -> difference.matches(known)));
    }

    @Test
    void policyThatStripsIsTheOneOfItsOwnFolder() {
        List<String> differences = ManifestDiff.between(
                kustomized(Path.of("deploy", "policy", "strip")),
                helm(
                        "template",
                        "operator",
                        Helm.CHART,
                        "--kube-version=1.37.2",
                        "--set=policy.strip=true",
                        "--set=policy.enabled=false",
                        "--set=crds.enabled=false",
                        "--show-only=templates/policy.yaml"));

        assertThat(differences).isEmpty();
    }

    @Test
    void whatMonitorsIsThatOfItsOwnFolder() {
        List<String> differences = ManifestDiff.between(
                kustomized(Path.of("deploy", "monitoring")),
                rendered(
                        "leader-election-system",
                        List.of(
                                "--set=monitoring.podMonitor=true",
                                "--set=monitoring.rules=true",
                                "--set=monitoring.dashboard=true",
                                "--show-only=templates/monitoring.yaml")));

        assertThat(differences).isEmpty();
    }

    @Test
    void overlayOfTheManualLabelsWhatPrometheusIsToReadAsTheChartDoesAndSelectsNoOtherPods() throws IOException {
        String overlay = Pattern.compile("(?ms)^```yaml$(.*?)^```$")
                .matcher(Files.readString(Path.of("src", "site", "markdown", "metrics.md")))
                .results()
                .map(block -> block.group(1))
                .filter(block -> block.contains("deploy/monitoring"))
                .findFirst()
                .orElseThrow()
                .replace("../deploy", "../../deploy");

        List<ObjectNode> kustomized = YamlDocuments.parse(kustomized(overlay));

        List<ObjectNode> chart = YamlDocuments.parse(rendered(
                "leader-election-system",
                List.of(
                        "--set=monitoring.podMonitor=true",
                        "--set=monitoring.rules=true",
                        "--set=monitoring.labels.release=prometheus")));
        assertThat(List.of(first(kustomized, "PodMonitor"), first(kustomized, "PrometheusRule")))
                .isEqualTo(List.of(first(chart, "PodMonitor"), first(chart, "PrometheusRule")));
        assertThat(first(kustomized, "Deployment").path("spec"))
                .isEqualTo(first(chart, "Deployment").path("spec"));
    }

    @Test
    void componentsLeaveOutWhatInstallationsShareAndNothingElse() throws IOException {
        List<ObjectNode> all = YamlDocuments.parse(kustomized("namespace: elections\n"));

        List<ObjectNode> less = YamlDocuments.parse(kustomized("""
                namespace: elections
                components: [../../deploy/without-crds, ../../deploy/without-namespace]
                """));

        assertThat(all).containsAll(less);
        assertThat(all)
                .filteredOn(object -> !less.contains(object))
                .extracting(YamlDocuments::kind)
                .containsExactly("Namespace", "CustomResourceDefinition", "CustomResourceDefinition");
    }

    @Test
    void nothingMonitorsUnlessItIsAskedFor() {
        assertThat(YamlDocuments.parse(rendered("elections", List.of())))
                .isNotEmpty()
                .extracting(YamlDocuments::kind)
                .doesNotContain("PodMonitor", "PrometheusRule", "ConfigMap");
    }

    @Test
    void operatorOfOneNamespaceHasNothingThatIsTheClusters() {
        String rendered = rendered(
                "elections",
                List.of("--set=watch.namespace=shop", "--set=watch.nodes=true", "--set=crds.enabled=false"));

        List<ObjectNode> objects = YamlDocuments.parse(rendered);
        assertThat(objects)
                .filteredOn(object -> object.path("apiVersion").asText().startsWith("rbac"))
                .extracting(object -> YamlDocuments.kind(object) + " in "
                        + object.path("metadata").path("namespace").asText())
                .containsExactlyInAnyOrder(
                        "Role in shop",
                        "RoleBinding in shop",
                        "Role in elections",
                        "RoleBinding in elections",
                        "Role in kube-node-lease",
                        "RoleBinding in kube-node-lease");
        assertThat(objects)
                .filteredOn(object -> YamlDocuments.kind(object).equals("ValidatingAdmissionPolicyBinding")
                        && !object.at("/metadata/name").asText().equals("leader-election-operator"))
                .isNotEmpty()
                .allSatisfy(binding -> assertThat(binding.at("/spec/matchResources/namespaceSelector/matchLabels")
                                .path("kubernetes.io/metadata.name")
                                .asText())
                        .isEqualTo("shop"));
    }

    @Test
    void settingsOfTheOperatorOfItsJvmAndOfItsPodArePassedOn() {
        ObjectNode deployment = deployment(List.of(
                "--set=settings.LEADER_ELECTION_REHEARSALS=0",
                "--set=jvmFlags=-Xmx1g",
                "--set=image.digest=sha256:" + "0".repeat(64),
                "--set=replicas=0",
                "--set=pod.priorityClassName=system-cluster-critical"));

        assertThat(deployment.at("/spec/replicas").asInt(-1)).isZero();
        assertThat(deployment.at("/spec/template/spec/priorityClassName").asText())
                .isEqualTo("system-cluster-critical");
        assertThat(deployment
                        .at("/spec/template/spec/securityContext/runAsNonRoot")
                        .asBoolean())
                .isTrue();
        assertThat(deployment.at("/spec/template/spec/containers/0/image").asText())
                .isEqualTo("leader-election-operator@sha256:" + "0".repeat(64));
        assertThat(deployment.at("/spec/template/spec/containers/0/env"))
                .extracting(variable -> variable.path("name").asText() + "="
                        + variable.path("value").asText())
                .contains("LEADER_ELECTION_REHEARSALS=0", "JAVA_TOOL_OPTIONS=-Xmx1g");
    }

    private static ObjectNode first(List<ObjectNode> objects, String kind) {
        return objects.stream()
                .filter(object -> YamlDocuments.kind(object).equals(kind))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatLetsTheElectionsGoIsTheOperatorItselfWithItsRightsAndSettings() {
        List<String> values = List.of(
                "--set=image.tag=1.2.3",
                "--set=settings.LEADER_ELECTION_EVENT_QUEUE=5",
                "--set=pod.imagePullSecrets[0].name=pull");
        List<ObjectNode> installed = YamlDocuments.parse(rendered("elections", values));
        List<String> further = new ArrayList<>(values);
        further.add("--show-only=templates/release.yaml");
        List<ObjectNode> hooks = YamlDocuments.parse(renderedWithHooks("elections", further));

        assertThat(hooks)
                .extracting(YamlDocuments::kind)
                .containsExactly("ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Job");
        assertThat(hooks)
                .allMatch(hook -> hook.at("/metadata/name").asText().equals("leader-election-operator-release"))
                .allMatch(hook -> hook.path("metadata")
                        .path("annotations")
                        .path("helm.sh/hook")
                        .asText()
                        .equals("post-delete"));
        assertThat(first(hooks, "ClusterRole").path("rules"))
                .isEqualTo(first(installed, "ClusterRole").path("rules"));
        ObjectNode pod = (ObjectNode) first(hooks, "Job").at("/spec/template/spec");
        ObjectNode container = (ObjectNode) pod.at("/containers/0");
        ObjectNode itsPod = (ObjectNode) first(installed, "Deployment").at("/spec/template/spec");
        ObjectNode itsContainer = (ObjectNode) itsPod.at("/containers/0");
        assertThat(container.path("env").path(container.path("env").size() - 1).toString())
                .isEqualTo("{\"name\":\"LEADER_ELECTION_RELEASE\",\"value\":\"true\"}");
        assertThat(container.path("env"))
                .startsWith(itsContainer.path("env").valueStream().toArray(JsonNode[]::new));
        for (String same : List.of("image", "resources", "securityContext", "volumeMounts")) {
            assertThat(container.path(same)).as(same).isEqualTo(itsContainer.path(same));
        }
        for (String same : List.of("imagePullSecrets", "securityContext", "volumes")) {
            assertThat(pod.path(same)).as(same).isEqualTo(itsPod.path(same));
        }
    }

    @Test
    void nothingLetsTheElectionsGoWhereThatIsNotWanted() {
        assertThat(YamlDocuments.parse(renderedWithHooks("elections", List.of("--set=uninstall.release=false"))))
                .extracting(YamlDocuments::kind)
                .contains("Deployment")
                .doesNotContain("Job");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--set=watch.namespace=shop\\,bank",
                "--set=watch.namespaces={shop}",
                "--set=replica=3",
                "--set=namePrefix=-blue",
                "--set=resources.limit.memory=1Gi",
                "--set=pod.volumes.tmp=none",
                "--set=monitoring.labels={release}",
                "--set=users.enabled=some"
            })
    void valueThatMakesNoSenseIsRefused(String value) {
        assertThatThrownBy(() -> rendered("elections", List.of(value))).hasMessageContaining("values don't meet");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    settings.JAVA_TOOL_OPTIONS=-Xmx1g             | set jvmFlags instead
                    settings.LEADER_ELECTION_NAMESPACE=shop       | set watch.namespace instead
                    settings.LEADER_ELECTION_REPLICA_IDENTITY=a   | it is the name of each pod
                    settings.LEADER_ELECTION_REPLICA_NAMESPACE=a  | it is the namespace of the release
                    settings.LEADER_ELECTION_RELEASE=true         | the Job of uninstall.release has it
                    settings.LEADER_ELECTION_REPLICA_LEASE=a      | set namePrefix instead
                    pod.containers[0].name=sidecar                | set image, resources, jvmFlags and settings
                    pod.serviceAccountName=somebody               | set namePrefix instead
                    pod.serviceAccount=somebody                   | set namePrefix instead
                    pod.automountServiceAccountToken=false        | reaches no API server
                    """)
    void valueThatWouldBreakTheReleaseIsRefusedWithWhatToSayInstead(String value, String instead) {
        String name = value.replaceFirst("[\\[=].*", "");

        assertThatThrownBy(() -> rendered("elections", List.of("--set=" + value)))
                .hasMessageContaining(name + " is set by the chart: ")
                .hasMessageContaining(instead);
    }

    @Test
    void everyVariableOfTheDeploymentIsRefusedAsASetting() {
        assertThat(deployment(List.of()).at("/spec/template/spec/containers/0/env"))
                .isNotEmpty()
                .allSatisfy(variable -> assertThatThrownBy(() -> rendered(
                                "elections",
                                List.of("--set=settings."
                                        + variable.path("name").asText() + "=a")))
                        .hasMessageContaining("is set by the chart"));
    }

    @Test
    void numbersAreRenderedWholeAndVolumesAreAddedToThoseThatAreThere() throws IOException {
        Path values = Files.writeString(scratch.resolve("values.yaml"), """
                settings: {LEADER_ELECTION_EVENT_QUEUE: 1000000, LEADER_ELECTION_LOG_JSON: true, RATIO: 0.25}
                resources: {limits: {memory: 1073741824}}
                pod:
                  securityContext: {runAsUser: 1000700000}
                  volumes: [{name: authorities, emptyDir: {}}]
                """);

        ObjectNode deployment = deployment(List.of("--values=" + values));

        assertThat(deployment.at("/spec/template/spec/containers/0/env"))
                .extracting(variable -> variable.path("name").asText() + "="
                        + variable.path("value").asText())
                .contains("LEADER_ELECTION_EVENT_QUEUE=1000000", "LEADER_ELECTION_LOG_JSON=true", "RATIO=0.25");
        assertThat(deployment
                        .at("/spec/template/spec/containers/0/resources/limits/memory")
                        .asText())
                .isEqualTo("1073741824");
        assertThat(deployment
                        .at("/spec/template/spec/securityContext/runAsUser")
                        .asText())
                .isEqualTo("1000700000");
        assertThat(deployment.at("/spec/template/spec/volumes"))
                .extracting(volume -> volume.path("name").asText())
                .containsExactly("tmp", "authorities");
    }

    /** Those of the Deployment, of its topology, of the budget and of what is scraped. */
    @Test
    void selectorsOfAReleaseFindItsOwnPodsAndNoOthers() {
        for (String prefix : List.of("", "blue-")) {
            List<ObjectNode> objects = YamlDocuments.parse(
                    rendered("elections", List.of("--set=namePrefix=" + prefix, "--set=monitoring.podMonitor=true")));

            assertThat(objects)
                    .flatExtracting(object -> object.findValues("matchLabels"))
                    .filteredOn(labels -> labels.has("app.kubernetes.io/name"))
                    .hasSize(4)
                    .allSatisfy(labels -> assertThat(
                                    labels.path("app.kubernetes.io/name").asText())
                            .isEqualTo(prefix + "leader-election-operator"));
            assertThat(objects)
                    .filteredOn(object -> YamlDocuments.kind(object).equals("Deployment"))
                    .extracting(deployment -> deployment
                            .at("/spec/template/metadata/labels")
                            .path("app.kubernetes.io/name")
                            .asText())
                    .containsExactly(prefix + "leader-election-operator");
        }
    }

    @Test
    void policiesLeaveKeysThatTheOperatorMayNotUseToOthers() {
        List<ObjectNode> policies = YamlDocuments.parse(rendered(
                        "elections",
                        List.of(
                                "--set=policy.strip=true",
                                "--set=settings.LEADER_ELECTION_ALLOWED_LABEL_PREFIXES=blue.example.com\\, example.com",
                                "--show-only=templates/policy.yaml")))
                .stream()
                .filter(object -> object.at("/spec").has("paramKind"))
                .toList();

        assertThat(policies)
                .hasSize(4)
                .allSatisfy(
                        policy -> assertThat(policy.at("/spec/matchConditions").findValuesAsText("expression"))
                                .contains(
                                        "params.spec.routing.label.key.split('/')[0] in ['blue.example.com', 'example.com']"));
    }

    @Test
    void labelsByWhichPrometheusFindsWhatItIsToReadAreAddedToTheOthers() {
        assertThat(YamlDocuments.parse(rendered(
                        "elections",
                        List.of(
                                "--set=monitoring.podMonitor=true",
                                "--set=monitoring.rules=true",
                                "--set=monitoring.labels.release=prometheus",
                                "--show-only=templates/monitoring.yaml"))))
                .hasSize(2)
                .allSatisfy(object -> assertThat(object.at("/metadata/labels").toString())
                        .contains("\"release\":\"prometheus\"", "\"leader-election-operator\""));
    }

    @ParameterizedTest
    @CsvSource({
        "'',                   2",
        "users.enabled=false,  0",
        "watch.namespace=shop, 0",
        "'users.enabled=true,watch.namespace=shop', 2"
    })
    void rolesOfUsersAreBroughtUnlessOneNamespaceIsLookedAfterOrAsIsSaid(String values, int roles) {
        assertThat(YamlDocuments.parse(rendered("elections", List.of("--set=" + values))))
                .filteredOn(object -> object.at("/metadata/name").asText().matches("leader-election-(view|edit)"))
                .hasSize(roles);
    }

    private ObjectNode deployment(List<String> further) {
        return YamlDocuments.parse(rendered("elections", further)).stream()
                .filter(object -> YamlDocuments.kind(object).equals("Deployment"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void chartIsOfTheVersionThatIsBuiltAndHelmFindsNoFault() throws IOException {
        String chart = Files.readString(Path.of(Helm.CHART, "Chart.yaml"));
        String image = Files.readString(Path.of("deploy", "deployment.yaml"))
                .lines()
                .filter(line -> line.contains("image:"))
                .findFirst()
                .orElseThrow();

        assertThat(image)
                .endsWith(":"
                        + YamlDocuments.parse(chart).get(0).path("appVersion").asText());
        assertThat(helm("lint", "--strict", Helm.CHART)).contains("0 chart(s) failed");
    }
}
