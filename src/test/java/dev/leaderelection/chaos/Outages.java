package dev.leaderelection.chaos;

import dev.leaderelection.cluster.Binary;
import dev.leaderelection.cluster.ChildProcess;
import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.OperatorProcess;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** What befalls the operators, the control plane and the network between them, each for a while. */
final class Outages {

    /** How long the Lease of an election holds. */
    static final Duration LEASE = Duration.ofSeconds(3);

    private final ControlPlane controlPlane;
    private final Replicas replicas;

    Outages(ControlPlane controlPlane, Replicas replicas) {
        this.controlPlane = controlPlane;
        this.replicas = replicas;
    }

    /** Lets an outage begin, last and end. */
    void strike(Fault fault, SplittableRandom random) throws InterruptedException {
        switch (fault) {
            case OPERATOR_KILLED -> {
                int index = random.nextInt(Replicas.COUNT);
                replicas.get(index).kill();
                last(random, 0, 1500);
                replicas.restart(index);
            }
            case OPERATOR_SUSPENDED -> {
                OperatorProcess operator = replicas.get(random.nextInt(Replicas.COUNT));
                operator.pause();
                last(random, (int) LEASE.toMillis() + 200, (int) LEASE.toMillis() + 2000);
                operator.resume();
            }
            case API_SERVER_KILLED -> {
                controlPlane.stopApiServer();
                last(random, 0, 1500);
                controlPlane.startApiServer();
            }
            case API_SERVER_FROZEN -> freeze(controlPlane.process(Binary.KUBE_APISERVER), random);
            case ETCD_FROZEN -> freeze(controlPlane.process(Binary.ETCD), random);
            case NETWORK_DELAYED -> {
                replicas.proxy().delay(Duration.ofMillis(20 + random.nextInt(400)));
                last(random, 2000, 4500);
                replicas.proxy().heal();
            }
            case NETWORK_HELD -> {
                replicas.proxy().hold();
                last(random, 800, 4500);
                replicas.proxy().heal();
            }
            case NETWORK_CUT -> {
                replicas.proxy().cut();
                last(random, 200, 4500);
                replicas.proxy().heal();
            }
            default -> throw new IllegalArgumentException(fault + " is what users do");
        }
    }

    private static void freeze(ChildProcess process, SplittableRandom random) throws InterruptedException {
        process.pause();
        try {
            last(random, 500, 4500);
        } finally {
            process.resume();
        }
    }

    private static void last(SplittableRandom random, int least, int most) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(least, most));
    }
}
