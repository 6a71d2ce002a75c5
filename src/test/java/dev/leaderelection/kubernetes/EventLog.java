package dev.leaderelection.kubernetes;

import dev.leaderelection.kubernetes.ApiServer.Reply;
import dev.leaderelection.kubernetes.ApiServer.Request;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** What goes over the wire when Events are recorded. Every request is granted, unless something else was asked for. */
public final class EventLog {

    private final List<Event> created = new ArrayList<>();
    private final List<String> lengthened = new ArrayList<>();
    private final Deque<Integer> codes = new ArrayDeque<>();
    private final ApiServer server = new ApiServer(this::exchange, new KubernetesSerialization());

    private Reply exchange(Request request, @Nullable String body) {
        int code = codes.isEmpty() ? 200 : codes.remove();
        if (code == 200 && request.method().equals("POST")) {
            created.add(Serialization.unmarshal(body, Event.class));
        }
        if (code == 200 && request.method().equals("PATCH")) {
            Map<?, ?> patch = Serialization.unmarshal(body, Map.class);
            Map<?, ?> series = (Map<?, ?>) Objects.requireNonNull(patch.get("series"));
            lengthened.add(request.path().replaceFirst(".*/", "") + " x" + series.get("count") + " "
                    + series.get("lastObservedTime"));
        }
        return new Reply(code, "{\"kind\":\"Status\",\"message\":\"as asked for\"}");
    }

    /** Answers the next requests with these codes. */
    void answer(int... next) {
        for (int code : next) {
            codes.add(code);
        }
    }

    /** A recorder that writes here, at once. */
    public EventRecorder recorder(InstantSource clock) {
        return recorder(clock, Runnable::run);
    }

    EventRecorder recorder(InstantSource clock, Executor executor) {
        return new EventRecorder(server, clock, executor, "instance");
    }

    /** Every Event object that was made, oldest first. */
    List<Event> created() {
        return List.copyOf(created);
    }

    /** Every series that was lengthened, as {@code name xCount time}. */
    public List<String> lengthened() {
        return List.copyOf(lengthened);
    }

    /** Every Event object that was made, as {@code Kind/name Type Reason: note}. */
    public List<String> told() {
        return created.stream()
                .map(event -> event.getRegarding().getKind() + "/"
                        + event.getRegarding().getName() + " " + event.getType() + " " + event.getReason() + ": "
                        + event.getNote())
                .toList();
    }
}
