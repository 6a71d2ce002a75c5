package dev.leaderelection.nodes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a client saw while leaders changed.
 *
 * @param requests all of them
 * @param leads who was given the label and when, the one who led in the beginning first
 */
record Passage(List<Request> requests, List<Lead> leads) {

    /** The watch on the label is another way than the Service's rules: either may be the quicker one. */
    private static final long SLACK = Duration.ofMillis(200).toNanos();

    Passage {
        requests = List.copyOf(requests);
        leads = List.copyOf(leads);
    }

    /** How often leadership moved. */
    int switches() {
        return leads.size() - 1;
    }

    /** Requests that nobody answered. */
    List<Request> errors() {
        return requests.stream().filter(request -> !request.isAnswered()).toList();
    }

    /** For each switch, the time from the last answer of the one before to the first of the next; shorter than none is possible. */
    List<Duration> gaps() {
        List<Duration> gaps = new ArrayList<>();
        for (int i = 1; i < leads.size(); i++) {
            long first = firstAnswer(i);
            String before = leads.get(i - 1).uid();
            long last = requests.stream()
                    .filter(request -> request.uid().equals(before) && request.done() < first)
                    .mapToLong(Request::done)
                    .max()
                    .orElse(first);
            gaps.add(Duration.ofNanos(first == Long.MAX_VALUE ? 0 : first - last));
        }
        return gaps;
    }

    /**
     * Answers to requests that were sent after a switch was done, from pods that did not lead then. It is done with the new leader's
     * first answer, and over when the next one has the label.
     */
    List<Request> strays() {
        List<Request> strays = new ArrayList<>();
        for (int i = 0; i < leads.size(); i++) {
            long done = firstAnswer(i);
            long end = i + 1 < leads.size() ? leads.get(i + 1).at() : Long.MAX_VALUE;
            // Whoever is next may be heard before its label is seen.
            List<String> rightful = Stream.of(i, i + 1)
                    .filter(k -> k < leads.size())
                    .map(k -> leads.get(k).uid())
                    .toList();
            requests.stream()
                    .filter(Request::isAnswered)
                    .filter(request -> request.sent() > done && request.done() < end)
                    .filter(request -> !rightful.contains(request.uid()))
                    .forEach(strays::add);
        }
        return strays;
    }

    /** When the leader of that number was first heard; never, if it was not. */
    long firstAnswer(int lead) {
        Lead leader = leads.get(lead);
        return requests.stream()
                .filter(request -> request.uid().equals(leader.uid()) && request.done() > leader.at() - SLACK)
                .mapToLong(Request::done)
                .min()
                .orElse(Long.MAX_VALUE);
    }
}
