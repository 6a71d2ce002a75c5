package dev.leaderelection.kubernetes;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.kubernetes.Answer.Done;
import dev.leaderelection.kubernetes.Answer.Refused;
import dev.leaderelection.kubernetes.ApiServer.Request;
import io.fabric8.kubernetes.api.model.APIGroupList;
import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.authorization.v1.ResourceRule;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectRulesReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectRulesReviewBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What has to be there before the operator can begin: an API server that answers, the definitions, the rights. */
public final class ApiServerPrerequisites {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final String REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    private static final String LISTS = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";

    /** A namespace that is nobody's: whoever has a right there has it everywhere. */
    private static final String NOWHERE = "leader-election-operator-has-no-such-namespace";

    private static final String VERSION = LeaderElection.GROUP + "/" + LeaderElection.VERSION;
    private static final List<String> KINDS = List.of("leaderelections", "leadershiptransfers");
    private static final String LEASES = "coordination.k8s.io";

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
     * @param namespace where; nothing for everywhere
     */
    record Right(String group, String resource, String verb, boolean isNeeded, Optional<String> namespace) {

        @Override
        public String toString() {
            return verb + " " + resource + (group.isEmpty() ? "" : " of " + group);
        }
    }

    /**
     * What is not there.
     *
     * @param defined whether the API server knows elections
     * @param missing what nothing can be done without
     * @param wanting what some elections may ask for
     */
    public record Lack(boolean defined, List<String> missing, List<String> wanting) {

        /** Copies. */
        public Lack {
            missing = List.copyOf(missing);
            wanting = List.copyOf(wanting);
        }
    }

    /**
     * Every right that {@code deploy/rbac.yaml} gives, as a test compares, where the elections are; and those over the operator's own
     * Lease where that is elsewhere. What the cluster has outside of namespaces, and the nodes' Leases, need not be there.
     */
    static List<Right> rights(Optional<String> namespace, String own) {
        Stream<Right> elections = Stream.of(
                        rights(true, LeaderElection.GROUP, "leaderelections", "get", "list", "watch", "patch"),
                        rights(true, LeaderElection.GROUP, "leaderelections/status", "patch"),
                        rights(true, LeaderElection.GROUP, "leadershiptransfers", "list", "watch"),
                        rights(true, LeaderElection.GROUP, "leadershiptransfers/status", "patch"),
                        rights(true, "", "pods", "get", "list", "watch", "patch"),
                        rights(false, "", "pods", "delete"),
                        rights(true, LEASES, "leases", "get", "list", "watch", "create", "update", "delete"),
                        rights(false, "events.k8s.io", "events", "create", "patch"))
                .flatMap(rights -> rights.apply(namespace));
        Stream<Right> replicas = namespace.isEmpty() || namespace.get().equals(own)
                ? Stream.empty()
                : rights(true, LEASES, "leases", "get", "create", "update").apply(Optional.of(own));
        return Stream.concat(elections, replicas).toList();
    }

    private static Function<Optional<String>, Stream<Right>> rights(
            boolean areNeeded, String group, String resource, String... verbs) {
        return namespace -> Stream.of(verbs).map(verb -> new Right(group, resource, verb, areNeeded, namespace));
    }

    /**
     * Looks once.
     *
     * @param namespace the one whose elections are looked after; nothing for those of all namespaces
     * @param own the namespace of the operator's own Lease
     * @return refused if the API server could not be asked
     */
    public Answer<Lack> look(Optional<String> namespace, String own) {
        Answer<List<String>> kinds = servedKinds();
        if (!(kinds instanceof Done<List<String>> served)) {
            return ((Refused<List<String>>) kinds).recast();
        }
        List<Right> denied = new ArrayList<>();
        for (Right right : unlisted(rights(namespace, own))) {
            Answer<Boolean> allowed = isAllowed(right);
            if (!(allowed instanceof Done<Boolean> done)) {
                return ((Refused<Boolean>) allowed).recast();
            }
            if (!done.value()) {
                denied.add(right);
            }
        }
        Lack lack = lack(served.value(), denied);
        return lack.missing().isEmpty() ? list(namespace, lack) : new Done<>(lack);
    }

