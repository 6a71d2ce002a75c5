package dev.leaderelection.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

/** What may come next on a command line, in the protocol of kubectl's own completion. */
final class Completion {

    /** Ends the answer: nothing but what was suggested, no files. */
    static final String END = ":4";

    private static final List<String> COMMANDS =
            List.of("explain", "history", "list", "pause", "resume", "status", "transfer", "watch");

    private static final List<String> EVERYWHERE =
            List.of("--as", "--as-group", "--cluster", "--context", "--kubeconfig", "--namespace", "--user");

    private static final Map<String, List<String>> OPTIONS = Map.of(
            "list", List.of("--all-namespaces", "--output"),
            "status", List.of("--output"),
            "history", List.of("--output"),
            "watch", List.of("--output"),
            "explain", List.of("--output"),
            "pause", List.of("--output"),
            "resume", List.of("--output"),
            "transfer", List.of("--output", "--timeout", "--to"));

    private final Function<Access, List<String>> elections;
    private final BiFunction<Access, String, List<String>> candidates;
    private final Function<Access, List<String>> namespaces;
    private final Function<Access, Optional<Kubeconfig>> kubeconfig;

    /**
     * @param elections the names of a namespace's elections
     * @param candidates the names of an election's pods
     * @param namespaces the names of the cluster's namespaces
     * @param kubeconfig the user's kubeconfig; nothing if it cannot be read
     */
    Completion(
            Function<Access, List<String>> elections,
            BiFunction<Access, String, List<String>> candidates,
            Function<Access, List<String>> namespaces,
            Function<Access, Optional<Kubeconfig>> kubeconfig) {
        this.elections = elections;
        this.candidates = candidates;
        this.namespaces = namespaces;
        this.kubeconfig = kubeconfig;
    }

    /**
     * What may stand in place of the last word.
     *
     * @param words what has been typed; the last may be empty
     */
    List<String> of(List<String> words) {
        List<String> split = words.stream().flatMap(Completion::split).toList();
        String last = split.isEmpty() ? "" : split.get(split.size() - 1);
        List<String> plain = new ArrayList<>();
        Map<String, String> given = new HashMap<>();
        String open = "";
        for (String word : split.subList(0, Math.max(0, split.size() - 1))) {
            if (!open.isEmpty()) {
                given.put(open.equals("-n") ? "--namespace" : open, word);
                open = "";
            } else if (word.startsWith("-")) {
                open = takesValue(word) ? word : "";
            } else {
                plain.add(word);
            }
        }
        Access access = new Access(
                given.getOrDefault("--namespace", ""),
                given.getOrDefault("--context", ""),
                given.getOrDefault("--cluster", ""),
                given.getOrDefault("--user", ""),
                given.getOrDefault("--as", ""),
                given.getOrDefault("--kubeconfig", ""));
        return suggestions(access, plain, open, last)
                .filter(word -> word.startsWith(last))
                .toList();
    }

    /** An option and its value may be one word. */
    private static Stream<String> split(String word) {
        return word.startsWith("--") && word.contains("=") ? Stream.of(word.split("=", 2)) : Stream.of(word);
    }

    private static boolean takesValue(String option) {
        return !List.of("-A", "--all-namespaces", "-h", "--help", "-V", "--version")
                .contains(option);
    }

    private Stream<String> suggestions(Access access, List<String> plain, String open, String last) {
        return switch (open) {
            case "" -> words(access, plain, last);
            case "-o", "--output" -> Stream.of("json", "yaml");
            case "-n", "--namespace" -> namespaces.apply(access).stream();
            case "--context" -> kubeconfig.apply(access).stream().flatMap(file -> file.contexts().stream());
            case "--cluster" -> kubeconfig.apply(access).stream().flatMap(file -> file.clusters().stream());
            case "--user" -> kubeconfig.apply(access).stream().flatMap(file -> file.users().stream());
            case "--to" -> plain.size() > 1 ? candidates.apply(access, plain.get(1)).stream() : Stream.empty();
            default -> Stream.empty();
        };
    }

    private Stream<String> words(Access access, List<String> plain, String last) {
        if (last.startsWith("-")) {
            List<String> own = plain.isEmpty() ? List.of() : OPTIONS.getOrDefault(plain.get(0), List.of());
            return Stream.concat(own.stream(), EVERYWHERE.stream());
        }
        if (plain.isEmpty()) {
            return COMMANDS.stream();
        }
        return plain.size() == 1 && !plain.get(0).equals("list") ? elections.apply(access).stream() : Stream.empty();
    }
}
