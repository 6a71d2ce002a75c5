package dev.leaderelection.cli;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionSpec.Mode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.vertx.VertxHttpClientFactory;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A user's own way to the API server: everything is asked with the user's rights. */
final class Session implements AutoCloseable {

    private static final int CONNECT_MILLIS = 5_000;
    private static final int REQUEST_MILLIS = 15_000;

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

    /** The connection, for requests about this namespace. */
    KubernetesClient client() {
        return client;
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

    /** Has an election be in a mode. */
    LeaderElection mode(String name, Mode mode) {
        return resource(name)
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"mode\":\"" + Words.of(mode) + "\"}}");
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
