package dev.leaderelection.kubernetes;

import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.api.LeadershipTransferStatus;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.util.List;

/** Keeps of a transfer what an election needs: of one that is finished, which stays for as long as somebody keeps it, that it is. */
public final class TransferTrimmer {

    private static final Condition FINISHED = new ConditionBuilder()
            .withType(LeadershipTransferStatus.FAILED)
            .withStatus("True")
            .build();

    /** What stands for the status of a transfer that is finished, however it ended. */
    private static final LeadershipTransferStatus ENDED =
            new LeadershipTransferStatus(null, null, null, null, null, List.of(FINISHED));

    private TransferTrimmer() {}

    /** A transfer with nothing but what {@link TransferReader} reads. */
    public static LeadershipTransfer trim(LeadershipTransfer transfer) {
        LeadershipTransfer trimmed = new LeadershipTransfer();
        trimmed.setMetadata(TrimmedMetadata.of(transfer.getMetadata()));
        trimmed.setSpec(transfer.getSpec());
        trimmed.setStatus(TransferReader.isFinished(transfer) ? ENDED : transfer.getStatus());
        return trimmed;
    }
}
