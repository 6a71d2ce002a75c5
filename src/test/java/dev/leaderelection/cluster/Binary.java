package dev.leaderelection.cluster;

/** A program of the control plane and the Go package it is built from. */
public enum Binary {
    ETCD("etcd", "go.etcd.io/etcd/server/v3"),
    KUBE_APISERVER("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver"),
    KUBE_CONTROLLER_MANAGER("kube-controller-manager", "k8s.io/kubernetes/cmd/kube-controller-manager"),
    KUBECTL("kubectl", "k8s.io/kubernetes/cmd/kubectl"),
    KUBE_SCHEDULER("kube-scheduler", "k8s.io/kubernetes/cmd/kube-scheduler");

    private final String fileName;
    private final String goPackage;

    Binary(String fileName, String goPackage) {
        this.fileName = fileName;
        this.goPackage = goPackage;
    }

    public String fileName() {
        return fileName;
    }

    String goPackage() {
        return goPackage;
    }
}
