package dev.leaderelection.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The command lines of one control plane: all but the API server on loopback, every file in one folder. */
record ControlPlaneCommands(
        Map<Binary, Path> binaries,
        Path directory,
        Credentials credentials,
        String address,
        int etcdPort,
        int etcdPeerPort,
        int apiServerPort,
        List<String> furtherApiServerFlags,
        List<String> furtherControllerManagerFlags) {

    private static final String AUDIT_POLICY = """
            apiVersion: audit.k8s.io/v1
            kind: Policy
            omitStages: [RequestReceived]
            rules:
            - level: Metadata
              users: ["%s"]
            - level: None
            """;

    String url() {
        return "https://" + address + ":" + apiServerPort;
    }

    String storeUrl() {
        return "http://127.0.0.1:" + etcdPort;
    }

    Path auditLog() {
        return directory.resolve("audit.log");
    }

    List<String> etcd() {
        String client = storeUrl();
        String peer = "http://127.0.0.1:" + etcdPeerPort;
        return List.of(
                program(Binary.ETCD),
                "--name=default",
                "--data-dir=" + directory.resolve("etcd"),
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=default=" + peer,
                "--log-level=warn",
                // Nothing here needs to survive the machine.
                "--unsafe-no-fsync");
    }

    List<String> apiServer() {
        List<String> flags = List.of(
                program(Binary.KUBE_APISERVER),
                "--etcd-servers=" + storeUrl(),
                "--bind-address=" + address,
                "--advertise-address=" + address,
                "--secure-port=" + apiServerPort,
                "--cert-dir=" + credentials.certificateFolder(),
                "--token-auth-file=" + credentials.tokenFile(),
                "--authorization-mode=Node,RBAC",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-signing-key-file=" + credentials.serviceAccountPrivateKey(),
                "--service-account-key-file=" + credentials.serviceAccountPublicKey(),
                "--service-cluster-ip-range=10.96.0.0/16",
                "--endpoint-reconciler-type=none");
        return Stream.concat(flags.stream(), furtherApiServerFlags.stream()).toList();
    }

    List<String> controllerManager() {
        List<String> flags = List.of(
                program(Binary.KUBE_CONTROLLER_MANAGER),
                "--kubeconfig=" + credentials.kubeconfigFile(Identity.ADMIN),
                "--leader-elect=false",
                "--bind-address=127.0.0.1",
                "--secure-port=0",
                "--service-account-private-key-file=" + credentials.serviceAccountPrivateKey(),
                "--root-ca-file=" + credentials.authority());
        return Stream.concat(flags.stream(), furtherControllerManagerFlags.stream())
                .toList();
    }

    List<String> scheduler() {
        return List.of(
                program(Binary.KUBE_SCHEDULER),
                "--kubeconfig=" + credentials.kubeconfigFile(Identity.ADMIN),
                "--leader-elect=false",
                "--bind-address=127.0.0.1",
                "--secure-port=0");
    }

    List<String> kubectl() {
        return List.of(
                program(Binary.KUBECTL),
                "--kubeconfig=" + credentials.kubeconfigFile(Identity.ADMIN),
                "--cache-dir=" + directory.resolve("kubectl-cache"));
    }

    /** Flags of the API server that make it log, cheaply, what this user does. */
    static List<String> auditFlags(Path directory, Identity identity) throws IOException {
        Path policy = directory.resolve("audit-policy.yaml");
        Files.writeString(policy, AUDIT_POLICY.formatted(identity.user()));
        return List.of("--audit-policy-file=" + policy, "--audit-log-path=" + directory.resolve("audit.log"));
    }

    private String program(Binary binary) {
        Path path = binaries.get(binary);
        if (path == null) {
            throw new IllegalStateException(binary.fileName() + " was not located");
        }
        return path.toString();
    }
}
