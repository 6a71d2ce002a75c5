package dev.leaderelection.cli;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionSpec.Mode;
import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.api.LeadershipTransferSpec;
import dev.leaderelection.kubernetes.Election;
import dev.leaderelection.kubernetes.TransferReader;
import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
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
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.vertx.VertxHttpClientFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A user's own way to the API server: everything is asked with the user's rights. */
final class Session implements AutoCloseable {

    private static final int CONNECT_MILLIS = 5_000;
    private static final int REQUEST_MILLIS = 15_000;
    private static final Duration GRACE = Duration.ofSeconds(5);

    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;

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

    /**
     * Looks at what tells of an election. What may not be read is left out; who may not even read the election learns nothing.
     *
     * @param wanted what is looked at beside the election itself
     */
    Snapshot snapshot(String name, Set<Part> wanted) {
        LeaderElection resource = election(name);
        Election election = Election.of(resource);
        Set<Part> refused = EnumSet.noneOf(Part.class);
        Reader reader = new Reader(wanted, refused);
        List<Pod> pods = reader.read(
                Part.PODS,
                List.of(),
                () -> client.pods().inNamespace(namespace).list().getItems());
        Optional<Lease> lease = reader.read(
                Part.LEASE,
                Optional.empty(),
                () -> Optional.ofNullable(client.leases()
                        .inNamespace(namespace)
                        .withName(election.leaseName())
                        .get()));
        List<Snapshot.Route> routes = new ArrayList<>();
        for (String service : reader.read(Part.SERVICES, List.<String>of(), () -> services(election, pods))) {
            routes.add(new Snapshot.Route(service, reader.read(Part.ENDPOINTS, List.of(), () -> endpoints(service))));
        }
        List<LeadershipTransfer> transfers = reader.read(
                Part.TRANSFERS,
                List.of(),
                () -> client.resources(LeadershipTransfer.class)
                        .inNamespace(namespace)
                        .list()
                        .getItems());
        return Snapshot.of(resource, pods, lease, routes, transfers, refused);
    }

    /** Reads what is wanted, and takes note of what is refused. */
    private record Reader(Set<Part> wanted, Set<Part> refused) {

        <T> T read(Part part, T without, Supplier<T> request) {
            if (!wanted.contains(part) || refused.contains(part)) {
                return without;
            }
            try {
                return request.get();
            } catch (KubernetesClientException e) {
                if (!isForbidden(e)) {
                    throw e;
                }
                refused.add(part);
                return without;
            }
        }
    }

    private static boolean isForbidden(KubernetesClientException refused) {
        return refused.getCode() == FORBIDDEN;
    }

    /** What time it is by the API server. */
    Now now(InstantSource machine) {
        HttpClient http = client.getHttpClient();
        HttpRequest request = http.newHttpRequestBuilder()
                .uri(client.getMasterUrl() + "version")
                .timeout(REQUEST_MILLIS, TimeUnit.MILLISECONDS)
                .build();
        Optional<String> date = http.sendAsync(request, byte[].class)
                .handle((response, failure) -> Optional.ofNullable(response).map(any -> any.header("Date")))
                .join();
        return Now.of(date, machine);
    }

    /** The Services that are meant for the leader, by name. */
    private List<String> services(Election election, List<Pod> pods) {
        List<Map<String, String>> labels =
                pods.stream().map(pod -> orEmpty(pod.getMetadata().getLabels())).toList();
        return client.services().inNamespace(namespace).list().getItems().stream()
                .filter(service -> Routes.selectLeader(orEmpty(service.getSpec().getSelector()), election, labels))
                .map(service -> service.getMetadata().getName())
                .toList();
    }

    private static Map<String, String> orEmpty(@Nullable Map<String, String> map) {
        return map == null ? Map.of() : map;
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

    /** Asks for a transfer. It goes with the election, if that may be read. */
    LeadershipTransfer transfer(String election, String target, int timeoutSeconds) {
        LeadershipTransfer transfer = new LeadershipTransfer();
        transfer.setMetadata(new ObjectMetaBuilder()
                .withNamespace(namespace)
                .withGenerateName(election + "-")
                .withOwnerReferences(owner(election))
                .build());
        transfer.setSpec(new LeadershipTransferSpec(election, target, timeoutSeconds));
        return client.resource(transfer).create();
    }

    private List<OwnerReference> owner(String election) {
        try {
            LeaderElection resource = election(election);
            return List.of(new OwnerReferenceBuilder()
                    .withApiVersion(resource.getApiVersion())
                    .withKind(resource.getKind())
                    .withName(election)
                    .withUid(resource.getMetadata().getUid())
                    .build());
        } catch (KubernetesClientException e) {
            if (isForbidden(e)) {
                return List.of();
            }
            throw e;
        }
    }

    /** What became of a transfer, which is withdrawn if nothing does in time; nothing if that may not be seen. */
    Optional<LeadershipTransfer> outcome(LeadershipTransfer transfer) {
        Duration patience = GRACE.plusSeconds(transfer.getSpec().timeoutSeconds());
        try {
            LeadershipTransfer outcome = client.resource(transfer)
                    .waitUntilCondition(Session::isFinished, patience.toSeconds(), TimeUnit.SECONDS);
            if (outcome == null) {
                throw new Failure("LeadershipTransfer " + transfer.getMetadata().getName()
                        + " is gone before anything became of it: it was withdrawn, or its election was deleted");
            }
            return Optional.of(outcome);
        } catch (KubernetesClientTimeoutException e) {
            throw new Failure("nothing became of LeadershipTransfer "
                    + transfer.getMetadata().getName() + " within " + patience.toSeconds()
                    + "s: is the operator running? "
                    + withdraw(transfer));
        } catch (KubernetesClientException e) {
            if (isForbidden(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static boolean isFinished(@Nullable LeadershipTransfer transfer) {
        return transfer == null || TransferReader.isFinished(transfer);
    }

    /** Takes a transfer back that nothing has become of yet, and tells whether that was done. */
    String withdraw(LeadershipTransfer transfer) {
        String name = transfer.getMetadata().getName();
        String path = "/apis/" + transfer.getApiVersion() + "/namespaces/" + namespace + "/leadershiptransfers/" + name;
        try {
            // A revision of it that has not come true: what has is a record.
            LeadershipTransfer now = client.resource(transfer).get();
            while (!isFinished(now)) {
                if (delete(path, now)) {
                    return "It is withdrawn";
                }
                now = client.resource(transfer).get();
            }
            return now == null
                    ? "It is gone by now"
                    : "It has ended by now: kubectl get leadershiptransfer " + name + " -n " + namespace + " tells how";
        } catch (KubernetesClientException e) {
            return "It is still pending: kubectl delete leadershiptransfer " + name + " -n " + namespace
                    + " withdraws it ("
                    + (isForbidden(e) ? "you may not" : Failure.of(e, url()).getMessage()) + ")";
        }
    }

    /** Whether it was deleted as it was seen. */
    private boolean delete(String path, LeadershipTransfer seen) {
        DeleteOptions asSeen = new DeleteOptionsBuilder()
                .withNewPreconditions()
                .withUid(seen.getMetadata().getUid())
                .withResourceVersion(seen.getMetadata().getResourceVersion())
                .endPreconditions()
                .build();
        try {
            client.raw(path, "DELETE", asSeen);
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() == CONFLICT || e.getCode() == NOT_FOUND) {
                return false;
            }
            throw e;
        }
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
