package dev.leaderelection.kubernetes;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.kubernetes.Answer.Done;
import dev.leaderelection.kubernetes.Answer.Refused;
import dev.leaderelection.kubernetes.ApiServer.Request;
import io.fabric8.kubernetes.api.model.APIGroupList;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What has to be there before the operator can begin: an API server that answers, the definition, the rights. */
public final class ApiServerPrerequisites {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final String REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    private static final String EVERYWHERE = "";

    private static final List<Right> RIGHTS = rights();

    private final ApiServer server;

    /**
     * @param server is asked
     */
    public ApiServerPrerequisites(ApiServer server) {
        this.server = server;
    }

    /**
     * A right that the operator uses.
     *
     * @param group of the resource, empty for the core
     * @param resource with its subresource, if any
     * @param verb what is done with it
     * @param isNeeded whether nothing can be done without it
     */
    record Right(String group, String resource, String verb, boolean isNeeded) {

        @Override
        public String toString() {
            return verb + " " + resource + (group.isEmpty() ? "" : " of " + group);
        }
    }

    /**
     * What is not there.
     *
     * @param missing what nothing can be done without
     * @param wanting what some elections may ask for
     */
    public record Lack(List<String> missing, List<String> wanting) {

        /** Copies. */
        public Lack {
            missing = List.copyOf(missing);
            wanting = List.copyOf(wanting);
        }
    }

    /** Every right that {@code deploy/rbac.yaml} gives. */
    static List<Right> rights() {
        List<Right> rights = new ArrayList<>();
        Stream.of("get", "list", "watch", "patch")
                .forEach(verb -> rights.add(new Right(LeaderElection.GROUP, "leaderelections", verb, true)));
        rights.add(new Right(LeaderElection.GROUP, "leaderelections/status", "patch", true));
        Stream.of("get", "list", "watch", "patch").forEach(verb -> rights.add(new Right("", "pods", verb, true)));
        rights.add(new Right("", "pods", "delete", false));
        Stream.of("get", "list", "watch", "create", "update", "delete")
                .forEach(verb -> rights.add(new Right("coordination.k8s.io", "leases", verb, true)));
        Stream.of("create", "patch").forEach(verb -> rights.add(new Right("events.k8s.io", "events", verb, false)));
        return rights;
    }

    /**
     * Looks once.
     *
     * @param namespaces where there are elections; none for everywhere
     * @return refused if the API server could not be asked
     */
    public Answer<Lack> look(Set<String> namespaces) {
        Answer<APIGroupList> answer = server.send(Request.get("/apis", PATIENCE), APIGroupList.class);
        if (!(answer instanceof Done<APIGroupList> groups)) {
            return ((Refused<APIGroupList>) answer).recast();
        }
        List<String> missing = new ArrayList<>();
        List<String> wanting = new ArrayList<>();
        if (!isServed(groups.value())) {
            missing.add("the API server does not serve " + LeaderElection.GROUP + "/" + LeaderElection.VERSION
                    + ": install its definition (kubectl apply -k crds/)");
        }
        for (String namespace : namespaces.isEmpty() ? Set.of(EVERYWHERE) : namespaces) {
            List<String> denied = new ArrayList<>();
            for (Right right : RIGHTS) {
                Answer<Boolean> allowed = isAllowed(right, namespace);
                if (!(allowed instanceof Done<Boolean> done)) {
                    return ((Refused<Boolean>) allowed).recast();
                }
                if (!done.value()) {
                    (right.isNeeded() ? denied : wanting).add(right.toString());
                }
            }
            if (!denied.isEmpty()) {
                missing.add("no right to " + String.join(", ", denied)
                        + (namespace.isEmpty() ? " in all namespaces" : " in namespace " + namespace)
                        + ": bind deploy/rbac.yaml to the operator's service account (kubectl apply -k deploy/)");
            }
        }
        return new Done<>(new Lack(missing, wanting));
    }

    private static boolean isServed(APIGroupList groups) {
        return groups.getGroups().stream()
                .filter(group -> group.getName().equals(LeaderElection.GROUP))
                .flatMap(group -> group.getVersions().stream())
                .anyMatch(version -> version.getVersion().equals(LeaderElection.VERSION));
    }

    private Answer<Boolean> isAllowed(Right right, String namespace) {
        String[] parts = right.resource().split("/", 2);
        SelfSubjectAccessReview question = new SelfSubjectAccessReviewBuilder()
                .withNewSpec()
                .withNewResourceAttributes()
                .withGroup(right.group())
                .withResource(parts[0])
                .withSubresource(parts.length > 1 ? parts[1] : null)
                .withVerb(right.verb())
                .withNamespace(namespace.isEmpty() ? null : namespace)
                .endResourceAttributes()
                .endSpec()
                .build();
        Answer<SelfSubjectAccessReview> answer =
                server.send(Request.post(REVIEWS, question, PATIENCE), SelfSubjectAccessReview.class);
        if (answer instanceof Done<SelfSubjectAccessReview> done) {
            return new Done<>(Boolean.TRUE.equals(done.value().getStatus().getAllowed()));
        }
        Refused<SelfSubjectAccessReview> refused = (Refused<SelfSubjectAccessReview>) answer;
        // A cluster that lets nobody ask may grant the rights all the same.
        return refused.cause() == Answer.Cause.DENIED ? new Done<>(true) : refused.recast();
    }
}
