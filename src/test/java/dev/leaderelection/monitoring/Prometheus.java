package dev.leaderelection.monitoring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.leaderelection.cluster.ChildProcess;
import dev.leaderelection.cluster.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** A Prometheus on the loopback address that scrapes operators every second, as {@code deploy/monitoring/} has it scrape pods. */
public final class Prometheus implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ChildProcess process;
    private final URI url;
    private final HttpClient http = HttpClient.newHttpClient();

    private Prometheus(ChildProcess process, URI url) {
        this.process = process;
        this.url = url;
    }

    /**
     * A series of an answer.
     *
     * @param labels its name is not among them
     * @param samples in the order of time
     */
    public record Series(Map<String, String> labels, List<Sample> samples) {

        /** Copies. */
        public Series {
            labels = Map.copyOf(labels);
            samples = List.copyOf(samples);
        }
    }

    /**
     * A value.
     *
     * @param seconds when, since 1970
     * @param value may be no number
     */
    public record Sample(double seconds, double value) {}

    /**
     * Starts it.
     *
     * @param operators where metrics are served, by the names of the pods that they would be served by
     * @param folder for its data and its log
     */
    public static Prometheus scraping(Map<String, URI> operators, Path folder) {
        Path program = PrometheusPrograms.locate().prometheus();
        try {
            Path data = Files.createTempDirectory(folder, "prometheus");
            Path configuration = Files.writeString(data.resolve("prometheus.yml"), configuration(operators));
            String address = "127.0.0.1:" + FreePorts.choose(1).get(0);
            ChildProcess process = ChildProcess.start(
                    "prometheus",
                    List.of(
                            program.toString(),
                            "--config.file=" + configuration,
                            "--storage.tsdb.path=" + data.resolve("data"),
                            "--web.listen-address=" + address,
                            "--log.level=warn"),
                    Map.of("GOMAXPROCS", "1"),
                    data.resolve("log"));
            Prometheus prometheus = new Prometheus(process, URI.create("http://" + address));
            prometheus.awaitReady();
            return prometheus;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start Prometheus in " + folder, e);
        }
    }

    /** JSON is YAML. */
    private static String configuration(Map<String, URI> operators) {
        String targets = operators.entrySet().stream()
                .map(operator -> """
                        {"targets": ["%s"], "labels": {"namespace": "leader-election-system", "pod": "%s"}}""".formatted(operator.getValue().getAuthority(), operator.getKey()))
                .collect(Collectors.joining(", "));
        return """
                {"scrape_configs": [{"job_name": "operator", "scrape_interval": "1s", "scrape_timeout": "1s",
                 "metrics_path": "/q/metrics", "honor_labels": true, "static_configs": [%s]}]}
                """.formatted(targets);
    }

    private void awaitReady() {
        Awaitility.await("Prometheus")
                .pollInterval(Duration.ofMillis(50))
                .atMost(PATIENCE)
                .until(() -> !process.isAlive() || isReady());
        if (!process.isAlive()) {
            throw new IllegalStateException(process.describe());
        }
    }

    private boolean isReady() {
        try {
            return send("/-/ready", Map.of()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * What a query brings now.
     *
     * @throws IllegalArgumentException with Prometheus' own words, when it does not understand the query
     */
    public List<Series> ask(String query) {
        return ask("/api/v1/query", Map.of("query", query));
    }

    /**
     * What a query brings over a time.
     *
     * @throws IllegalArgumentException with Prometheus' own words, when it does not understand the query
     */
    public List<Series> ask(String query, Instant from, Instant to, Duration step) {
        return ask(
                "/api/v1/query_range",
                Map.of("query", query, "start", "" + from, "end", "" + to, "step", step.toMillis() + "ms"));
    }

    private List<Series> ask(String path, Map<String, String> form) {
        try {
            JsonNode answer = JSON.readTree(send(path, form).body());
            if (!answer.path("status").asText().equals("success")) {
                throw new IllegalArgumentException(answer.path("error").asText() + ": " + form.get("query"));
            }
            List<Series> found = new ArrayList<>();
            answer.at("/data/result").forEach(series -> found.add(series(series)));
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(process.describe(), e);
        }
    }

    private static Series series(JsonNode series) {
        Map<String, String> labels = new HashMap<>();
        series.path("metric").properties().forEach(label -> {
            if (!label.getKey().equals("__name__")) {
                labels.put(label.getKey(), label.getValue().asText());
            }
        });
        List<Sample> samples = new ArrayList<>();
        Iterable<JsonNode> values = series.has("value") ? List.of(series.path("value")) : series.path("values");
        values.forEach(value -> samples.add(
                new Sample(value.get(0).asDouble(), number(value.get(1).asText()))));
        return new Series(labels, samples);
    }

    private static double number(String text) {
        return Double.parseDouble(text.replace("Inf", "Infinity"));
    }

    private HttpResponse<String> send(String path, Map<String, String> form) throws IOException {
        String body = form.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        HttpRequest.Builder request = HttpRequest.newBuilder(url.resolve(path)).timeout(PATIENCE);
        try {
            return http.send(
                    form.isEmpty()
                            ? request.build()
                            : request.header("Content-Type", "application/x-www-form-urlencoded")
                                    .POST(BodyPublishers.ofString(body))
                                    .build(),
                    BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
