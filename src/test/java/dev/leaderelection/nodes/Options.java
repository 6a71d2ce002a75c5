package dev.leaderelection.nodes;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * What a run is to be like.
 *
 * @param markdown whether to print the table as Markdown, too
 * @param proxyPace how long each kube-proxy gathers changes after one that it has followed
 * @param stories parts of the names of those to play; none for all
 */
record Options(boolean markdown, Duration proxyPace, List<String> stories) {

    static final String USAGE = """
            The operator's image on two real nodes, with real containers and a client that asks all the time. Needs root on
            Linux; everything happens in namespaces of its own and ends with them.

              --story TEXT     play only the stories with this in their name; may be repeated
              --proxy-pace MS  kube-proxy's minSyncPeriod in milliseconds, 1000 by default as in kube-proxy itself
              --markdown       print the table as Markdown, too
              --help           this text

            Ends with 1 if leadership moved too often or not at all, or a pod that did not lead was heard after a switch.
            What the client saw, request by request, is left in target/nodes.
            """;

    Options {
        stories = List.copyOf(stories);
    }

    /**
     * Reads them.
     *
     * @throws IllegalArgumentException when they cannot be understood
     */
    static Options parse(String... arguments) {
        boolean markdown = false;
        Duration proxyPace = Duration.ofSeconds(1);
        List<String> stories = new ArrayList<>();
        Deque<String> rest = new ArrayDeque<>(List.of(arguments));
        try {
            while (!rest.isEmpty()) {
                String option = rest.remove();
                switch (option) {
                    case "--markdown" -> markdown = true;
                    case "--proxy-pace" -> proxyPace = Duration.ofMillis(Integer.parseUnsignedInt(rest.remove()));
                    case "--story" -> stories.add(rest.remove());
                    default -> throw new IllegalArgumentException(option);
                }
            }
        } catch (NoSuchElementException e) {
            throw new IllegalArgumentException("the last one needs a value", e);
        }
        return new Options(markdown, proxyPace, stories);
    }

    boolean wants(String story) {
        return stories.isEmpty() || stories.stream().anyMatch(story::contains);
    }
}
