package dev.leaderelection.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

/** What may come next on a command line, in the protocol of kubectl's own completion. */
final class Completion {

    /** Ends the answer: nothing but what was suggested, no files. */
    static final String END = ":4";

    private static final List<String> COMMANDS =
            List.of("explain", "history", "list", "pause", "resume", "status", "transfer", "watch");

    private static final List<String> EVERYWHERE = List.of("--context", "--kubeconfig", "--namespace");

    private static final Map<String, List<String>> OPTIONS = Map.of(
            "list", List.of("--all-namespaces", "--output"),
            "status", List.of("--output"),
            "history", List.of("--output"),
            "explain", List.of("--output"),
            "transfer", List.of("--output", "--timeout", "--to"));

    private final Function<Access, List<String>> elections;
    private final BiFunction<Access, String, List<String>> candidates;

    /**
     * @param elections the names of a namespace's elections
     * @param candidates the names of an election's pods
     */
    Completion(Function<Access, List<String>> elections, BiFunction<Access, String, List<String>> candidates) {
        this.elections = elections;
        this.candidates = candidates;
    }

    /**
     * What may stand in place of the last word.
     *
     * @param words what has been typed; the last may be empty
     */
    List<String> of(List<String> words) {
        String last = words.isEmpty() ? "" : words.get(words.size() - 1);
        List<String> plain = new ArrayList<>();
        String namespace = "";
        String context = "";
        String kubeconfig = "";
        String open = "";
        for (String word : words.subList(0, Math.max(0, words.size() - 1))) {
            if (!open.isEmpty()) {
                switch (open) {
                    case "-n", "--namespace" -> namespace = word;
                    case "--context" -> context = word;
                    case "--kubeconfig" -> kubeconfig = word;
                    default -> {}
                }
                open = "";
            } else if (word.startsWith("-")) {
                open = takesValue(word) ? word : "";
            } else {
                plain.add(word);
            }
        }
        Access access = new Access(namespace, context, kubeconfig);
        return suggestions(access, plain, open, last)
                .filter(word -> word.startsWith(last))
                .toList();
    }

    private static boolean takesValue(String option) {
        return !option.contains("=")
                && !List.of("-A", "--all-namespaces", "-h", "--help").contains(option);
    }

    private Stream<String> suggestions(Access access, List<String> plain, String open, String last) {
        if (open.equals("-o") || open.equals("--output")) {
            return Stream.of("json", "yaml");
        }
        if (open.equals("--to") && plain.size() > 1) {
            return candidates.apply(access, plain.get(1)).stream();
        }
        if (!open.isEmpty()) {
            return Stream.empty();
        }
        if (plain.isEmpty()) {
            return COMMANDS.stream();
        }
        if (last.startsWith("-")) {
            return Stream.concat(OPTIONS.getOrDefault(plain.get(0), List.of()).stream(), EVERYWHERE.stream());
        }
        return plain.size() == 1 && !plain.get(0).equals("list") ? elections.apply(access).stream() : Stream.empty();
    }
}
