package dev.leaderelection.kubernetes;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionList;
import dev.leaderelection.api.LeaderElectionStatus;
import dev.leaderelection.kubernetes.Answer.Cause;
import dev.leaderelection.kubernetes.Answer.Done;
import dev.leaderelection.kubernetes.ApiServer.Request;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the elections' own objects, and writes of them the status and our finalizer. */
final class ApiServerPrimaryStore {

    private final ApiServer server;
    private final ApiServerLists lists;

    /**
     * @param server where the elections are
     * @param lists lists them
     */
    ApiServerPrimaryStore(ApiServer server, ApiServerLists lists) {
        this.server = server;
        this.lists = lists;
    }

    Answer<Primary> read(Election election) {
        Answer<LeaderElection> answer =
                server.send(Request.get(path(election), Patience.of(election)), LeaderElection.class);
        if (answer instanceof Done<LeaderElection> done
                && !election.uid().equals(done.value().getMetadata().getUid())) {
            return Answer.refused(Cause.GONE, "election " + election + " is another incarnation");
        }
        return answer.map(Primary::of);
    }

    /**
     * Lists the elections that are there.
     *
     * @param namespace where; nothing for all namespaces
     */
    Answer<List<LeaderElection>> list(Optional<String> namespace) {
        return lists.read(folder(namespace), LeaderElectionList.class, Optional::of);
    }

    Answer<Primary> reserveTerms(Election election, Primary copy, long upTo) {
        return patchStatus(election, copy, Map.of("termReserved", upTo));
    }

    Answer<Primary> writeStatus(Election election, Primary copy, LeaderElectionStatus status) {
        Map<String, Object> body = new HashMap<>();
        body.put("observedGeneration", status.observedGeneration());
        body.put("leader", status.leader());
        body.put("term", status.term());
        body.put("termReserved", status.termReserved());
        body.put("candidates", status.candidates());
        body.put("members", status.members());
        body.put("history", status.history());
        body.put("conditions", status.conditions());
        return patchStatus(election, copy, body);
    }

    private Answer<Primary> patchStatus(Election election, Primary copy, Map<String, ?> status) {
        Map<String, Object> metadata = revision(copy).metadata();
        return patch(election, path(election) + "/status", Map.of("metadata", metadata, "status", status));
    }

    Answer<Primary> holdFinalizer(Election election, Primary copy, boolean hold) {
        Set<String> finalizers = new LinkedHashSet<>(copy.finalizers());
        if (hold) {
            finalizers.add(Primary.FINALIZER);
        } else {
            finalizers.remove(Primary.FINALIZER);
        }
        Map<String, Object> metadata = revision(copy).metadata();
        metadata.put("finalizers", new ArrayList<>(finalizers));
        return patch(election, path(election), Map.of("metadata", metadata));
    }

    private Answer<Primary> patch(Election election, String path, Map<String, ?> body) {
        Request request = Request.patch(path + ApiServer.MANAGER_QUERY, body, Patience.of(election));
        return server.send(request, LeaderElection.class).map(Primary::of);
    }

    private static Revision revision(Primary copy) {
        return new Revision(copy.uid(), copy.version());
    }

    private static String path(Election election) {
        return folder(Optional.of(election.namespace())) + "/" + election.name();
    }

    private static String folder(Optional<String> namespace) {
        return "/apis/" + LeaderElection.GROUP + "/" + LeaderElection.VERSION
                + namespace.map(one -> "/namespaces/" + one).orElse("") + "/leaderelections";
    }
}
