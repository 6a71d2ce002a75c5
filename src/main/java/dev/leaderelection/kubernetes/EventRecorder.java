package dev.leaderelection.kubernetes;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.election.PodIdentity;
import dev.leaderelection.kubernetes.Answer.Refused;
import dev.leaderelection.kubernetes.ApiServer.Request;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes Events, after the fact and off the critical path. A repeat within some minutes lengthens the series of the first instead
 * of making another object. An Event that cannot be written is lost: it is a message, not state.
 */
public final class EventRecorder {

    private static final Logger log = LoggerFactory.getLogger(EventRecorder.class);
    private static final DateTimeFormatter MICRO_TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
    private static final Duration SERIES_ENDS_AFTER = Duration.ofMinutes(6);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int MOST_SERIES = 2000;

    /** What the API server takes. */
    private static final int LONGEST_NAME = 253;

    /** What the API server takes, in bytes. */
    private static final int LONGEST_NOTE = 1024;

    private final ApiServer server;
    private final InstantSource clock;
    private final Executor executor;
    private final String instance;
    private final Map<String, Series> series = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Series> eldest) {
            return size() > MOST_SERIES;
        }
    };
    private long sequence;

    /** An Event that may be repeated. */
    private record Series(String name, int count, Instant last) {}

    /** How much an Event should worry its reader. */
    public enum Severity {
        /** It is as it should be. */
        NORMAL("Normal"),
        /** Somebody should look. */
        WARNING("Warning");

        private final String text;

        Severity(String text) {
            this.text = text;
        }
    }

    /**
     * What happened.
     *
     * @param severity how much it should worry
     * @param reason its name
     * @param action what was done about it
     * @param note the same for a person
     */
    public record News(Severity severity, String reason, String action, String note) {}

    /**
     * @param executor one thread, with a bounded queue: what does not fit is lost
     * @param instance names this process
     */
    public EventRecorder(ApiServer server, InstantSource clock, Executor executor, String instance) {
        this.server = server;
        this.clock = clock;
        this.executor = executor;
        this.instance = instance;
    }

    /** Tells of an election. */
    public void onElection(Election election, News news) {
        submit(
                election,
                new ObjectReferenceBuilder()
                        .withApiVersion(LeaderElection.GROUP + "/" + LeaderElection.VERSION)
                        .withKind("LeaderElection")
                        .withNamespace(election.namespace())
                        .withName(election.name())
                        .withUid(election.uid())
                        .build(),
                news);
    }

    /** Tells of a pod. */
    public void onPod(Election election, PodIdentity pod, News news) {
        submit(
                election,
                new ObjectReferenceBuilder()
                        .withApiVersion("v1")
                        .withKind("Pod")
                        .withNamespace(election.namespace())
                        .withName(pod.name())
                        .withUid(pod.uid())
                        .build(),
                news);
    }

    private void submit(Election election, ObjectReference regarding, News news) {
        Instant now = clock.instant();
        try {
            executor.execute(() -> write(election, regarding, news, now));
        } catch (RejectedExecutionException e) {
            log.atWarn()
                    .addKeyValue("namespace", election.namespace())
                    .addKeyValue("election", election.name())
                    .addKeyValue("reason", news.reason())
                    .log("Event dropped: too many are waiting to be written");
        }
    }

    /** Runs on the executor's one thread. */
    private void write(Election election, ObjectReference regarding, News news, Instant now) {
        String key = regarding.getUid() + "/" + news.reason() + "/" + news.note();
        Series known = series.get(key);
        if (known != null && known.last().plus(SERIES_ENDS_AFTER).isAfter(now)) {
            Series longer = new Series(known.name(), known.count() + 1, now);
            if (extend(election, longer)) {
                series.put(key, longer);
                return;
            }
        }
        String name = name(election, Long.toHexString(now.toEpochMilli()) + "." + instance + "-" + sequence++);
        Event event = new EventBuilder()
                .withNewMetadata()
                .withNamespace(election.namespace())
                .withName(name)
                .endMetadata()
                .withEventTime(new MicroTime(MICRO_TIME.format(now)))
                .withReportingController(LeaseReader.FIELD_MANAGER)
                .withReportingInstance(instance)
                .withAction(news.action())
                .withReason(news.reason())
                .withType(news.severity().text)
                .withNote(cut(news.note()))
                .withRegarding(regarding)
                .build();
        Answer<GenericKubernetesResource> answer = server.send(
                Request.post(path(election), event, PATIENCE).metadataOnly(), GenericKubernetesResource.class);
        if (answer instanceof Refused<GenericKubernetesResource> refused) {
            log.atWarn()
                    .addKeyValue("namespace", election.namespace())
                    .addKeyValue("election", election.name())
                    .addKeyValue("reason", news.reason())
                    .log("Event not written: {}", refused.explanation());
        } else {
            series.put(key, new Series(name, 1, now));
        }
    }

    private boolean extend(Election election, Series longer) {
        Map<String, Object> patch =
                Map.of("series", Map.of("count", longer.count(), "lastObservedTime", MICRO_TIME.format(longer.last())));
        Request request = Request.patch(path(election) + "/" + longer.name(), patch, PATIENCE);
        return server.send(request.metadataOnly(), GenericKubernetesResource.class) instanceof Answer.Done;
    }

    private static String name(Election election, String unique) {
        int room = LONGEST_NAME - unique.length() - 1;
        String prefix = election.name();
        // What is cut off may leave a dot or a dash at the end, which no part of a name ends with.
        return (prefix.length() <= room ? prefix : prefix.substring(0, room).replaceFirst("[-.]+$", "")) + "." + unique;
    }

    /** As much of a note as fits, in whole characters. */
    private static String cut(String note) {
        if (note.getBytes(StandardCharsets.UTF_8).length <= LONGEST_NOTE) {
            return note;
        }
        String more = "…";
        int room = LONGEST_NOTE - more.getBytes(StandardCharsets.UTF_8).length;
        StringBuilder kept = new StringBuilder();
        for (int at = 0; at < note.length(); at += Character.charCount(note.codePointAt(at))) {
            String character = Character.toString(note.codePointAt(at));
            room -= character.getBytes(StandardCharsets.UTF_8).length;
            if (room < 0) {
                break;
            }
            kept.append(character);
        }
        return kept + more;
    }

    private static String path(Election election) {
        return "/apis/events.k8s.io/v1/namespaces/" + election.namespace() + "/events";
    }
}