    /** A server that has just begun may serve no objects of a kind yet that it says it serves, and the caches would not begin. */
    private Answer<Lack> list(Optional<String> namespace, Lack lack) {
        for (String kind : KINDS) {
            String path = "/apis/" + VERSION
                    + namespace.map(one -> "/namespaces/" + one).orElse("") + "/" + kind + "?limit=1";
            if (server.send(Request.get(path, PATIENCE), GenericKubernetesResourceList.class)
                    instanceof Refused<GenericKubernetesResourceList> refused) {
                return refused.recast();
            }
        }
        return new Done<>(lack);
    }

    private static Lack lack(List<String> served, List<Right> denied) {
        List<String> missing = new ArrayList<>();
        String unserved = KINDS.stream().filter(kind -> !served.contains(kind)).collect(Collectors.joining(" and "));
        if (!unserved.isEmpty()) {
            missing.add("the API server does not serve " + unserved + " of " + VERSION
                    + ": install the definitions (kubectl apply -k crds/)");
        }
        denied.stream()
                .filter(Right::isNeeded)
                .collect(Collectors.groupingBy(Right::namespace, LinkedHashMap::new, Collectors.toList()))
                .forEach((namespace, rights) -> missing.add("no right to " + names(rights)
                        + namespace.map(one -> " in namespace " + one).orElse(" in all namespaces")
                        + ": bind deploy/rbac.yaml to the operator's service account "
                        + namespace.map(one -> "there").orElse("(kubectl apply -k deploy/)")));
        return new Lack(
                served.contains(KINDS.get(0)),
                missing,
                denied.stream()
                        .filter(right -> !right.isNeeded())
                        .map(Right::toString)
                        .toList());
    }

    private static String names(List<Right> rights) {
        return rights.stream().map(Right::toString).collect(Collectors.joining(", "));
    }

    /** The group is asked for first: a kind that is not served is told apart from a proxy's 404. */
    private Answer<List<String>> servedKinds() {
        Answer<APIGroupList> groups = server.send(Request.get("/apis", PATIENCE), APIGroupList.class);
        if (!(groups instanceof Done<APIGroupList> found)) {
            return ((Refused<APIGroupList>) groups).recast();
        }
        boolean isServed = found.value().getGroups().stream()
                .flatMap(group -> group.getVersions().stream())
                .anyMatch(version -> VERSION.equals(version.getGroupVersion()));
        if (!isServed) {
            return new Done<>(List.of());
        }
        Answer<APIResourceList> kinds = server.send(Request.get("/apis/" + VERSION, PATIENCE), APIResourceList.class);
        return kinds instanceof Done<APIResourceList> done
                ? new Done<>(done.value().getResources().stream()
                        .map(APIResource::getName)
                        .toList())
                : ((Refused<APIResourceList>) kinds).recast();
    }

    /**
     * The rights that the API server does not list among ours: those are to be asked for one by one, for an authorizer may grant what it
     * cannot list. All of RBAC's come in one answer, and a start is not held up by two dozen.
     */
    private List<Right> unlisted(List<Right> rights) {
        Map<Optional<String>, List<ResourceRule>> listed = new HashMap<>();
        return rights.stream()
                .filter(right -> listed.computeIfAbsent(right.namespace(), this::rules).stream()
                        .noneMatch(rule -> grants(rule, right)))
                .toList();
    }

    private List<ResourceRule> rules(Optional<String> namespace) {
        SelfSubjectRulesReview question = new SelfSubjectRulesReviewBuilder()
                .withNewSpec()
                .withNamespace(namespace.orElse(NOWHERE))
                .endSpec()
                .build();
        return server.send(Request.post(LISTS, question, PATIENCE), SelfSubjectRulesReview.class)
                        instanceof Done<SelfSubjectRulesReview> done
                ? done.value().getStatus().getResourceRules()
                : List.of();
    }

    private static boolean grants(ResourceRule rule, Right right) {
        return rule.getResourceNames().isEmpty()
                && holds(rule.getVerbs(), right.verb())
                && holds(rule.getApiGroups(), right.group())
                && holds(rule.getResources(), right.resource());
    }

    private static boolean holds(List<String> wanted, String name) {
        return wanted.contains(name) || wanted.contains("*");
    }

    private Answer<Boolean> isAllowed(Right right) {
        String[] parts = right.resource().split("/", 2);
        SelfSubjectAccessReview question = new SelfSubjectAccessReviewBuilder()
                .withNewSpec()
                .withNewResourceAttributes()
                .withGroup(right.group())
                .withResource(parts[0])
                .withSubresource(parts.length > 1 ? parts[1] : null)
                .withVerb(right.verb())
                .withNamespace(right.namespace().orElse(null))
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
