package dev.leaderelection.kubernetes;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.api.LeadershipTransferStatus;
import dev.leaderelection.election.Transfer;
import dev.leaderelection.election.Transfer.Outcome;
import dev.leaderelection.election.Transfer.Refusal;
import dev.leaderelection.kubernetes.ApiServer.Request;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/** Writes the status of transfers, each if it still is the revision that was answered. */
public final class ApiServerTransferStore {

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final ApiServer server;
    private final InstantSource clock;

    /**
     * @param server where the objects are
     * @param clock for the times in conditions
     */
    public ApiServerTransferStore(ApiServer server, InstantSource clock) {
        this.server = server;
        this.clock = clock;
    }

    /** Writes down what became of a transfer of an election. */
    Answer<Transfer> answer(Election election, Transfer transfer, Outcome outcome) {
        return answer(election.namespace(), transfer, outcome, election.uid());
    }

    /** Refuses a transfer whose election is not there. */
    public Answer<Transfer> refuseWithoutElection(LeadershipTransfer transfer) {
        String name = transfer.getSpec().election();
        return answer(
                transfer.getMetadata().getNamespace(),
                TransferReader.read(transfer, ""),
                new Outcome.Failed(
                        Refusal.ELECTION_NOT_FOUND,
                        "there is no LeaderElection " + name + " in this namespace: create it first, then ask again"),
                "");
    }

    private Answer<Transfer> answer(String namespace, Transfer transfer, Outcome outcome, String electionUid) {
        LeadershipTransferStatus status = TransferReader.answered(transfer, outcome, electionUid, clock.instant());
        Map<String, Object> body = new HashMap<>();
        body.put("electionUID", status.electionUID());
        body.put("from", status.from());
        body.put("fromTerm", status.fromTerm());
        body.put("to", status.to());
        body.put("term", status.term());
        body.put("conditions", status.conditions());
        Map<String, Object> metadata = new Revision(transfer.uid(), transfer.version()).metadata();
        return server.send(
                        Request.patch(
                                path(namespace, transfer) + "/status" + ApiServer.MANAGER_QUERY,
                                Map.of("metadata", metadata, "status", body),
                                PATIENCE),
                        LeadershipTransfer.class)
                .map(written -> TransferReader.read(written, electionUid));
    }

    private static String path(String namespace, Transfer transfer) {
        return "/apis/" + LeaderElection.GROUP + "/" + LeaderElection.VERSION + "/namespaces/" + namespace
                + "/leadershiptransfers/" + transfer.name();
    }
}
