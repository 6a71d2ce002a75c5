package dev.leaderelection.kubernetes;

import dev.leaderelection.kubernetes.Answer.Cause;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.net.HttpURLConnection;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request, one answer, over the client's own connection, identity and TLS. The client's typed calls hide a GET behind some
 * writes, cannot send a UID as a precondition of a deletion, and make an exception of every 409.
 */
public final class ApiServer {

    private static final Logger log = LoggerFactory.getLogger(ApiServer.class);

    /** An object of which only the metadata is of interest: the server then sends no more than that. */
    static final String METADATA_ONLY = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";

    static final String JSON = "application/json";
    static final String MERGE_PATCH = "application/merge-patch+json";

    /** Says in every write of the protocol who wrote. */
    static final String MANAGER_QUERY = "?fieldManager=" + LeaseReader.FIELD_MANAGER;

    /** How many objects a list brings at once. A full pod takes some 48 KB of heap, and a cluster has more of them than fit. */
    public static final long PAGE = 500;

    private final Wire wire;
    private final KubernetesSerialization serialization;
    private final WriteGate gate;

    /** Talks to the server that a client talks to. */
    public ApiServer(KubernetesClient client) {
        this(client, WriteGate.OPEN);
    }

    /** Talks to the server that a client talks to, and writes only while a gate is open. */
    public ApiServer(KubernetesClient client, WriteGate gate) {
        this(new Connection(client), client.getKubernetesSerialization(), gate);
    }

    /** Talks to whatever answers. */
    ApiServer(Wire wire, KubernetesSerialization serialization) {
        this(wire, serialization, WriteGate.OPEN);
    }

    private ApiServer(Wire wire, KubernetesSerialization serialization, WriteGate gate) {
        this.wire = wire;
        this.serialization = serialization;
        this.gate = gate;
    }

    /** What carries requests to a server, and its answers back. */
    @FunctionalInterface
    interface Wire {
        Reply exchange(Request request, @Nullable String body)
                throws ExecutionException, TimeoutException, InterruptedException;
    }

    /** An answer as it came. */
    record Reply(int code, String text) {
        boolean isSuccess() {
            return code >= 200 && code < 300;
        }
    }

    /** The client's own connection. */
    private record Connection(HttpClient http, String base) implements Wire {

        Connection(KubernetesClient client) {
            this(client.getHttpClient(), client.getMasterUrl().toString().replaceFirst("/$", ""));
        }

