package dev.leaderelection.cluster;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.InstantSource;

/** What the nodes are to be like. */
public final class FakeKubeletBuilder {

    final KubernetesClient client;
    InstantSource clock = InstantSource.system();
    int nodes = 1;
    String namespace = "";
    boolean bindsPods = true;
    boolean podsStartReady = true;

    FakeKubeletBuilder(KubernetesClient client) {
        this.client = client;
    }

    public FakeKubeletBuilder nodes(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("at least one node, not " + count);
        }
        nodes = count;
        return this;
    }

    /** Minds the pods of this namespace only, so that several fixtures share a control plane. */
    public FakeKubeletBuilder inNamespace(String name) {
        namespace = name;
        return this;
    }

    /** Leaves it to kube-scheduler to choose the nodes. */
    public FakeKubeletBuilder withScheduler() {
        bindsPods = false;
        return this;
    }

    /** Lets new pods run, but not be ready before {@link FakeKubelet#ready} says so. */
    public FakeKubeletBuilder podsStartNotReady() {
        podsStartReady = false;
        return this;
    }

    /** Where transition times come from; the system's clock unless set. */
    public FakeKubeletBuilder clock(InstantSource source) {
        clock = source;
        return this;
    }

    /** Creates the nodes and begins to watch pods. */
    public FakeKubelet start() {
        return new FakeKubelet(this);
    }
}
