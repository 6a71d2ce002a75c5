package dev.leaderelection.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a control plane is to be like. */
public final class ControlPlaneBuilder {

    private static final int ATTEMPTS = 3;

    private final List<Identity> identities =
            new ArrayList<>(List.of(Identity.ADMIN, Identity.OPERATOR, Identity.NOBODY));
    private final List<String> apiServerFlags = new ArrayList<>();
    private final List<String> controllerManagerFlags = new ArrayList<>();
    private PortChooser ports = FreePorts::choose;
    private String address = "127.0.0.1";
    private boolean scheduler;
    private boolean audit = true;

    ControlPlaneBuilder() {}

    /** With kube-scheduler; without it somebody else has to bind pods. */
    public ControlPlaneBuilder withScheduler() {
        scheduler = true;
        return this;
    }

    /** Has the API server listen at this address of the machine's instead of the loopback one, and tell pods of it. */
    public ControlPlaneBuilder reachableAt(String apiServerAddress) {
        address = apiServerAddress;
        return withApiServerFlags("--endpoint-reconciler-type=lease");
    }

    public ControlPlaneBuilder withoutAuditLog() {
        audit = false;
        return this;
    }

    /** Lets one more identity in. */
    public ControlPlaneBuilder withIdentity(Identity identity) {
        identities.add(identity);
        return this;
    }

    /** Adds flags such as {@code --feature-gates=X=true} to the API server's. */
    public ControlPlaneBuilder withApiServerFlags(String... flags) {
        apiServerFlags.addAll(List.of(flags));
        return this;
    }

    /** Adds flags such as {@code --node-monitor-period=1s} to the controller manager's. */
    public ControlPlaneBuilder withControllerManagerFlags(String... flags) {
        controllerManagerFlags.addAll(List.of(flags));
        return this;
    }

    ControlPlaneBuilder withPorts(PortChooser chooser) {
        ports = chooser;
        return this;
    }

    /**
     * Starts it and waits until pods can be created in the namespace {@code default}; takes some four seconds.
     *
     * @throws IllegalStateException when it does not start, with the end of the logs, or as
     *     {@link ControlPlaneBinaries#locate(Set)} says
     */
    public ControlPlane start() {
        Set<Binary> needed = EnumSet.copyOf(Binary.CONTROL_PLANE);
        if (!scheduler) {
            needed.remove(Binary.KUBE_SCHEDULER);
        }
        Map<Binary, Path> binaries = ControlPlaneBinaries.ofThisMachine().locate(needed);
        try {
            for (int attempt = 1; ; attempt++) {
                ScratchFolder scratch = new ScratchFolder("control-plane-");
                try {
                    return ControlPlane.launch(prepare(binaries, scratch.path()), scratch, scheduler);
                } catch (IOException | RuntimeException e) {
                    scratch.close();
                    boolean portTaken = String.valueOf(e.getMessage()).contains("address already in use");
                    if (!portTaken || attempt == ATTEMPTS) {
                        throw e;
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot prepare a control plane", e);
        }
    }

    private ControlPlaneCommands prepare(Map<Binary, Path> binaries, Path directory) throws IOException {
        List<String> flags = new ArrayList<>(apiServerFlags);
        if (audit) {
            flags.addAll(ControlPlaneCommands.auditFlags(directory, Identity.OPERATOR));
        }
        List<Integer> chosen = ports.choose(3);
        return new ControlPlaneCommands(
                binaries,
                directory,
                new Credentials(directory.resolve("credentials"), identities),
                address,
                chosen.get(0),
                chosen.get(1),
                chosen.get(2),
                List.copyOf(flags),
                List.copyOf(controllerManagerFlags));
    }

    @FunctionalInterface
    interface PortChooser {
        List<Integer> choose(int count) throws IOException;
    }
}