        @Override
        public Reply exchange(Request request, @Nullable String body)
                throws ExecutionException, TimeoutException, InterruptedException {
            HttpRequest.Builder builder = http.newHttpRequestBuilder()
                    .uri(base + request.path())
                    .header("Accept", request.accept())
                    .timeout(request.patience().toMillis(), TimeUnit.MILLISECONDS);
            if (body != null) {
                builder = builder.method(request.method(), request.contentType(), body);
            }
            HttpResponse<byte[]> response = http.sendAsync(builder.build(), byte[].class)
                    .get(request.patience().toMillis(), TimeUnit.MILLISECONDS);
            byte[] bytes = response.body();
            return new Reply(response.code(), bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8));
        }
    }

    /**
     * One request.
     *
     * @param method the HTTP method
     * @param path the path and query
     * @param contentType of the body
     * @param body what is sent, or null
     * @param accept what is wanted
     * @param patience how long to wait for the answer
     */
    record Request(
            String method,
            String path,
            String contentType,
            @Nullable Object body,
            String accept,
            Duration patience) {

        private static final String CONTINUE = "&continue=";

        static Request get(String path, Duration patience) {
            return new Request("GET", path, JSON, null, JSON, patience);
        }

        /**
         * A page of a list.
         *
         * @param rest what the server said is left of it, or nothing for the first page
         */
        static Request page(String path, String rest, Duration patience) {
            return get(
                    path + "?limit=" + PAGE
                            + (rest.isEmpty() ? "" : CONTINUE + URLEncoder.encode(rest, StandardCharsets.UTF_8)),
                    patience);
        }

        static Request post(String path, Object body, Duration patience) {
            return new Request("POST", path, JSON, body, JSON, patience);
        }

        static Request put(String path, Object body, Duration patience) {
            return new Request("PUT", path, JSON, body, JSON, patience);
        }

        static Request patch(String path, Object body, Duration patience) {
            return new Request("PATCH", path, MERGE_PATCH, body, JSON, patience);
        }

        static Request delete(String path, Revision seen, Duration patience) {
            return new Request("DELETE", path, JSON, seen.deletion(), JSON, patience);
        }

        boolean isRead() {
            return method.equals("GET");
        }

        boolean isFurtherPage() {
            return isRead() && path.contains(CONTINUE);
        }

        Request metadataOnly() {
            return new Request(method, path, contentType, body, METADATA_ONLY, patience);
        }
    }

    /**
     * Sends a request.
     *
     * @param type what a success brings
     */
    <T> Answer<T> send(Request request, Class<T> type) {
        if (request.isRead()) {
            return exchange(request, type);
        }
        if (!gate.enter()) {
            return Answer.refused(Cause.OVERTAKEN, "another replica of the operator acts");
        }
        try {
            return exchange(request, type);
        } finally {
            gate.leave();
        }
    }

    private <T> Answer<T> exchange(Request request, Class<T> type) {
        String body = request.body() == null ? null : serialization.asJson(request.body());
        log.trace("{} {}", request.method(), request.path());
        try {
            Reply reply = wire.exchange(request, body);
            log.debug("{} {}: {}", request.method(), request.path(), reply.code());
            return reply.isSuccess() ? read(request, reply, type) : refused(request, reply);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return Answer.refused(Cause.UNAVAILABLE, request.method() + " " + request.path() + ": " + cause);
        } catch (TimeoutException e) {
            return Answer.refused(
                    Cause.UNAVAILABLE,
                    request.method() + " " + request.path() + ": no answer within "
                            + request.patience().toMillis() + " ms");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Answer.refused(Cause.UNAVAILABLE, "interrupted while waiting for the API server");
        }
    }

    /** An answer that cannot be read is none: what was asked for may have been done. */
    private <T> Answer<T> read(Request request, Reply reply, Class<T> type) {
        try {
            T object = serialization.unmarshal(reply.text(), type);
            if (object != null) {
                return new Answer.Done<>(object);
            }
        } catch (IllegalArgumentException | KubernetesClientException e) {
            return Answer.refused(Cause.UNAVAILABLE, explain(request, reply.code(), reply.text()));
        }
        return Answer.refused(Cause.UNAVAILABLE, explain(request, reply.code(), "an empty answer"));
    }

    /**
     * Warms the connection, its encryption and the client by writes that the server is asked not to keep ({@code dryRun=All}). It
     * takes some hundred until the client's code is compiled: a failover after thirty took half as long again.
     *
     * @param namespace one in which we may create Leases
     * @param most how many at most
     * @param more asked before each request, whether there is time for it
     * @return how many were granted
     */
    public int rehearse(String namespace, int most, BooleanSupplier more) {
        Duration patience = Duration.ofSeconds(2);
        Lease lease = new LeaseBuilder()
                .withNewMetadata()
                .withName("leader-election-rehearsal")
                .endMetadata()
                .build();
        String leases = "/apis/coordination.k8s.io/v1/namespaces/" + namespace + "/leases?dryRun=All";
        int granted = 0;
        for (int i = 0; i < most && more.getAsBoolean(); i++) {
            if (!(send(Request.post(leases, lease, patience), Lease.class) instanceof Answer.Done)) {
                // Whatever the reason, it would be the same the next time.
                return granted;
            }
            granted++;
        }
        return granted;
    }

    /** Asks for one Lease of a namespace, to find out whether they may be seen. */
    Answer<LeaseList> glanceAtLeases(String namespace) {
        String one = "/apis/coordination.k8s.io/v1/namespaces/" + namespace + "/leases?limit=1";
        return send(Request.get(one, Duration.ofSeconds(2)), LeaseList.class);
    }

    /** Reads one Lease as it is now, out of a list: whoever may list and watch Leases needs no further right for it. */
    Answer<LeaseList> listLease(String namespace, String name) {
        String one = "/apis/coordination.k8s.io/v1/namespaces/" + namespace + "/leases?fieldSelector=metadata.name%3D"
                + name;
        return send(Request.get(one, Duration.ofSeconds(2)), LeaseList.class);
    }

    private <T> Answer<T> refused(Request request, Reply reply) {
        Optional<Status> status = status(reply.text());
        return Answer.refused(
                reply.code() == HttpURLConnection.HTTP_GONE && request.isFurtherPage()
                        ? Cause.EXPIRED
                        : cause(reply.code(), status),
                explain(request, reply.code(), status.map(Status::getMessage).orElse(reply.text())));
    }

    private static Cause cause(int code, Optional<Status> status) {
        return switch (code) {
            case 404 -> status.filter(ApiServer::namesAnObject).isPresent() ? Cause.GONE : Cause.UNAVAILABLE;
            case 409 -> Cause.CONFLICT;
            case 401, 408, 410, 425, 429 -> Cause.UNAVAILABLE;
            default -> code >= 500 ? Cause.UNAVAILABLE : Cause.DENIED;
        };
    }

    /**
     * Whether a 404 is the server's own word about an object. A proxy on the way, or a server that does not serve the kind just
     * now, says 404 too, and knows nothing of objects; and what is gone is not fenced.
     */
    private static boolean namesAnObject(Status status) {
        return "NotFound".equals(status.getReason())
                && status.getDetails() != null
                && status.getDetails().getName() != null;
    }

    /** A refusal in the server's own words; nothing if it is in those of whatever stands between us and the server. */
    private Optional<Status> status(String text) {
        try {
            return Optional.ofNullable(serialization.unmarshal(text, Status.class))
                    .filter(status -> status.getMessage() != null);
        } catch (IllegalArgumentException | KubernetesClientException e) {
            return Optional.empty();
        }
    }

    private static String explain(Request request, int code, String message) {
        String shown = message.length() > 500 ? message.substring(0, 500) + "…" : message;
        return request.method() + " " + request.path() + ": " + code + " " + shown;
    }
}
