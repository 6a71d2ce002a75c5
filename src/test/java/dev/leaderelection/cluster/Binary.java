package dev.leaderelection.cluster;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** A program of the control plane or of a node, or one that is tested against them, and the Go package it is built from. */
public enum Binary {
    ETCD("etcd", "go.etcd.io/etcd/server/v3"),
    KUBE_APISERVER("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver"),
    KUBE_CONTROLLER_MANAGER("kube-controller-manager", "k8s.io/kubernetes/cmd/kube-controller-manager"),
    KUBECTL("kubectl", "k8s.io/kubernetes/cmd/kubectl"),
    KUBE_SCHEDULER("kube-scheduler", "k8s.io/kubernetes/cmd/kube-scheduler"),
    KUBELET("kubelet", "k8s.io/kubernetes/cmd/kubelet"),
    KUBE_PROXY("kube-proxy", "k8s.io/kubernetes/cmd/kube-proxy"),
    CONTAINERD("containerd", Module.CONTAINERD + "/cmd/containerd", "nodes/containerd"),
    CONTAINERD_SHIM("containerd-shim-runc-v2", Module.CONTAINERD + "/cmd/containerd-shim-runc-v2", "nodes/containerd"),
    CTR("ctr", Module.CONTAINERD + "/cmd/ctr", "nodes/containerd"),
    /** The version as in {@code src/test/helm}, so that another one is built when that changes. */
    HELM("helm-3.22.0", "helm.sh/helm/v3/cmd/helm", "helm");

    /** What a control plane consists of. */
    public static final Set<Binary> CONTROL_PLANE = Collections.unmodifiableSet(EnumSet.range(ETCD, KUBE_SCHEDULER));

    /** What a node consists of, beside {@code runc} and the network plugins. */
    public static final Set<Binary> NODE = Collections.unmodifiableSet(EnumSet.range(KUBELET, CTR));

    private final String fileName;
    private final String goPackage;
    private final String goModule;

    Binary(String fileName, String goPackage) {
        this(fileName, goPackage, "controlplane");
    }

    Binary(String fileName, String goPackage, String goModule) {
        this.fileName = fileName;
        this.goPackage = goPackage;
        this.goModule = goModule;
    }

    public String fileName() {
        return fileName;
    }

    String goPackage() {
        return goPackage;
    }

    /** The folder below {@code src/test} whose {@code go.mod} pins it. */
    String goModule() {
        return goModule;
    }

    /** Containerd without the drivers of file systems that want C libraries or are not there. */
    String goTags() {
        return goPackage.startsWith(Module.CONTAINERD) ? "no_btrfs no_zfs no_devmapper no_aufs" : "";
    }

    private static final class Module {
        static final String CONTAINERD = "github.com/containerd/containerd/v2";
    }
}
