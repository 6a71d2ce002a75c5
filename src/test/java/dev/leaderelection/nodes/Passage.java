package dev.leaderelection.nodes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
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

    /**
     * For each leader that was heard after another one, the time from the last answer of that one to its first; less than no time is
     * possible. A leader that was never heard makes the next one's longer.
     */
    List<Duration> gaps() {
        List<Duration> gaps = new ArrayList<>();
        String before = leads.get(0).uid();
        for (Lead lead : leads.subList(1, leads.size())) {
            OptionalLong first = firstAnswer(lead);
            if (first.isPresent()) {
                String silenced = before;
                long last = requests.stream()
                        .filter(request -> request.uid().equals(silenced) && request.done() < first.getAsLong())
                        .mapToLong(Request::done)
                        .max()
                        .orElse(first.getAsLong());
                gaps.add(Duration.ofNanos(first.getAsLong() - last));
                before = lead.uid();
            }
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
            long done = firstAnswer(leads.get(i)).orElse(Long.MAX_VALUE);
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

    /** When a leader was first heard, if it was. */
    private OptionalLong firstAnswer(Lead leader) {
        return requests.stream()
                .filter(request -> request.uid().equals(leader.uid()) && request.done() > leader.at() - SLACK)
                .mapToLong(Request::done)
                .min();
    }
}
