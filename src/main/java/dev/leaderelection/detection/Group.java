package dev.leaderelection.detection;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The candidates of one election and how their probes have gone, by the UID of the pod. */
final class Group {

    private final Map<String, Target> targets = new HashMap<>();
    private final Map<String, Course> courses = new HashMap<>();
    private Set<String> told = Set.of();
    private boolean toldUnanswered;

    /** Another set of targets; what changed is begun anew. */
    void replace(Set<Target> wanted) {
        Map<String, Target> next = new HashMap<>();
        wanted.forEach(target -> next.put(target.pod(), target));
        courses.keySet().removeIf(pod -> !Objects.equals(targets.get(pod), next.get(pod)));
        targets.clear();
        targets.putAll(next);
    }

    boolean has(Target target) {
        return target.equals(targets.get(target.pod()));
    }

    void note(Target target, Course.Sample probe) {
        int threshold = target.probe().timing().failureThreshold();
        Course before = courses.getOrDefault(target.pod(), Course.NONE);
        courses.put(target.pod(), before.next(probe, threshold));
        if (probe.outcome().isSuccess()) {
            courses.replaceAll((pod, course) -> course.witness(probe));
        }
    }

    void forget() {
        courses.clear();
    }

    boolean isEmpty() {
        return targets.isEmpty();
    }

    int size() {
        return targets.size();
    }

    /** How many pods have failed, as was last told. */
    int failed() {
        return told.size();
    }

    boolean isAsked() {
        return !courses.isEmpty();
    }

    /** Whether more than half of the candidates did not answer when they were last asked. */
    boolean isDark() {
        long failing = courses.values().stream()
                .filter(course -> course.failures() > 0)
                .count();
        return failing * 2 > courses.size();
    }

    /** Whether each of the candidates has failed, so that none of them has: it may as well be that nobody can be reached. */
    boolean isUnanswered() {
        return !targets.isEmpty()
                && targets.values().stream().allMatch(target -> {
                    Course course = courses.get(target.pod());
                    return course != null && course.hasFailed(target);
                });
    }

    Verdict verdict(String pod, boolean held) {
        Target target = targets.get(pod);
        Course course = courses.get(pod);
        if (target == null || course == null) {
            return new Verdict.Unknown();
        }
        if (!course.hasFailed(target)) {
            return course.failures() > 0 ? new Verdict.Suspect(course.last()) : new Verdict.Well();
        }
        return course.condemned() && !held && hasSurvivor()
                ? new Verdict.Failed(course.last())
                : new Verdict.Held(course.last());
    }

    /** Whether other pods have failed than was last told, or all of them, or not any more; they are told by this. */
    boolean tellChange(boolean held) {
        Set<String> failed = new HashSet<>();
        if (!held && hasSurvivor()) {
            courses.forEach((pod, course) -> {
                if (verdict(pod, false) instanceof Verdict.Failed) {
                    failed.add(pod);
                }
            });
        }
        boolean isUnanswered = isUnanswered();
        boolean changed = !failed.equals(told) || isUnanswered != toldUnanswered;
        told = failed;
        toldUnanswered = isUnanswered;
        return changed;
    }

    private boolean hasSurvivor() {
        return targets.values().stream().anyMatch(target -> {
            Course course = courses.get(target.pod());
            return course != null && !course.hasFailed(target);
        });
    }
}
