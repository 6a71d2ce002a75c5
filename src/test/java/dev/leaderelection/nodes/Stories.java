package dev.leaderelection.nodes;

import dev.leaderelection.cluster.ControlPlane;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;

/** What happens to leaders, nodes and the operator, each time under traffic. */
final class Stories {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** So long is everything watched after the last switch, in requests: two seconds. */
    private static final int AFTERWARDS = 200;

    private static final int BEFOREHAND = 50;
    private static final String ORDERS = "orders";
    private static final String WEB = "web";

    private final Site site;
    private final Replicas operator;
    private final Shop shop;
    private final Path folder;
    private final Map<String, Scene> scenes = new LinkedHashMap<>();

    /** Something that is done, or undone. */
    @FunctionalInterface
    private interface Deed {
        void run() throws IOException;
    }

    /**
     * A story: what to prepare, so that a leader stays; what to do under traffic; how often leadership is to move; what to set right
     * again.
     */
    private record Scene(String app, int least, int most, Deed before, Deed deed, Deed after) {}

    /**
     * @param folder for what the client sees
     */
    Stories(Site site, Replicas operator, Shop shop, Path folder) {
        this.site = site;
        this.operator = operator;
        this.shop = shop;
        this.folder = folder;
        tellOfPods();
        tellOfRollouts();
        tellOfTheOperator();
        tellOfNodes();
        tellOfStrategies();
    }

    List<String> names() {
        return List.copyOf(scenes.keySet());
    }

    /** Plays one, and tells what the client saw. */
    Row play(String name) throws IOException {
        Scene scene = Optional.ofNullable(scenes.get(name)).orElseThrow();
        shop.awaitWhole(scene.app);
        scene.before.run();
        shop.awaitWhole(scene.app);
        try (Leads leads = Leads.watch(site.controlPlane().admin(), shop.namespace(), scene.app);
                Traffic traffic = Traffic.start(shop.clusterIp(scene.app), folder)) {
            await("a leader before " + name, () -> isSteady(leads) && hears(traffic, leads, BEFOREHAND));
            scene.deed.run();
            await(
                    "the next leader after " + name,
                    () -> leads.leads().size() > scene.least && hears(traffic, leads, AFTERWARDS));
            Row row = Row.of(name, new Passage(traffic.finish(), leads.leads()), scene.least, scene.most);
            scene.after.run();
            return row;
        }
    }

    /** Whether one leads; it must go on until the deed, or the story would depend on when it was begun. */
    private static boolean isSteady(Leads leads) {
        if (leads.leads().size() > 1) {
            throw new IllegalStateException("leadership moved before anything was done: " + leads.leads());
        }
        return leads.leads().size() == 1;
    }

    private static boolean hears(Traffic traffic, Leads leads, int often) {
        List<Lead> all = leads.leads();
        Lead last = all.get(all.size() - 1);
        return traffic.requests().stream()
                        .filter(request -> request.uid().equals(last.uid()) && request.done() > last.at())
                        .count()
                >= often;
    }

