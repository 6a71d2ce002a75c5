package dev.leaderelection.nodes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** What a node's programs are told: every file of theirs is below one folder. */
final class NodeFiles {

    private static final String CONTAINERD = """
            version = 3
            root = "%1$s/images"
            state = "%1$s/state"
            [grpc]
              address = "%1$s/containerd.sock"
            [plugins.'io.containerd.cri.v1.images'.pinned_images]
              sandbox = "%2$s"
            [plugins.'io.containerd.cri.v1.runtime']
              # Machines such as a build's may lack the right to make a process less likely to be killed for memory.
              restrict_oom_score_adj = true
              [plugins.'io.containerd.cri.v1.runtime'.cni]
                bin_dirs = ["%3$s"]
                conf_dir = "%1$s/cni"
              [plugins.'io.containerd.cri.v1.runtime'.containerd]
                default_runtime_name = "runc"
                [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
                  runtime_type = "io.containerd.runc.v2"
            """;

    private static final String CNI = """
            {"cniVersion": "1.0.0", "name": "pods", "plugins": [
              {"type": "bridge", "bridge": "pods", "isGateway": true, "hairpinMode": true,
               "ipam": {"type": "host-local", "dataDir": "%s/addresses", "ranges": [[{"subnet": "%s"}]],
                        "routes": [{"dst": "0.0.0.0/0"}]}}]}
            """;

    private static final String KUBELET = """
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            address: %1$s
            healthzBindAddress: 127.0.0.1
            containerRuntimeEndpoint: unix://%2$s/containerd.sock
            podLogsDir: %2$s/logs
            volumePluginDir: %2$s/plugins
            resolvConf: %2$s/resolv.conf
            # Nobody but the control plane and the pods of this run can reach it.
            authentication: {anonymous: {enabled: true}, webhook: {enabled: false}}
            authorization: {mode: AlwaysAllow}
            cgroupDriver: cgroupfs
            cgroupRoot: /%3$s
            failCgroupV1: false
            failSwapOn: false
            enforceNodeAllocatable: []
            makeIPTablesUtilChains: false
            # The machine's disk is not this node's alone.
            evictionHard: {memory.available: 100Mi, nodefs.available: 1%%, imagefs.available: 1%%}
            imageGCHighThresholdPercent: 100
            """;

    private static final String KUBE_PROXY = """
            apiVersion: kubeproxy.config.k8s.io/v1alpha1
            kind: KubeProxyConfiguration
            mode: nftables
            nftables: {minSyncPeriod: %3$dms}
            hostnameOverride: %1$s
            bindAddress: 127.0.0.1
            healthzBindAddress: 127.0.0.1:10256
            metricsBindAddress: 127.0.0.1:10249
            clientConnection: {kubeconfig: %2$s}
            # The kernel's own; a namespace may not set them.
            conntrack: {maxPerCore: 0, min: 0, tcpCloseWaitTimeout: 0s, tcpEstablishedTimeout: 0s}
            """;

    private final Path folder;

    NodeFiles(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
    }

    Path socket() {
        return folder.resolve("containerd.sock");
    }

    Path containerd(String sandboxImage, Path plugins, String podRange) throws IOException {
        Path networks = Files.createDirectories(folder.resolve("cni"));
        Files.writeString(networks.resolve("10-pods.conflist"), CNI.formatted(folder, podRange));
        return write("containerd.toml", CONTAINERD.formatted(folder, sandboxImage, plugins));
    }

    Path kubelet(String address, String cgroup) throws IOException {
        write("resolv.conf", "");
        return write("kubelet.yaml", KUBELET.formatted(address, folder, cgroup));
    }

    Path kubeProxy(String name, Path kubeconfig, Duration pace) throws IOException {
        return write("kube-proxy.yaml", KUBE_PROXY.formatted(name, kubeconfig, pace.toMillis()));
    }

    Path log(String program) {
        return folder.resolve(program + ".log");
    }

    Path root(String program) throws IOException {
        return Files.createDirectories(folder.resolve(program));
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }
}
