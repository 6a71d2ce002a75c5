package dev.leaderelection.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.leaderelection.detection.Outcome.Kind;
import dev.leaderelection.detection.PodServer.Behaviour;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProberTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    /** How late things may be on a machine that has other things to do. */
    private static final Duration SLACK = Duration.ofSeconds(2);

    private static final Probe.Timing ONCE = new Probe.Timing(Duration.ofHours(1), Duration.ofSeconds(10), 1);
    private static final Probe.Timing HASTY = new Probe.Timing(Duration.ofHours(1), Duration.ofMillis(600), 1);
    private static final int CAP = 64;

    private final ElectionKey orders = new ElectionKey("shop", "orders");
    private final Vertx pods = Vertx.vertx();
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final BlockingQueue<ElectionKey> told = new LinkedBlockingQueue<>();
    private final ProbeResults results = new ProbeResults(ProberTest::ticks, told::add);
    private final Prober prober =
            new Prober(vertx, ProberTest::ticks, () -> 0, CAP, InetAddress::isLoopbackAddress, results);

    @AfterEach
    void endEverything() {
        prober.close();
        PodServer.await(vertx.close());
        PodServer.await(pods.close());
    }

    private static Duration ticks() {
        return Duration.ofNanos(System.nanoTime());
    }

    private Target target(String ip, Probe probe) {
        return new Target(orders, "uid-of-" + ip, ip, probe);
    }

    /** What comes of one probe of one pod; the only candidate of an election is held at worst, with the outcome. */
    private Outcome probe(Target target) {
        Duration began = ticks();
        prober.replace(orders, Set.of(target));
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> !(results.verdict(orders, target.pod()) instanceof Verdict.Unknown));
        assertThat(ticks().minus(began))
                .isLessThan(target.probe().timing().timeout().plus(SLACK));
        Verdict verdict = results.verdict(orders, target.pod());
        return verdict instanceof Verdict.Held held ? held.last() : Outcome.ANSWERED;
    }

    private static Probe.Timing timing(Kind expected) {
        return expected == Kind.TIMED_OUT ? HASTY : ONCE;
    }

    private void awaitNoConnection(PodServer server) {
        await().atMost(Duration.ofSeconds(10)).until(() -> server.connections() == 0);
    }

    @Test
    void anEventLoopThatDoesNotTurnIsSilent() {
        CountDownLatch busy = new CountDownLatch(1);
        vertx.runOnContext(now -> {
            try {
                busy.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        await().atMost(Duration.ofSeconds(30)).until(() -> prober.silence().compareTo(Duration.ofSeconds(2)) > 0);

        busy.countDown();

        await().atMost(Duration.ofSeconds(30)).until(() -> prober.silence().compareTo(Duration.ofSeconds(1)) < 0);
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.9"))) {
            return socket.getLocalPort();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "OK, ANSWERED, 0",
        "NO_CONTENT, ANSWERED, 0",
        "WITHOUT_REASON, ANSWERED, 0",
        "HINTS_FIRST, ANSWERED, 0",
        "REDIRECTS, BAD_STATUS, 302",
        "NOT_FOUND, BAD_STATUS, 404",
        "UNAVAILABLE, BAD_STATUS, 503",
        "SILENT, TIMED_OUT, 0",
        "LATE, TIMED_OUT, 0",
        "DRIPS, TIMED_OUT, 0",
        "ENDLESS_HINTS, MALFORMED, 0",
        "ENDLESS_LINE, MALFORMED, 0",
        "ENDLESS_HEADERS, ANSWERED, 0",
        "ENDLESS_BODY, ANSWERED, 0",
        "GARBAGE, MALFORMED, 0",
        "HANGS_UP, HUNG_UP, 0",
        "HANGS_UP_WHEN_ASKED, HUNG_UP, 0"
    })
    void asksOverHttpAndLeavesNoConnection(Behaviour behaviour, Kind kind, int status) {
        PodServer server = PodServer.tcp(pods, "127.0.0.2", () -> behaviour);

        Outcome outcome = probe(target("127.0.0.2", new Probe.HttpGet("/electable", server.port(), timing(kind))));

        assertThat(outcome).isEqualTo(new Outcome(kind, status));
        awaitNoConnection(server);
    }

    @ParameterizedTest
    @ValueSource(strings = {"OK", "SILENT", "ENDLESS_BODY", "GARBAGE"})
    void aConnectionThatIsAcceptedIsEnoughOverTcp(Behaviour behaviour) {
        PodServer server = PodServer.tcp(pods, "127.0.0.3", () -> behaviour);

        Outcome outcome = probe(target("127.0.0.3", new Probe.TcpSocket(server.port(), ONCE)));

        assertThat(outcome).isEqualTo(Outcome.ANSWERED);
        awaitNoConnection(server);
    }

    @Test
    void nobodyListens() throws IOException {
        Outcome outcome = probe(target("127.0.0.9", new Probe.TcpSocket(closedPort(), ONCE)));

        assertThat(outcome).isEqualTo(Outcome.of(Kind.REFUSED));
    }

    @ParameterizedTest
    @CsvSource({
        "serving, ANSWERED",
        "stopping, NOT_SERVING",
        "unheard-of, NOT_SERVING",
        "unimplemented, NOT_SERVING",
        "hanging, TIMED_OUT",
        "headers-only, TIMED_OUT",
        "reset, HUNG_UP",
        "piecemeal, ANSWERED",
        "nonsense, MALFORMED",
        "compressed, MALFORMED"
    })
    void asksOverGrpcForAService(String service, Kind kind) {
        PodServer server = PodServer.http2(
                pods,
                "127.0.0.4",
                request -> request.body().onSuccess(body -> {
                    assertThat(request.path()).isEqualTo("/grpc.health.v1.Health/Check");
                    assertThat(request.getHeader("content-type")).isEqualTo("application/grpc");
                    answer(request.response(), body.getString(7, body.length()));
                }));

        Outcome outcome = probe(target("127.0.0.4", new Probe.Grpc(server.port(), service, timing(kind))));

        assertThat(outcome).isEqualTo(Outcome.of(kind));
        awaitNoConnection(server);
    }

    private static void answer(HttpServerResponse response, String service) {
        response.putHeader("content-type", "application/grpc");
        response.putTrailer("grpc-status", "0");
        switch (service) {
            case "serving" -> response.end(message(0, 8, 1));
            case "stopping" -> response.end(message(0, 8, 2));
            case "unheard-of" -> response.end(message(0));
            case "piecemeal" -> {
                response.write(message(0, 8, 1).getBuffer(0, 3));
                response.end(message(0, 8, 1).getBuffer(3, 7));
            }
            case "nonsense" -> response.end(message(0, 99, 98, 97));
            case "compressed" -> response.end(message(1, 8, 1));
            case "unimplemented" -> response.putHeader("grpc-status", "12").end();
            case "headers-only" -> response.setChunked(true).writeContinue();
            case "reset" -> response.reset(2);
            default -> {}
        }
    }

    private static Buffer message(int compressed, int... bytes) {
        Buffer message = Buffer.buffer().appendByte((byte) compressed).appendInt(bytes.length);
        IntStream.of(bytes).forEach(each -> message.appendByte((byte) each));
        return message;
    }

    @Test
    void asksOverGrpcForTheServerAsAWhole() {
        AtomicInteger asked = new AtomicInteger();
        PodServer server = PodServer.http2(
                pods,
                "127.0.0.4",
                request -> request.body().onSuccess(body -> {
                    asked.set(body.length());
                    answer(request.response(), "serving");
                }));

        assertThat(probe(target("127.0.0.4", new Probe.Grpc(server.port(), "", ONCE))))
                .isEqualTo(Outcome.ANSWERED);
        assertThat(asked).hasValue(5);
    }

    @ParameterizedTest
    @CsvSource({
        "SILENT, TIMED_OUT",
        "OK, MALFORMED",
        "GARBAGE, MALFORMED",
        "ENDLESS_BODY, MALFORMED",
        "ENDLESS_PINGS, MALFORMED",
        "HUGE_FRAME, MALFORMED",
        "HANGS_UP, HUNG_UP"
    })
    void whoDoesNotSpeakGrpcFails(Behaviour behaviour, Kind kind) {
        PodServer server = PodServer.tcp(pods, "127.0.0.5", () -> behaviour);

        Outcome outcome = probe(target("127.0.0.5", new Probe.Grpc(server.port(), "orders", timing(kind))));

        assertThat(outcome).isEqualTo(Outcome.of(kind));
        awaitNoConnection(server);
    }

    @ParameterizedTest
    @CsvSource({"UNAVAILABLE, 3", "SILENT, 4"})
    void findsOutWithinTheBoundThatAPodHasFailed(Behaviour illness, int seconds) throws InterruptedException {
        AtomicReference<Behaviour> behaviour = new AtomicReference<>(Behaviour.OK);
        PodServer ill = PodServer.tcp(pods, "127.0.0.6", behaviour::get);
        PodServer well = PodServer.tcp(pods, "127.0.0.7", () -> Behaviour.OK);
        Probe.Timing timing = new Probe.Timing(SECOND, SECOND, 3);
        Target a = target("127.0.0.6", new Probe.HttpGet("/", ill.port(), timing));
        Target b = target("127.0.0.7", new Probe.HttpGet("/", well.port(), timing));
        prober.replace(orders, Set.of(a, b));
        await().until(() -> results.verdict(orders, a.pod()) instanceof Verdict.Well);

        behaviour.set(illness);
        Duration began = ticks();
        ElectionKey first = told.poll(30, TimeUnit.SECONDS);

        assertThat(first).isEqualTo(orders);
        assertThat(ticks().minus(began)).isLessThan(Duration.ofSeconds(seconds).plus(SLACK));
        assertThat(results.verdict(orders, a.pod())).isInstanceOf(Verdict.Failed.class);
        assertThat(results.verdict(orders, b.pod())).isInstanceOf(Verdict.Well.class);
        behaviour.set(Behaviour.OK);
        assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo(orders);
        assertThat(results.verdict(orders, a.pod())).isInstanceOf(Verdict.Well.class);
    }

    @Test
    void aThousandHangingPodsLeaveRoomForOthersAndTakeNoThread() {
        PodServer server = PodServer.tcp(pods, "127.0.0.8", () -> Behaviour.SILENT);
        probe(target("127.0.0.8", new Probe.HttpGet("/", server.port(), HASTY)));
        awaitNoConnection(server);
        Set<String> before = threads();
        Probe.Timing patient = new Probe.Timing(Duration.ofSeconds(1), Duration.ofMinutes(2), 3);

        for (int i = 0; i < 10; i++) {
            replaceByHanging(new ElectionKey("team-" + i, "many"), server.port(), patient);
        }

        await().atMost(Duration.ofSeconds(20)).until(() -> server.connections() > CAP / 2);
        PodServer well = PodServer.tcp(pods, "127.0.0.10", () -> Behaviour.OK);
        assertThat(probe(target("127.0.0.10", new Probe.HttpGet("/", well.port(), ONCE))))
                .isEqualTo(Outcome.ANSWERED);
        assertThat(server.connections()).isLessThan(CAP);
        assertThat(threads()).isEqualTo(before);
        Duration closing = ticks();
        prober.close();
        assertThat(ticks().minus(closing)).isLessThan(Duration.ofSeconds(1));
        awaitNoConnection(server);
    }

    @Test
    void oneNamespaceWhosePodsHangKeepsNobodyWaiting() {
        PodServer hanging = PodServer.tcp(pods, "127.0.0.8", () -> Behaviour.SILENT);
        PodServer well = PodServer.tcp(pods, "127.0.0.10", () -> Behaviour.OK);
        Probe.Timing patient = new Probe.Timing(Duration.ofSeconds(1), Duration.ofMinutes(2), 3);
        replaceByHanging(new ElectionKey("hogs", "many"), hanging.port(), patient);
        await().atMost(Duration.ofSeconds(20)).until(() -> hanging.connections() == CAP / 4);

        Outcome outcome = probe(target("127.0.0.10", new Probe.HttpGet("/", well.port(), ONCE)));

        assertThat(outcome).isEqualTo(Outcome.ANSWERED);
        assertThat(hanging.connections()).isEqualTo(CAP / 4);
    }

    private void replaceByHanging(ElectionKey election, int port, Probe.Timing timing) {
        Set<Target> targets = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            targets.add(new Target(election, "pod-" + i, "127.0.0.8", new Probe.HttpGet("/", port, timing)));
        }
        prober.replace(election, targets);
    }

    private static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("vert.x"))
                .collect(Collectors.toSet());
    }

    @Test
    void whatIsNoTargetAnyMoreIsProbedNoLonger() {
        AtomicInteger asked = new AtomicInteger();
        PodServer server = PodServer.tcp(pods, "127.0.0.2", () -> {
            asked.incrementAndGet();
            return Behaviour.OK;
        });
        Probe.Timing often = new Probe.Timing(Duration.ofMillis(20), SECOND, 3);
        prober.replace(orders, Set.of(target("127.0.0.2", new Probe.HttpGet("/", server.port(), often))));
        await().until(() -> asked.get() > 5);

        prober.replace(orders, Set.of());

        awaitNoConnection(server);
        int last = asked.get();
        await().during(Duration.ofMillis(300)).atMost(Duration.ofSeconds(5)).until(() -> asked.get() <= last + 1);
        assertThat(results.verdict(orders, "uid-of-127.0.0.2")).isEqualTo(new Verdict.Unknown());
    }

    @Test
    void anAddressThatMayNotBeProbedIsNotConnectedTo() {
        AtomicInteger asked = new AtomicInteger();
        PodServer server = PodServer.tcp(pods, "127.0.0.2", () -> {
            asked.incrementAndGet();
            return Behaviour.OK;
        });
        Probe.Timing often = new Probe.Timing(Duration.ofMillis(20), SECOND, 3);
        try (Prober careful = new Prober(vertx, ProberTest::ticks, () -> 0, CAP, Prober::isOrdinary, results)) {
            careful.replace(orders, Set.of(target("127.0.0.2", new Probe.HttpGet("/", server.port(), often))));

            await().during(Duration.ofMillis(300)).atMost(Duration.ofSeconds(5)).until(() -> asked.get() == 0);
        }
        assertThat(results.verdict(orders, "uid-of-127.0.0.2")).isEqualTo(new Verdict.Unknown());
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "169.254.169.254", "224.0.0.1", "0.0.0.0", "::1", "::", "fe80::1", "ff02::1"})
    void specialAddressesAreNotOrdinary(String ip) throws IOException {
        assertThat(Prober.isOrdinary(InetAddress.getByName(ip))).isFalse();
        assertThat(Prober.isOrdinary(InetAddress.getByName("10.1.2.3"))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "pod.example", "be.de", "10.0.0.1:80", "[::1]", "10.0.0.1 "})
    void aNameIsNoAddress(String ip) {
        assertThatIllegalArgumentException().isThrownBy(() -> target(ip, new Probe.TcpSocket(80, ONCE)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "relative", "http://elsewhere/", "/a b", "/a\r\nHost: other", "/é"})
    void nothingButAPathCanBeSent(String path) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Probe.HttpGet(path, 80, ONCE));
    }
}
