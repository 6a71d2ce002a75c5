package dev.leaderelection.cli;

import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.api.LeadershipTransferStatus;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.Optional;

/** What a person is told of a transfer that they asked for. */
final class TransferReport {

    private TransferReport() {}

    /**
     * One line on how it ended.
     *
     * @param election the election's name
     * @param record the transfer's name
     * @param ended how it ended; nothing if that may not be seen
     * @throws Failure if leadership was not transferred
     */
    static String of(String election, String record, Optional<LeadershipTransfer> ended) {
        return ended.map(transfer -> ended(election, record, transfer.getStatus()))
                .orElseGet(() -> unseen(election, record));
    }

    private static String ended(String election, String record, LeadershipTransferStatus status) {
        if (status.is(LeadershipTransferStatus.COMPLETED)) {
            return election + ": leadership went from " + status.from() + " to " + status.to() + ", term "
                    + status.term() + " (LeadershipTransfer " + record + ")" + System.lineSeparator();
        }
        String why = status.conditions().stream()
                .filter(condition -> LeadershipTransferStatus.FAILED.equals(condition.getType()))
                .findFirst()
                .map(TransferReport::reason)
                .orElse("it failed");
        throw new Failure("LeaderElection " + election + ": leadership was not transferred: " + why
                + " (LeadershipTransfer " + record + ")");
    }

    private static String reason(Condition condition) {
        return condition.getReason() + ", " + condition.getMessage();
    }

    private static String unseen(String election, String record) {
        return election + ": asked for as LeadershipTransfer " + record
                + ", but you may not see what becomes of it: the" + " ClusterRole leader-election-view has that right"
                + System.lineSeparator();
    }
}
