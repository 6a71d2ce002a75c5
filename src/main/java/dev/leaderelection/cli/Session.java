package dev.leaderelection.cli;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionSpec.Mode;
import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.api.LeadershipTransferSpec;
import dev.leaderelection.api.LeadershipTransferStatus;
import dev.leaderelection.kubernetes.Election;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.KubernetesClientTimeoutException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.vertx.VertxHttpClientFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A user's own way to the API server: everything is asked with the user's rights. */
final class Session implements AutoCloseable {

    private static final int CONNECT_MILLIS = 5_000;
    private static final int REQUEST_MILLIS = 15_000;
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final KubernetesClient client;
    private final String namespace;

    private Session(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    static Session open(Access access) {
        Config config = Connection.ofThisProcess().config(access);
        // A person waits for one answer, and would rather try again.
        config.setRequestRetryBackoffLimit(0);
        config.setConnectionTimeout(CONNECT_MILLIS);
        config.setRequestTimeout(REQUEST_MILLIS);
        // Whoever watches is told when a connection is lost.
        config.setWatchReconnectLimit(0);
        String namespace = Stream.of(
                        access.namespace(), Objects.requireNonNullElse(config.getNamespace(), ""), "default")
                .filter(name -> !name.isEmpty())
                .findFirst()
                .orElseThrow();
        try {
            // The build of the operator leaves out what would find it.
            KubernetesClient client = new KubernetesClientBuilder()
                    .withConfig(config)
                    .withHttpClientFactory(new VertxHttpClientFactory())
                    .build();
            return new Session(client, namespace);
        } catch (KubernetesClientException | IllegalArgumentException e) {
            throw new Failure("the kubeconfig's way to " + config.getMasterUrl() + " cannot be used: "
                    + Failure.oneLine(e) + ". Look at the server, certificates and key that it names");
        }
    }

    String url() {
        return client.getMasterUrl().toString();
    }

    String namespace() {
        return namespace;
    }

    String json(Object object) {
        return client.getKubernetesSerialization().asJson(trimmed(object));
    }

    String yaml(Object object) {
        return client.getKubernetesSerialization().asYaml(trimmed(object));
    }

    private Resource<LeaderElection> resource(String name) {
        return client.resources(LeaderElection.class).inNamespace(namespace).withName(name);
    }

    /** Who wrote which field is nothing that anybody wants to read. */
    private static Object trimmed(Object object) {
        if (object instanceof HasMetadata one) {
            one.getMetadata().setManagedFields(List.of());
        }
        return object;
    }

    LeaderElection election(String name) {
        return find(name).orElseThrow(() -> Failure.noElection(name, namespace));
    }

    Optional<LeaderElection> find(String name) {
        return Optional.ofNullable(resource(name).get());
    }

    List<LeaderElection> elections(boolean everywhere) {
        var all = client.resources(LeaderElection.class);
        List<LeaderElection> elections = everywhere
                ? all.inAnyNamespace().list().getItems()
                : all.inNamespace(namespace).list().getItems();
        elections.forEach(Session::trimmed);
        return elections;
    }

    /** The cluster's namespaces. */
    List<String> namespaces() {
        return client.namespaces().list().getItems().stream()
                .map(one -> one.getMetadata().getName())
                .toList();
    }

    Snapshot snapshot(String name) {
        LeaderElection resource = election(name);
        Election election = Election.of(resource);
        List<Pod> pods = client.pods().inNamespace(namespace).list().getItems();
        Optional<Lease> lease = Optional.ofNullable(client.leases()
                .inNamespace(namespace)
                .withName(election.leaseName())
                .get());
        return Snapshot.of(resource, pods, lease, routes(election, pods));
    }

    private List<Snapshot.Route> routes(Election election, List<Pod> pods) {
        List<Snapshot.Route> routes = new ArrayList<>();
        for (Service service : client.services().inNamespace(namespace).list().getItems()) {
            if (selectsLeader(service, election, pods)) {
                String name = service.getMetadata().getName();
                routes.add(new Snapshot.Route(name, endpoints(name)));
            }
        }
        return routes;
    }

    private static boolean selectsLeader(Service service, Election election, List<Pod> pods) {
        Map<String, String> selector = service.getSpec().getSelector();
        String key = election.label().key();
        if (selector == null || !election.label().leaderValue().equals(selector.get(key))) {
            return false;
        }
        Map<String, String> others = new HashMap<>(selector);
        others.remove(key);
        return pods.stream()
                .map(pod -> Objects.requireNonNullElse(pod.getMetadata().getLabels(), Map.<String, String>of()))
                .filter(election.selector()::matches)
                .anyMatch(labels -> labels.entrySet().containsAll(others.entrySet()));
    }

    private List<String> endpoints(String service) {
        return client
                .discovery()
                .v1()
                .endpointSlices()
                .inNamespace(namespace)
                .withLabel("kubernetes.io/service-name", service)
                .list()
                .getItems()
                .stream()
                // A Service that selects nobody has a slice with a null in place of the list.
                .flatMap(slice -> Stream.ofNullable(slice.getEndpoints()).flatMap(List::stream))
                .filter(Session::isServing)
                .map(endpoint -> endpoint.getTargetRef().getName())
                .distinct()
                .sorted()
                .toList();
    }

    private static boolean isServing(Endpoint endpoint) {
        return endpoint.getTargetRef() != null
                && (endpoint.getConditions() == null
                        || !Boolean.FALSE.equals(endpoint.getConditions().getReady()));
    }

    /** Has an election be in a mode. */
    LeaderElection mode(String name, Mode mode) {
        return resource(name)
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"mode\":\"" + Words.of(mode) + "\"}}");
    }

    LeadershipTransfer transfer(String election, String target, int timeoutSeconds) {
        LeadershipTransfer transfer = new LeadershipTransfer();
        transfer.setMetadata(new ObjectMetaBuilder()
                .withNamespace(namespace)
                .withGenerateName(election + "-")
                .build());
        transfer.setSpec(new LeadershipTransferSpec(election, target, timeoutSeconds));
        return client.resource(transfer).create();
    }

    /** What became of a transfer. */
    LeadershipTransfer outcome(LeadershipTransfer transfer) {
        Duration patience = GRACE.plusSeconds(transfer.getSpec().timeoutSeconds());
        try {
            return client.resource(transfer)
                    .waitUntilCondition(Session::isFinished, patience.toSeconds(), TimeUnit.SECONDS);
        } catch (KubernetesClientTimeoutException e) {
            throw new Failure("nothing became of LeadershipTransfer "
                    + transfer.getMetadata().getName() + " within " + patience.toSeconds()
                    + "s: is the operator running?");
        }
    }

    private static boolean isFinished(LeadershipTransfer transfer) {
        return transfer == null
                || (transfer.getStatus() != null
                        && (transfer.getStatus().is(LeadershipTransferStatus.COMPLETED)
                                || transfer.getStatus().is(LeadershipTransferStatus.FAILED)));
    }

    /** Tells of every change of an election since a revision of it, until its deletion or until the connection breaks. */
    Watch watch(LeaderElection since, Watcher<LeaderElection> watcher) {
        return resource(since.getMetadata().getName())
                .watch(
                        new ListOptionsBuilder()
                                .withResourceVersion(since.getMetadata().getResourceVersion())
                                .build(),
                        watcher);
    }

    @Override
    public void close() {
        client.close();
    }
}