    private static void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what)
                .pollInterval(Duration.ofMillis(100))
                .atMost(PATIENCE)
                .until(condition);
    }

    private void tellOfPods() {
        Deed nothing = () -> {};
        tell("leader deleted", ORDERS, 1, 1, nothing, () -> delete(shop.leader(ORDERS)), nothing);
        tell("leader deleted, which goes on for 2 s", WEB, 1, 1, nothing, () -> delete(shop.leader(WEB)), nothing);
        tell("leader's process killed", ORDERS, 1, 1, nothing, () -> signalLeader("KILL"), nothing);
        Pod[] unready = new Pod[1];
        tell(
                "leader not ready",
                ORDERS,
                1,
                1,
                nothing,
                () -> {
                    unready[0] = shop.leader(ORDERS);
                    shop.sayReady(unready[0], false);
                },
                () -> shop.sayReady(unready[0], true));
    }

    private void tellOfRollouts() {
        Deed nothing = () -> {};
        tell("StatefulSet rolled", ORDERS, 1, 2, nothing, () -> roll("statefulset/" + ORDERS), nothing);
        tell("Deployment rolled", WEB, 1, 2, nothing, () -> roll("deployment/" + WEB), nothing);
    }

    private void tellOfTheOperator() {
        Deed nothing = () -> {};
        tell("operator rolled", ORDERS, 0, 0, nothing, operator::roll, operator::awaitRolledOut);
        tell(
                "active operator killed",
                ORDERS,
                0,
                0,
                nothing,
                () -> {
                    killActiveOperator();
                    operator.awaitRenewals();
                },
                operator::awaitRolledOut);
        tell(
                "active operator killed, leader deleted",
                ORDERS,
                1,
                1,
                () -> tellStatus("before"),
                () -> {
                    killActiveOperator();
                    delete(shop.leader(ORDERS));
                    tellStatus("during");
                },
                () -> {
                    tellStatus("after");
                    operator.awaitRolledOut();
                });
    }

    private void tellOfNodes() {
        Deed nothing = () -> {};
        LostNode lost = new LostNode();
        tell(
                "leader's node lost, found by the probe",
                ORDERS,
                1,
                1,
                () -> {
                    patch("""
                    {"spec": {"detection": {"probe": {"httpGet": {"path": "/", "port": 8080}}}}}""");
                    operator.leave(shop.leader(ORDERS).getSpec().getNodeName());
                },
                lost::lose,
                () -> {
                    lost.find();
                    patch("""
                    {"spec": {"detection": {"probe": null}}}""");
                });
        String[] drained = new String[1];
        tell(
                "leader's node drained",
                ORDERS,
                1,
                1,
                nothing,
                () -> {
                    drained[0] = shop.leader(ORDERS).getSpec().getNodeName();
                    shop.kubectl(
                            "drain", drained[0], "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=110s");
                },
                () -> {
                    shop.kubectl("uncordon", drained[0]);
                    operator.awaitRolledOut();
                });
    }

    private void tellOfStrategies() {
        String highest = ORDERS + "-2";
        tell(
                "Bully: leader deleted, and back",
                ORDERS,
                2,
                2,
                () -> {
                    patch("""
                    {"spec": {"strategy": {"type": "Bully", "bully": {"stabilizationSeconds": 3}}}}""");
                    shop.awaitLeader(ORDERS, highest);
                },
                () -> delete(shop.leader(ORDERS)),
                () -> {});
        tell("Ring: two terms over", ORDERS, 2, 3, () -> patch("""
                {"spec": {"strategy": {"type": "Lease", "bully": null}}}"""), () -> patch("""
                {"spec": {"strategy": {"type": "Ring", "ring": {"maxTermSeconds": 5}}}}"""), () -> patch("""
                {"spec": {"strategy": {"type": "Lease", "ring": null}}}"""));
    }

    private void tell(String name, String app, int least, int most, Deed before, Deed deed, Deed after) {
        scenes.put(name, new Scene(app, least, most, before, deed, after));
    }

    private void roll(String workload) {
        shop.kubectl("rollout", "restart", workload);
        shop.kubectl("rollout", "status", workload, "--timeout=110s");
    }

    private void delete(Pod pod) {
        shop.kubectl("delete", "pod", pod.getMetadata().getName(), "--wait=false");
    }

    private void patch(String change) {
        shop.kubectl("patch", "leaderelection", ORDERS, "--type=merge", "--patch=" + change);
    }

    /** Leaves what a user is told of the election. */
    private void tellStatus(String when) throws IOException {
        Files.writeString(
                folder.resolve("status-" + when + ".txt"),
                site.controlPlane().kubectl("election", "status", ORDERS, "-n", shop.namespace()));
    }

    private void signalLeader(String signal) {
        Pod leader = shop.leader(ORDERS);
        site.nodeOf(leader).signal(leader, signal);
    }

    private void killActiveOperator() {
        Pod active = operator.active();
        site.nodeOf(active).signal(active, "KILL");
    }

    /** A node whose kubelet is dead and whose containers stand still: nothing on it ends by itself, and nothing tells of it. */
    private final class LostNode {

        private Optional<Node> node = Optional.empty();
        private List<Pod> frozen = List.of();

        void lose() {
            Node lost = site.nodeOf(shop.leader(ORDERS));
            ControlPlane controlPlane = site.controlPlane();
            node = Optional.of(lost);
            lost.killKubelet();
            frozen = controlPlane
                    .admin()
                    .pods()
                    .inAnyNamespace()
                    .withField("spec.nodeName", lost.name())
                    .list()
                    .getItems();
            frozen.forEach(pod -> lost.signal(pod, "STOP"));
        }

        void find() {
            Node found = node.orElseThrow();
            frozen.forEach(pod -> found.signal(pod, "CONT"));
            found.startKubelet();
            site.awaitNodes();
            operator.awaitRolledOut();
        }
    }
}
