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

    /** By which charts are told from each other; Kustomize has none. */
    private static final List<String> LABELS_OF_CHARTS = List.of(
            "[^ ]+ /metadata/labels/helm[.]sh/chart: nothing in deploy/, .*",
            "[^ ]+ /metadata/labels/app[.]kubernetes[.]io/(instance|version|managed-by): nothing in deploy/, .*",
            "CustomResourceDefinition/[^ ]+ /metadata/labels: nothing in deploy/, .*");

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
                        ALWAYS_DIFFERENT),
                new Installation(
                        "leader-election-system",
                        List.of(
                                "--set=pod.nodeSelector.kubernetes\\.io/arch=amd64",
                                "--set=pod.priorityClassName=system-cluster-critical"),
                        """
                        patches:
                          - target: {kind: Deployment}
                            patch: |-
                              - op: add
                                path: /spec/template/spec/nodeSelector
                                value: {kubernetes.io/arch: amd64}
                              - op: add
                                path: /spec/template/spec/priorityClassName
                                value: system-cluster-critical
                        """,
                        ALWAYS_DIFFERENT),
                new Installation(
                        "leader-election-system",
                        List.of("--set=commonLabels.team=elections", "--set=podAnnotations.mesh=none"),
                        """
                        labels:
                          - {pairs: {team: elections}, includeTemplates: true}
                        patches:
                          - target: {kind: Deployment}
                            patch: |-
                              - op: add
                                path: /spec/template/metadata/annotations
                                value: {mesh: none}
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

    private static List<String> differences(String kustomize, String helm) {
        return ManifestDiff.between(kustomize, helm).stream()
                .filter(difference -> LABELS_OF_CHARTS.stream().noneMatch(difference::matches))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("installations")
    void chartRendersWhatKustomizeRenders(Installation installation) throws IOException {
        String kustomize = kustomized(installation.kustomization());

        List<String> differences = differences(kustomize, rendered(installation.namespace(), installation.helm()));

        assertThat(differences)
                .allSatisfy(difference -> assertThat(installation.different()).anyMatch(difference::matches));
        assertThat(installation.different())
                .allSatisfy(known -> assertThat(differences).anyMatch(difference -> difference.matches(known)));
    }

    @Test
    void policyThatStripsIsTheOneOfItsOwnFolder() {
        List<String> differences = differences(
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
        List<String> differences = differences(
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

        List<String> differences = differences(
                kustomized(overlay),
                rendered(
                        "leader-election-system",
                        List.of(
                                "--set=monitoring.podMonitor=true",
                                "--set=monitoring.rules=true",
                                "--set=monitoring.labels.release=prometheus")));

        // The Deployment itself has the label, too; what it makes, and what it selects, has not.
        assertThat(differences)
                .noneMatch(difference ->
                        difference.matches("(PodMonitor|PrometheusRule)/.*|Deployment/[^ ]+( /spec|:).*"));
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
                "--set=image.pullPolicy=Always",
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
        assertThat(deployment
                        .at("/spec/template/spec/containers/0/imagePullPolicy")
                        .asText())
                .isEqualTo("Always");
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
                "--set=image.pullPolicy=Never",
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
        for (String same : List.of("image", "imagePullPolicy", "resources", "securityContext", "volumeMounts")) {
            assertThat(container.path(same)).as(same).isEqualTo(itsContainer.path(same));
        }
        for (String same : List.of("imagePullSecrets", "securityContext", "volumes")) {
            assertThat(pod.path(same)).as(same).isEqualTo(itsPod.path(same));
        }
    }

    /** What a hook that failed has left would count for the budget of the next installation, and keep nodes from being drained. */
    @ParameterizedTest
    @ValueSource(strings = {"", "blue-"})
    void podsThatLetTheElectionsGoAreSelectedByNothingThatSelectsTheOperators(String prefix) {
        List<ObjectNode> objects = YamlDocuments.parse(renderedWithHooks(
                "elections", List.of("--set=namePrefix=" + prefix, "--set=monitoring.podMonitor=true")));
        JsonNode labels = first(objects, "Job").at("/spec/template/metadata/labels");

        assertThat(labels.path("app.kubernetes.io/name").asText())
                .isEqualTo(prefix + "leader-election-operator-release");
        assertThat(objects)
                .flatExtracting(object -> object.findValues("matchLabels"))
                .filteredOn(selector -> selector.has("app.kubernetes.io/name"))
                .hasSize(4)
                .noneMatch(selector -> selector.properties().stream()
                        .allMatch(label -> label.getValue().equals(labels.path(label.getKey()))));
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
                "--set=namePrefix=a-prefix-of-more-than-31-letters",
                "--set=resources.limit.memory=1Gi",
                "--set=pod.volumes.tmp=none",
                "--set=env.REGION=north",
                "--set=env[0].value=north",
                "--set=volumeMounts[0].name=authorities",
                "--set=monitoring.labels={release}",
                "--set=commonLabels.team=a/b",
                "--set=podLabels.-team=a",
                "--set=podAnnotations.a b=c",
                "--set=serviceAccount.name=somebody",
                "--set=users.enabled=some",
                "--set=image.pullPolicy=Sometimes"
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
                    commonLabels.app\\.kubernetes\\.io/name=a        | set namePrefix instead
                    podLabels.app\\.kubernetes\\.io/name=a           | set namePrefix instead
                    commonLabels.app\\.kubernetes\\.io/managed-by=a  | Helm knows by it what is its own
                    """)
    void valueThatWouldBreakTheReleaseIsRefusedWithWhatToSayInstead(String value, String instead) {
        String name = value.replaceFirst("[\\[=].*", "").replace("\\", "");

        assertThatThrownBy(() -> rendered("elections", List.of("--set=" + value)))
                .hasMessageContaining(name + " is set by the chart: ")
                .hasMessageContaining(instead);
    }

    @Test
    void everyVariableOfTheDeploymentIsRefusedAsASettingAndAsAVariable() {
        JsonNode variables = deployment(List.of()).at("/spec/template/spec/containers/0/env");

        assertThat(variables).isNotEmpty().allSatisfy(variable -> {
            String name = variable.path("name").asText();
            for (String value : List.of("settings." + name + "=a", "env[0].name=" + name)) {
                assertThatThrownBy(() -> rendered("elections", List.of("--set=" + value)))
                        .as(value)
                        .hasMessageContaining(name + " is set by the chart");
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"settings.LEADER_ELECTION_LOGJSON=true", "env[0].name=LEADER_ELECTION_LOGJSON"})
    void settingThatTheOperatorDoesNotKnowIsRefusedWithThoseThatItKnows(String value) {
        assertThatThrownBy(() -> rendered("elections", List.of("--set=" + value)))
                .hasMessageContaining("LEADER_ELECTION_LOGJSON is no setting of the operator")
                .hasMessageContaining("LEADER_ELECTION_LOG_JSON");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    env[0].name=LEADER_ELECTION_RELEASE                      | the Job of uninstall.release has it
                    env[0].name=LEADER_ELECTION_ALLOWED_LABEL_PREFIXES       | say it under settings instead
                    env[0].name=REGION,env[1].name=REGION                    | env REGION is there twice
                    env[0].name=REGION,settings.REGION=north                 | env REGION is there twice
                    pod.volumes[0].name=tmp                                  | pod.volumes: tmp is set by the chart
                    volumeMounts[0].name=a,volumeMounts[0].mountPath=/tmp/   | volumeMounts: /tmp is set by the chart
                    """)
    void whatIsThereAlreadyIsRefusedInTheContainer(String values, String message) {
        assertThatThrownBy(() -> rendered("elections", List.of("--set=" + values)))
                .hasMessageContaining(message);
    }

    @Test
    void variablesAndMountsAreAddedToTheContainerOfTheOperatorAndOfTheJob() throws IOException {
        Path values = Files.writeString(scratch.resolve("values.yaml"), """
                env:
                  - name: REGION
                    valueFrom: {configMapKeyRef: {name: site, key: region}}
                pod:
                  volumes: [{name: authorities, configMap: {name: authorities, defaultMode: 288}}]
                volumeMounts: [{name: authorities, mountPath: /authorities, readOnly: true}]
                """);
        List<ObjectNode> objects = YamlDocuments.parse(renderedWithHooks("elections", List.of("--values=" + values)));

        for (String kind : List.of("Deployment", "Job")) {
            JsonNode pod = first(objects, kind).at("/spec/template/spec");
            assertThat(pod.at("/containers/0/env"))
                    .filteredOn(variable -> variable.path("name").asText().equals("REGION"))
                    .singleElement()
                    .hasToString(
                            "{\"name\":\"REGION\",\"valueFrom\":{\"configMapKeyRef\":{\"key\":\"region\",\"name\":\"site\"}}}");
            assertThat(pod.at("/containers/0/volumeMounts"))
                    .extracting(JsonNode::toString)
                    .containsExactly(
                            "{\"mountPath\":\"/tmp\",\"name\":\"tmp\"}",
                            "{\"mountPath\":\"/authorities\",\"name\":\"authorities\",\"readOnly\":true}");
            assertThat(pod.at("/volumes/1/configMap/defaultMode").intValue()).isEqualTo(288);
        }
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

    /** Every object that the chart knows. */
    private List<ObjectNode> everything(String... further) {
        List<String> arguments = new ArrayList<>(List.of(
                "--set=watch.namespace=shop",
                "--set=watch.nodes=true",
                "--set=users.enabled=true",
                "--set=policy.strip=true",
                "--set=monitoring.podMonitor=true",
                "--set=monitoring.rules=true",
                "--set=monitoring.dashboard=true"));
        arguments.addAll(List.of(further));
        return YamlDocuments.parse(renderedWithHooks("elections", arguments));
    }

    @Test
    void everyObjectTellsOfWhichChartAndReleaseItIs() throws IOException {
        ObjectNode chart = YamlDocuments.parse(Files.readString(Path.of(Helm.CHART, "Chart.yaml")))
                .get(0);

        assertThat(everything())
                .hasSizeGreaterThan(20)
                .allSatisfy(object -> assertThat(object.at("/metadata/labels").properties())
                        .as(YamlDocuments.kind(object))
                        .extracting(
                                label -> label.getKey() + "=" + label.getValue().asText())
                        .contains(
                                "app.kubernetes.io/instance=operator",
                                "app.kubernetes.io/managed-by=Helm",
                                "app.kubernetes.io/version="
                                        + chart.path("appVersion").asText(),
                                "helm.sh/chart=leader-election-operator-"
                                        + chart.path("version").asText()));
    }

    @Test
    void labelsAndAnnotationsThatAreAskedForAreOnObjectsPodsAndAccounts() {
        List<ObjectNode> objects = everything(
                "--set=commonLabels.team=elections",
                "--set=podLabels.tier=control",
                "--set=podAnnotations.mesh=none",
                "--set=serviceAccount.annotations.role=puller");

        assertThat(objects)
                .allSatisfy(
                        object -> assertThat(object.at("/metadata/labels/team").asText())
                                .as(YamlDocuments.kind(object))
                                .isEqualTo("elections"));
        assertThat(objects)
                .filteredOn(object -> object.at("/spec").has("template"))
                .extracting(YamlDocuments::kind)
                .containsExactlyInAnyOrder("Deployment", "Job");
        for (String kind : List.of("Deployment", "Job")) {
            JsonNode pods = first(objects, kind).at("/spec/template/metadata");
            assertThat(pods.at("/labels/team").asText()).isEqualTo("elections");
            assertThat(pods.at("/labels/tier").asText()).isEqualTo("control");
            assertThat(pods.at("/annotations/mesh").asText()).isEqualTo("none");
        }
        assertThat(objects)
                .filteredOn(object -> YamlDocuments.kind(object).equals("ServiceAccount"))
                .hasSize(2)
                .allSatisfy(account -> assertThat(
                                account.at("/metadata/annotations/role").asText())
                        .isEqualTo("puller"));
        assertThat(objects)
                .filteredOn(object -> object.at("/metadata/annotations").has("helm.sh/hook"))
                .as("what Helm runs at an uninstallation")
                .hasSize(6);
        assertThat(objects)
                .flatExtracting(object -> object.findValues("matchLabels"))
                .filteredOn(selector -> selector.has("app.kubernetes.io/name"))
                .as("what selects the pods")
                .hasSize(4)
                .allMatch(selector -> selector.size() == 1);
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
