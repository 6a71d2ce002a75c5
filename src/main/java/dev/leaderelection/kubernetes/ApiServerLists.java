package dev.leaderelection.kubernetes;

import dev.leaderelection.kubernetes.Answer.Cause;
import dev.leaderelection.kubernetes.Answer.Done;
import dev.leaderelection.kubernetes.Answer.Refused;
import dev.leaderelection.kubernetes.ApiServer.Request;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Lists objects live. A list is a quorum read, and all its pages are of the revision of the first one. Objects are reduced to what is
 * wanted of them page by page, and few lists are under way at once: a namespace may hold more than the heap does, and many passes may
 * want to know of it at the same time.
 */
final class ApiServerLists {

    private static final int AT_ONCE = 2;

    /** How often a list is begun that the server does not let us read to its end. */
    private static final int ATTEMPTS = 3;

    private final ApiServer server;
    private final Duration patience;
    private final Semaphore turns = new Semaphore(AT_ONCE, true);

    /**
     * @param patience how long to wait for one's turn, and for each page
     */
    ApiServerLists(ApiServer server, Duration patience) {
        this.server = server;
        this.patience = patience;
    }

    /**
     * Reads a list.
     *
     * @param path of the collection
     * @param type of a page
     * @param wanted what is wanted of an object, if anything
     */
    <T extends HasMetadata, L extends KubernetesResourceList<T>, U> Answer<List<U>> read(
            String path, Class<L> type, Function<T, Optional<U>> wanted) {
        try {
            if (!turns.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                return Answer.refused(Cause.UNAVAILABLE, "GET " + path + ": too many lists are under way");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Answer.refused(Cause.UNAVAILABLE, "interrupted while waiting to list " + path);
        }
        try {
            return attempt(path, type, wanted);
        } finally {
            turns.release();
        }
    }

    private <T extends HasMetadata, L extends KubernetesResourceList<T>, U> Answer<List<U>> attempt(
            String path, Class<L> type, Function<T, Optional<U>> wanted) {
        Answer<List<U>> answer = readPages(path, type, wanted);
        for (int attempt = 1; attempt < ATTEMPTS && isExpired(answer); attempt++) {
            answer = readPages(path, type, wanted);
        }
        return isExpired(answer)
                ? Answer.refused(Cause.UNAVAILABLE, ((Refused<List<U>>) answer).explanation())
                : answer;
    }

    /** What is left of a list is kept for some minutes; after that only a later revision can be listed, from its beginning. */
    private static boolean isExpired(Answer<?> answer) {
        return answer instanceof Refused<?> refused && refused.cause() == Cause.EXPIRED;
    }

    private <T extends HasMetadata, L extends KubernetesResourceList<T>, U> Answer<List<U>> readPages(
            String path, Class<L> type, Function<T, Optional<U>> wanted) {
        List<U> found = new ArrayList<>();
        Optional<String> rest = Optional.of("");
        while (rest.isPresent()) {
            Answer<L> answer = server.send(Request.page(path, rest.get(), patience), type);
            if (!(answer instanceof Done<L> done)) {
                return ((Refused<L>) answer).recast();
            }
            L page = done.value();
            if (page.getItems() != null) {
                page.getItems().forEach(item -> wanted.apply(item).ifPresent(found::add));
            }
            rest = rest(page);
        }
        return new Done<>(List.copyOf(found));
    }

    private static Optional<String> rest(KubernetesResourceList<?> page) {
        return Optional.ofNullable(page.getMetadata())
                .map(metadata -> metadata.getContinue())
                .filter(token -> !token.isEmpty());
    }
}
