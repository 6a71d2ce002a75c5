package dev.leaderelection.cluster;

/**
 * The releases that the control plane consists of.
 *
 * @param kubernetes version of Kubernetes without the leading v, for instance {@code 1.37.2}
 * @param etcd version of etcd without the leading v
 */
public record Release(String kubernetes, String etcd) {

    /** Kubernetes as named by the system property {@code kubernetes.version}; etcd as pinned in {@code src/test/controlplane}. */
    public static final Release CURRENT = new Release(System.getProperty("kubernetes.version", "1.37.2"), "3.7.0");

    String major() {
        return kubernetes.split("\\.", -1)[0];
    }

    String minor() {
        return kubernetes.split("\\.", -1)[1];
    }
}
