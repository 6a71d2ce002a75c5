package dev.leaderelection.soak;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leaderelection.cluster.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What came of a run.
 *
 * @param options what was asked for
 * @param machine where it took place
 * @param findings what was seen
 */
record Report(Options options, Map<String, String> machine, Findings findings) {

    List<Verdict> verdicts() {
        return Promises.judge(findings);
    }

    /** Whether every promise was. */
    boolean isKept() {
        return verdicts().stream().allMatch(Verdict::isKept);
    }

    String text() {
        StringBuilder text = new StringBuilder(figures().text())
                .append("%n".formatted())
                .append(churn().text())
                .append("%n%s%n".formatted(summary()));
        findings.churn().stuck().forEach(what -> text.append("not followed: %s%n".formatted(what)));
        return text.toString();
    }

    String markdown() {
        StringBuilder text = new StringBuilder(figures().markdown())
                .append("%n".formatted())
                .append(churn().markdown())
                .append("%n%s%n%n".formatted(summary()));
        machine.forEach((name, value) -> text.append("- %s: %s%n".formatted(name, value)));
        return text.toString();
    }

    void write(Path file) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode();
        root.set("machine", mapper.valueToTree(machine));
        root.put("minutes", options.minutes())
                .put("elections", options.elections())
                .put("seed", options.seed());
        ArrayNode list = root.putArray("figures");
        for (Verdict verdict : verdicts()) {
            list.addObject()
                    .put("what", verdict.what())
                    .put("figure", verdict.figure())
                    .put("unit", verdict.unit())
                    .put("promise", verdict.promise())
                    .put("kept", verdict.isKept());
        }
        root.set("longestWithoutRenewal", mapper.valueToTree(findings.longest().toString()));
        root.set("vitals", mapper.valueToTree(findings.vitals()));
        root.set("heaps", mapper.valueToTree(findings.heaps()));
        root.set("quietTimes", mapper.valueToTree(findings.quiets()));
        root.set("busyTime", mapper.valueToTree(findings.busy()));
        root.set("churn", mapper.valueToTree(findings.churn()));
        Files.createDirectories(file.toAbsolutePath().getParent());
        mapper.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), root);
    }

    private Table figures() {
        Table table = new Table(List.of("what", "figure", "unit", "promise", "kept"), Set.of(0, 2, 3, 4));
        for (Verdict verdict : verdicts()) {
            table.add(
                    verdict.what(),
                    verdict.figureText(),
                    verdict.unit(),
                    verdict.promise(),
                    !verdict.isPromised() ? "" : verdict.isKept() ? "yes" : "no");
        }
        return table;
    }

    private Table churn() {
        Table table = new Table(List.of("what was done", "times"), Set.of(0));
        for (Churn churn : Churn.values()) {
            table.add(churn.explanation(), Integer.toString(findings.churn().done(churn)));
        }
        return table;
    }

    private String summary() {
        return ("%d elections of three pods, %d minutes, seed %d: %d things done, %d more not to their end because the API server"
                        + " was away; the longest time without a renewal was that of Lease %s")
                .formatted(
                        options.elections(),
                        options.minutes(),
                        options.seed(),
                        findings.churn().all(),
                        findings.churn().disturbed(),
                        findings.longest().lease());
    }
}
