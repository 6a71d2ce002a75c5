package dev.leaderelection.cli;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.kubernetes.Election;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One look at what tells of an election: what may not be read is left out, and taken note of. */
final class Survey {

    private final Session session;
    private final KubernetesClient client;
    private final String namespace;
    private final Set<Part> wanted;
    private final Set<Part> refused = EnumSet.noneOf(Part.class);

    private Survey(Session session, Set<Part> wanted) {
        this.session = session;
        this.client = session.client();
        this.namespace = session.namespace();
        this.wanted = wanted;
    }

    /**
     * Looks. Who may not even read the election learns nothing.
     *
     * @param wanted what is looked at beside the election itself
     */
    static Snapshot of(Session session, String name, Set<Part> wanted) {
        return new Survey(session, wanted).look(name);
    }

    private Snapshot look(String name) {
        LeaderElection resource = session.election(name);
        Election election = Election.of(resource);
        List<Pod> pods = read(
                Part.PODS,
                List.of(),
                () -> client.pods().inNamespace(namespace).list().getItems());
        Optional<Lease> lease = read(
                Part.LEASE,
                Optional.empty(),
                () -> Optional.ofNullable(client.leases()
                        .inNamespace(namespace)
                        .withName(election.leaseName())
                        .get()));
        List<Snapshot.Route> routes = new ArrayList<>();
        for (String service : read(Part.SERVICES, List.<String>of(), () -> services(election, pods))) {
            routes.add(new Snapshot.Route(service, read(Part.ENDPOINTS, List.of(), () -> endpoints(service))));
        }
        List<LeadershipTransfer> transfers = read(
                Part.TRANSFERS,
                List.of(),
                () -> client.resources(LeadershipTransfer.class)
                        .inNamespace(namespace)
                        .list()
                        .getItems());
        return Snapshot.of(resource, pods, lease, routes, transfers, refused);
    }

    private <T> T read(Part part, T without, Supplier<T> request) {
        if (!wanted.contains(part) || refused.contains(part)) {
            return without;
        }
        try {
            return request.get();
        } catch (KubernetesClientException e) {
            if (!Failure.isForbidden(e)) {
                throw e;
            }
            refused.add(part);
            return without;
        }
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
                .filter(Survey::isServing)
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
}
