package dev.leaderelection.cli;

import dev.leaderelection.election.PodIdentity;
import java.util.List;

/**
 * Why this pod leads, and why none of the others does.
 *
 * @param election the election, with its namespace
 * @param leader who leads; empty for nobody
 * @param why why that is so
 * @param transfers what was asked of it, and has not come about yet
 * @param rule what its strategy goes by
 * @param others the other pods: those that may lead in the order in which their turn comes, then the rest by rank
 * @param warnings what could not be found out
 */
record Explanation(
        String election,
        String leader,
        List<String> why,
        List<Asked> transfers,
        String rule,
        List<Other> others,
        List<String> warnings) {

    /** Copies. */
    Explanation {
        why = List.copyOf(why);
        transfers = List.copyOf(transfers);
        others = List.copyOf(others);
        warnings = List.copyOf(warnings);
    }

    /**
     * A transfer that nothing has become of yet.
     *
     * @param name its name
     * @param to who shall lead; empty for the next by the strategy
     * @param accepted whether the operator has promised it
     */
    record Asked(String name, String to, boolean accepted) {

        private String text() {
            return "LeadershipTransfer " + name + " asks that " + (to.isEmpty() ? "the next" : to) + " lead: "
                    + (accepted ? "accepted, and not made yet" : "not answered yet");
        }
    }

    /**
     * A pod that does not lead.
     *
     * @param pod its name
     * @param standing what it is
     * @param whyNot why it does not lead
     */
    record Other(String pod, String standing, String whyNot) {}

    static Explanation of(Snapshot seen, Now now) {
        Succession succession = Succession.of(seen, now.instant());
        Reasons reasons = new Reasons(succession);
        return new Explanation(
                seen.election().toString(),
                succession.leads().map(PodIdentity::name).orElse(""),
                reasons.why(),
                seen.transfers().stream()
                        .map(transfer -> new Asked(
                                transfer.name(),
                                transfer.accepted().map(promise -> promise.to()).orElse(transfer.target()),
                                transfer.accepted().isPresent()))
                        .toList(),
                reasons.rule(),
                new Obstacles(succession).others(),
                Disagreements.refused(seen));
    }

    /** The same for a person. */
    String text() {
        StringBuilder text = new StringBuilder();
        why.forEach(line -> text.append(line).append('\n'));
        transfers.forEach(transfer -> text.append(transfer.text()).append('\n'));
        text.append(rule).append('\n');
        Table table = new Table("POD", "STANDING", "WHY NOT");
        others.forEach(other -> table.row(other.pod(), other.standing(), other.whyNot()));
        if (!table.isEmpty()) {
            text.append('\n').append(table);
        }
        return text.append(Warnings.text(warnings)).toString();
    }
}
