package dev.leaderelection.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Helm, as its users call it. */
public final class Helm {

    /** The chart of this project, from the project's folder. */
    public static final String CHART =
            Path.of("deploy", "helm", "leader-election-operator").toString();

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Path program = ControlPlaneBinaries.ofThisMachine().locate(Binary.HELM);
    private final Map<String, String> environment = new HashMap<>();

    private Helm(Path scratch) {
        String home = scratch.resolve("helm").toString();
        List.of("HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME").forEach(name -> environment.put(name, home));
    }

    /** Without a cluster: it can only lint and render. What it remembers goes to a folder. */
    public static Helm offline(Path scratch) {
        return new Helm(scratch);
    }

    /** As the administrator of a control plane; what it remembers goes with that. */
    public static Helm on(ControlPlane controlPlane) {
        Helm helm = new Helm(controlPlane.directory());
        helm.environment.put(
                "KUBECONFIG", controlPlane.kubeconfig(Identity.ADMIN).toString());
        return helm;
    }

    /**
     * Runs it.
     *
     * @return what it printed on standard output
     * @throws IllegalStateException with what it printed on standard error when it fails
     */
    public String run(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(arguments);
        return Command.run("helm " + String.join(" ", arguments), PATIENCE, environment, command);
    }
}
