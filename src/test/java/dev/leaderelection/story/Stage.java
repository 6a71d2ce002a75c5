package dev.leaderelection.story;

import dev.leaderelection.cluster.ControlPlane;
import dev.leaderelection.cluster.FakeKubelet;
import dev.leaderelection.cluster.Manifests;
import dev.leaderelection.cluster.OperatorProcess;
import java.util.HashMap;
import java.util.Map;

/**
 * Where the stories play: one control plane, one kubelet and one packaged operator under the rights that {@code deploy/} gives it,
 * shared by all tests of a JVM. Each test gets a namespace of its own.
 */
final class Stage {

    /** What the operator rehearses matters to its speed alone. */
    private static final String REHEARSALS = "LEADER_ELECTION_REHEARSALS";

    private static final Stage SHARED = new Stage();

    private final ControlPlane controlPlane;
    private final FakeKubelet kubelet;
    private OperatorProcess operator;

    private Stage() {
        controlPlane = ControlPlane.shared();
        Manifests manifests = new Manifests(controlPlane);
        manifests.applyCrds();
        manifests.applyRbac();
        kubelet = FakeKubelet.start(controlPlane.admin(), 2);
        operator = OperatorProcess.start(controlPlane, Map.of(REHEARSALS, "3"), Map.of());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> operator.close()));
    }

    static Stage shared() {
        return SHARED;
    }

    ControlPlane controlPlane() {
        return controlPlane;
    }

    FakeKubelet kubelet() {
        return kubelet;
    }

    OperatorProcess operator() {
        return operator;
    }

    /** A namespace of its own for a test. */
    Scene scene() {
        return new Scene(controlPlane, kubelet, controlPlane.createNamespace("story"));
    }

    /** Starts the operator again, after a test has stopped or killed it. */
    void restartOperator() {
        restartOperator(Map.of());
    }

    /** Starts the operator again, with other variables. */
    void restartOperator(Map<String, String> environment) {
        operator.close();
        Map<String, String> variables = new HashMap<>(environment);
        variables.putIfAbsent(REHEARSALS, "0");
        operator = OperatorProcess.start(controlPlane, variables, Map.of());
    }
}
