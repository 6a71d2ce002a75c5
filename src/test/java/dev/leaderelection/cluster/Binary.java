package dev.leaderelection.cluster;

/** A program of the control plane, or one that is tested against it, and the Go package it is built from. */
public enum Binary {
    ETCD("etcd", "go.etcd.io/etcd/server/v3"),
    KUBE_APISERVER("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver"),
    KUBE_CONTROLLER_MANAGER("kube-controller-manager", "k8s.io/kubernetes/cmd/kube-controller-manager"),
    KUBECTL("kubectl", "k8s.io/kubernetes/cmd/kubectl"),
    KUBE_SCHEDULER("kube-scheduler", "k8s.io/kubernetes/cmd/kube-scheduler"),
    /** The version as in {@code src/test/helm}, so that another one is built when that changes. */
    HELM("helm-3.22.0", "helm.sh/helm/v3/cmd/helm", "helm");

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

    /** The folder under {@code src/test} of the module that pins it. */
    String goModule() {
        return goModule;
    }
}
