package dev.leaderelection.detection;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which pods have failed: those whose probes fail as often in a row as their threshold says. One success acquits.
 *
 * <p>When not to believe oneself:
 *
 * <ul>
 *   <li>Only a pod that still failed after another candidate of its election was asked later and has answered has failed; so an
 *       outage of ours condemns nobody, though the probes of an election fail one after another. A threshold of one so takes two
 *       probes.
 *   <li>While every candidate of an election fails, none of them has.
 *   <li>While most candidates did not answer in more than half of all elections, nobody has failed anywhere. Elections are
 *       counted, not pods, lest one large workload that is broken disarm the others; and at least {@link #FEWEST_ELECTIONS} of
 *       them, for of a few, half may well be broken by themselves. When that ends, all counts start anew.
 *   <li>After an absence of this process all counts start anew, and what was asked before it is not believed.
 * </ul>
 *
 * <p>Safe for use by several threads.
 */
public final class ProbeResults {

    /** How many elections have to be probed before their failing together tells something about us. */
    public static final int FEWEST_ELECTIONS = 5;

    private static final Logger log = LoggerFactory.getLogger(ProbeResults.class);

    private final Supplier<Duration> ticks;
    private final Consumer<ElectionKey> changed;
    private final Absence absence;
    private final Map<ElectionKey, Group> groups = new HashMap<>();

    private Duration restarted;
    private boolean held;
    private int asked;
    private int dark;
    private long successes;
    private long failures;

    /**
     * Knows no target yet.
     *
     * @param ticks a clock that only goes forward, since any fixed instant
     * @param changed told of each election in which other pods have failed than before, or all or no longer all of them; must not
     *     block
     */
    public ProbeResults(Supplier<Duration> ticks, Consumer<ElectionKey> changed) {
        this.ticks = ticks;
        this.changed = changed;
        this.restarted = ticks.get();
        this.absence = new Absence(restarted);
    }

    /** What the probes say of a pod. */
    public synchronized Verdict verdict(ElectionKey election, String pod) {
        Group group = groups.get(election);
        return group == null ? new Verdict.Unknown() : group.verdict(pod, held);
    }

    /** Whether no candidate of an election answers its probe, so that none of them is believed to have failed. */
    public synchronized boolean isUnanswered(ElectionKey election) {
        Group group = groups.get(election);
        return group != null && group.isUnanswered();
    }

    /** Whether so much fails everywhere that nobody is believed to have failed. */
    public synchronized boolean isHeld() {
        return held;
    }

    /** How they go. */
    public synchronized ProbeTally tally() {
        int targets = 0;
        int failed = 0;
        int unanswered = 0;
        for (Group group : groups.values()) {
            targets += group.size();
            failed += group.failed();
            unanswered += group.isUnanswered() ? 1 : 0;
        }
        return new ProbeTally(targets, failed, unanswered, held, successes, failures);
    }

    /** Our view was interrupted until now: all counts start anew. */
    public void gapEnded() {
        tell(whenRestarted());
    }

    /** To be called once a second, for how else is it found that this process was suspended? */
    public void tick() {
        tell(whenAwake());
    }

    /** The targets of an election from now on. */
    void replace(ElectionKey election, Set<Target> targets) {
        tell(whenReplaced(election, targets));
    }

    /**
     * Takes note of a probe that has just ended.
     *
     * @param began when it began, by our clock
     */
    void report(Target target, Duration began, Outcome outcome) {
        tell(whenReported(target, began, outcome));
    }

    private synchronized Set<ElectionKey> whenRestarted() {
        Set<ElectionKey> others = new LinkedHashSet<>();
        restart(ticks.get(), others);
        return others;
    }

    private synchronized Set<ElectionKey> whenAwake() {
        Set<ElectionKey> others = new LinkedHashSet<>();
        Duration now = ticks.get();
        if (absence.ends(now)) {
            restart(now, others);
        }
        return others;
    }

    private synchronized Set<ElectionKey> whenReplaced(ElectionKey election, Set<Target> targets) {
        Set<ElectionKey> others = whenAwake();
        Group group = groups.computeIfAbsent(election, key -> new Group());
        weigh(group, -1);
        group.replace(targets);
        weigh(group, 1);
        if (group.isEmpty()) {
            groups.remove(election);
        }
        judge(election, group, others);
        return others;
    }

    private synchronized Set<ElectionKey> whenReported(Target target, Duration began, Outcome outcome) {
        Set<ElectionKey> others = whenAwake();
        Group group = groups.get(target.election());
        if (group == null || !group.has(target) || began.compareTo(restarted) < 0) {
            return others;
        }
        if (outcome.isSuccess()) {
            successes++;
        } else {
            failures++;
        }
        weigh(group, -1);
        group.note(target, new Course.Sample(began, ticks.get(), outcome));
        weigh(group, 1);
        judge(target.election(), group, others);
        return others;
    }

    private void weigh(Group group, int sign) {
        asked += group.isAsked() ? sign : 0;
        dark += group.isDark() ? sign : 0;
    }

    private void judge(ElectionKey election, Group group, Set<ElectionKey> others) {
        boolean wasHeld = held;
        held = asked >= FEWEST_ELECTIONS && dark * 2 > asked;
        if (wasHeld == held) {
            judge(election, group, held, others);
            return;
        }
        log.atWarn()
                .addKeyValue("elections", asked)
                .addKeyValue("failing", dark)
                .log(held ? "most probes fail: holding all verdicts" : "most probes are answered again");
        if (held) {
            groups.forEach((key, each) -> judge(key, each, true, others));
        } else {
            restart(ticks.get(), others);
        }
    }

    private static void judge(ElectionKey election, Group group, boolean held, Set<ElectionKey> others) {
        if (group.tellChange(held)) {
            others.add(election);
        }
    }

    private void restart(Duration now, Set<ElectionKey> others) {
        restarted = now;
        held = false;
        asked = 0;
        dark = 0;
        groups.forEach((key, group) -> {
            group.forget();
            judge(key, group, false, others);
        });
    }

    private void tell(Set<ElectionKey> elections) {
        elections.forEach(changed);
    }
}
