package dev.leaderelection.cli;

import dev.leaderelection.api.PodSelector;
import dev.leaderelection.kubernetes.Election;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which Services are meant for an election's leader. */
final class Routes {

    private Routes() {}

    /**
     * Whether a Service selects the leader: it names the leader's label, and nothing that the election's selector contradicts. Elections
     * share the label, so what else it names must be this election's: a key of the selector, or labels that one of its pods has.
     *
     * @param service the Service's selector
     * @param pods the labels of the pods that can be seen
     */
    static boolean selectLeader(Map<String, String> service, Election election, List<Map<String, String>> pods) {
        String key = election.label().key();
        if (!election.label().leaderValue().equals(service.get(key))) {
            return false;
        }
        Map<String, String> others = new HashMap<>(service);
        others.remove(key);
        PodSelector selector = election.selector();
        boolean isAllowed =
                others.entrySet().stream().allMatch(label -> selector.allows(label.getKey(), label.getValue()));
        boolean isNamed = others.isEmpty() || others.keySet().stream().anyMatch(selector::names);
        return isAllowed
                && (isNamed
                        || pods.stream()
                                .filter(selector::matches)
                                .anyMatch(labels -> labels.entrySet().containsAll(others.entrySet())));
    }
}
