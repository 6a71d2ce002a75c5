package dev.leaderelection.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees every revision of the API server's store from a fixed one on, in order, by one watch on everything in it.
 *
 * <p>A watch on the API server does not survive its restart, and the new one's cache need not know what was before. The store's own
 * watch does, and numbers its revisions without a gap: a revision that was missed shows. The
 * API server has to keep its objects as JSON.
 */
final class StoreWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StoreWatch.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** The least key, which as the end of a range stands for all keys there are. */
    private static final String EVERYTHING = "\0";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String store;
    private final String namespace;
    private final Listener listener;
    private final Thread thread = new Thread(this::follow, "store-watch");
    private long seen;
    private Optional<String> broken = Optional.empty();
    private boolean closed;

    /** Is told what happened. */
    interface Listener {
        /** A revision of an object, as it came. */
        void revision(Revision.Kind kind, long number, String name, JsonNode value);

        /** Everything up to a revision has been told. */
        void seen(long number);
    }

    private StoreWatch(String store, String namespace, Listener listener) {
        this.store = store;
        this.namespace = namespace;
        this.listener = listener;
        this.seen = revision();
        thread.setDaemon(true);
    }

    /** Watches from now on. */
    static StoreWatch start(String store, String namespace, Listener listener) {
        StoreWatch watch = new StoreWatch(store, namespace, listener);
        watch.thread.start();
        return watch;
    }

    /** The store's revision now. */
    long revision() {
        HttpRequest request = request(
                "/v3/kv/range",
                JSON.createObjectNode().put("key", encoded(EVERYTHING)).put("count_only", true));
        try {
            return JSON.readTree(http.send(request, BodyHandlers.ofString()).body())
                    .path("header")
                    .path("revision")
                    .asLong();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot ask the store for its revision", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /**
     * Waits until everything has been seen that has happened so far.
     *
     * @throws IllegalStateException when the watch is broken or does not get there
     */
    void awaitNow() {
        await(revision());
    }

    private synchronized void await(long wanted) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (seen < wanted) {
            checkWhole();
            long rest = (end - System.nanoTime()) / 1_000_000;
            if (rest <= 0) {
                throw new IllegalStateException("the watch stands at revision " + seen + ", the store at " + wanted);
            }
            try {
                wait(rest);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }
        checkWhole();
    }

    private void checkWhole() {
        if (broken.isPresent()) {
            throw new IllegalStateException("not every revision was seen: " + broken.get());
        }
    }

    private void follow() {
        while (!isOver()) {
            ObjectNode body = JSON.createObjectNode();
            body.putObject("create_request")
                    .put("key", encoded(EVERYTHING))
                    .put("range_end", encoded(EVERYTHING))
                    .put("start_revision", Long.toString(next()));
            try (Stream<String> lines = http.send(request("/v3/watch", body), BodyHandlers.ofLines())
                    .body()) {
                lines.takeWhile(line -> !isOver()).forEach(this::answer);
            } catch (IOException | UncheckedIOException e) {
                // It goes on where it stopped: what was missed in between would be a gap.
                LOG.debug("the watch broke off after revision {}", next() - 1, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                breakOff(e.toString());
                throw e;
            }
        }
    }

    private void answer(String line) {
        JsonNode result = parse(line).path("result");
        if (result.path("canceled").asBoolean()) {
            breakOff("the watch was cancelled: " + line);
            return;
        }
        long last = 0;
        for (JsonNode event : result.path("events")) {
            JsonNode pair = event.path("kv");
            long number = pair.path("mod_revision").asLong();
            if (number > next()) {
                breakOff("revision " + next() + " was left out before " + number);
                return;
            }
            last = number;
            advance(number);
            tell(number, decoded(pair.path("key")), event);
        }
        if (last > 0) {
            listener.seen(last);
            announce();
        }
    }

    private void tell(long number, String key, JsonNode event) {
        for (Revision.Kind kind : Revision.Kind.values()) {
            String prefix = kind.prefix(namespace);
            if (key.startsWith(prefix)) {
                boolean deleted = "DELETE".equals(event.path("type").asText());
                JsonNode value = deleted
                        ? MissingNode.getInstance()
                        : parse(decoded(event.path("kv").path("value")));
                listener.revision(kind, number, key.substring(prefix.length()), value);
            }
        }
    }

    private HttpRequest request(String path, JsonNode body) {
        return HttpRequest.newBuilder(URI.create(store + path))
                .POST(BodyPublishers.ofString(body.toString()))
                .build();
    }

    private static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new IllegalStateException("not JSON: " + text.substring(0, Math.min(200, text.length())), e);
        }
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String decoded(JsonNode text) {
        return new String(Base64.getDecoder().decode(text.asText()), StandardCharsets.UTF_8);
    }

    private synchronized long next() {
        return seen + 1;
    }

    private synchronized void advance(long number) {
        seen = number;
    }

    private synchronized void announce() {
        notifyAll();
    }

    private synchronized boolean isOver() {
        return closed || broken.isPresent();
    }

    private synchronized void breakOff(String why) {
        broken = Optional.of(why);
        notifyAll();
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        thread.interrupt();
    }
}
