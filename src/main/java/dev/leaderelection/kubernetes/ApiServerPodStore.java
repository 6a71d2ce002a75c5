package dev.leaderelection.kubernetes;

import dev.leaderelection.election.Candidate;
import dev.leaderelection.election.Candidate.Mark;
import dev.leaderelection.election.Candidate.Role;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.kubernetes.Answer.Cause;
import dev.leaderelection.kubernetes.Answer.Done;
import dev.leaderelection.kubernetes.ApiServer.Request;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/** Reads pods, deletes them, and writes of them nothing but the label's key and its two annotations. */
final class ApiServerPodStore {

    private final ApiServer server;
    private final ApiServerLists lists;
    private final Supplier<String> nonces;

    /**
     * @param server where the pods are
     * @param lists lists them
     * @param nonces values that are never used twice
     */
    ApiServerPodStore(ApiServer server, ApiServerLists lists, Supplier<String> nonces) {
        this.server = server;
        this.lists = lists;
        this.nonces = nonces;
    }

    Answer<Candidate> read(Election election, PodIdentity pod) {
        Answer<Pod> answer = server.send(Request.get(path(election, pod), Patience.of(election)), Pod.class);
        if (answer instanceof Done<Pod> done
                && !pod.uid().equals(done.value().getMetadata().getUid())) {
            return Answer.refused(Cause.GONE, "pod " + pod.name() + " is another incarnation");
        }
        return answer.map(read -> PodReader.read(read, election));
    }

    Answer<List<Candidate>> list(Election election) {
        return lists.<Pod, PodList, Candidate>read(
                folder(election),
                PodList.class,
                pod -> Optional.of(PodReader.read(pod, election)).filter(ApiServerPodStore::isOfElection));
    }

    /** Whether a pod is this election's business: the selector matches it, or it bears the election's mark. */
    private static boolean isOfElection(Candidate pod) {
        return pod.selected() || pod.mark().origin() == Mark.Origin.THIS_ELECTION;
    }

    Answer<Boolean> delete(Election election, Candidate pod) {
        return server.send(
                        Request.delete(path(election, pod.id()), revision(pod), Patience.of(election)),
                        GenericKubernetesResource.class)
                .map(deleted -> true);
    }

    Answer<Candidate> promote(Election election, Candidate pod, long term) {
        RoutingLabel label = election.label();
        Map<String, Object> annotations = new HashMap<>();
        annotations.put(label.termKey(), Long.toString(term));
        annotations.put(label.fenceKey(), mark(election, term));
        return patch(
                election,
                pod,
                Map.of(label.key(), label.leaderValue()),
                annotations,
                new Traces(Role.LEADER, term, new Mark(Mark.Origin.THIS_ELECTION, term)));
    }

    Answer<Candidate> demote(Election election, Candidate pod, long term) {
        RoutingLabel label = election.label();
        Map<String, Object> annotations = new HashMap<>();
        annotations.put(label.termKey(), null);
        annotations.put(label.fenceKey(), mark(election, term));
        boolean follows = pod.selected() && !label.followerValue().isEmpty();
        Role role = follows ? Role.FOLLOWER : pod.role() == Role.OTHER ? Role.OTHER : Role.NONE;
        Map<String, Object> labels = new HashMap<>();
        if (role != Role.OTHER) {
            labels.put(label.key(), follows ? label.followerValue() : null);
        }
        return patch(
                election, pod, labels, annotations, new Traces(role, 0, new Mark(Mark.Origin.THIS_ELECTION, term)));
    }

    Answer<Candidate> clear(Election election, Candidate pod) {
        Candidate marked = pod;
        if (pod.bearsNothing()) {
            // A patch that changes nothing would not defeat a promotion that somebody has prepared.
            Answer<Candidate> mark = demote(election, pod, 1);
            if (!(mark instanceof Done<Candidate> done)) {
                return mark;
            }
            marked = done.value();
        }
        RoutingLabel label = election.label();
        Map<String, Object> annotations = new HashMap<>();
        annotations.put(label.termKey(), null);
        annotations.put(label.fenceKey(), null);
        Map<String, Object> labels = new HashMap<>();
        if (marked.role() != Role.OTHER) {
            labels.put(label.key(), null);
        }
        Role role = marked.role() == Role.OTHER ? Role.OTHER : Role.NONE;
        return patch(election, marked, labels, annotations, new Traces(role, 0, Mark.NONE));
    }

    /** What a write leaves on a pod. */
    private record Traces(Role role, long labelTerm, Mark mark) {}

    private Answer<Candidate> patch(
            Election election, Candidate pod, Map<String, ?> labels, Map<String, ?> annotations, Traces left) {
        Map<String, Object> metadata = revision(pod).metadata();
        if (!labels.isEmpty()) {
            metadata.put("labels", labels);
        }
        metadata.put("annotations", annotations);
        Request request = Request.patch(
                path(election, pod.id()) + ApiServer.MANAGER_QUERY,
                Map.of("metadata", metadata),
                Patience.of(election));
        Answer<GenericKubernetesResource> answer = server.send(request.metadataOnly(), GenericKubernetesResource.class);
        if (answer instanceof Done<GenericKubernetesResource> done && !carries(done.value(), labels)) {
            return Answer.refused(
                    Cause.DENIED,
                    "pod " + pod.id().name() + ": label " + election.label().key()
                            + " was changed on its way in: look for a mutating admission webhook or policy on pods");
        }
        return answer.map(written ->
                pod.written(written.getMetadata().getResourceVersion(), left.role(), left.labelTerm(), left.mark()));
    }

    /** Whether what we wrote is what the server has kept: believing it otherwise, we would write it again and again. */
    private static boolean carries(GenericKubernetesResource written, Map<String, ?> labels) {
        Map<String, String> kept = written.getMetadata().getLabels();
        return labels.entrySet().stream()
                .allMatch(label -> Objects.equals(label.getValue(), kept == null ? null : kept.get(label.getKey())));
    }

    private String mark(Election election, long term) {
        return term + "/" + election.uid() + "/" + nonces.get();
    }

    private static Revision revision(Candidate pod) {
        return new Revision(pod.id().uid(), pod.version());
    }

    private static String path(Election election, PodIdentity pod) {
        return folder(election) + "/" + pod.name();
    }

    private static String folder(Election election) {
        return "/api/v1/namespaces/" + election.namespace() + "/pods";
    }
}
